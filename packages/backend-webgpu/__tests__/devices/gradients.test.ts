import { gradientSuite } from '@tenfold/testing/gradients';
import { webgpu } from '../../src/index.ts';
import { DRIVER_SHARE } from '../support/driver-share.ts';

await webgpu();
gradientSuite('webgpu', DRIVER_SHARE);
