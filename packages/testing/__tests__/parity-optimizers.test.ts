import { optimizerParity } from '../src/parity/index.ts';
import { onEveryDevice } from './devices.ts';

onEveryDevice(optimizerParity);
