import { functionalParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
functionalParity('webgpu');
