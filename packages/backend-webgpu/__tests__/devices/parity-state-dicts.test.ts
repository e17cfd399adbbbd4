import { stateDictParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
stateDictParity('webgpu');
