import { layerParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';

await webgpu();
layerParity('webgpu');
