import { profilingSuite } from '@tenfold/testing/devices';
import { webgpu } from '../../src/index.ts';

await webgpu();
profilingSuite('webgpu');
