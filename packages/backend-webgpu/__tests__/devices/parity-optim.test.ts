import { optimParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
optimParity('webgpu');
