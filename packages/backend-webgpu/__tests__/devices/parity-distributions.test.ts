import { distributionParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
distributionParity('webgpu');
