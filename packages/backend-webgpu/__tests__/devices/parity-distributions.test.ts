import { distributionParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';
import { DRIVER_SHARE } from '../support/driver-share.ts';

await webgpu();
distributionParity('webgpu', DRIVER_SHARE);
