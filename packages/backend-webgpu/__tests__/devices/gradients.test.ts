import { gradientSuite } from '@tenfold/testing/gradients';
import { webgpu } from '../../src/index.ts';

await webgpu();
gradientSuite('webgpu');
