import { tensorParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
tensorParity('webgpu');
