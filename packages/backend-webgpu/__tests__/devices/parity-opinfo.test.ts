/** PyTorch's own samples on the GPU. */

import { OP_FAMILIES } from '@tenfold/testing';
import { opinfoParity } from '@tenfold/testing/parity';
import { webgpu } from '../../src/index.ts';
import { DRIVER_SHARE } from '../support/driver-share.ts';

await webgpu();
opinfoParity('webgpu', { families: OP_FAMILIES, ...DRIVER_SHARE });
