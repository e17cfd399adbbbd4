import { optimParity } from '../src/parity/index.ts';
import { onEveryDevice } from './every-device.ts';

onEveryDevice(optimParity);
