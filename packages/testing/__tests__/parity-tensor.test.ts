import { tensorParity } from '../src/parity/index.ts';
import { onEveryDevice } from './devices.ts';

onEveryDevice(tensorParity);
