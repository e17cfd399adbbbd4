import { shapeParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
shapeParity('webgpu');
