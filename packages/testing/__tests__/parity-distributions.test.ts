import { distributionParity } from '../src/parity/index.ts';
import { onEveryDevice } from './every-device.ts';

onEveryDevice(distributionParity);
// Decompositions need the memory of the host.
distributionParity('cpu', {}, 'matrix-distributions');
