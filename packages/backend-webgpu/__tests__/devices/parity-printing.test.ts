import { printingParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
printingParity('webgpu');
