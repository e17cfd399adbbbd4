import { lossesParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
lossesParity('webgpu');
