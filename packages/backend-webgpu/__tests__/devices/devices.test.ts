import { deviceSuite, roundTripSuite } from '@tenfold/testing/devices';
import { webgpu } from '../../src/index.ts';

await webgpu();
deviceSuite('webgpu');
roundTripSuite('webgpu');
