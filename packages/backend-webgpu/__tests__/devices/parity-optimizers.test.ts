import { optimizerParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
optimizerParity('webgpu');
