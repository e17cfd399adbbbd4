import { sequenceParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
sequenceParity('webgpu');
