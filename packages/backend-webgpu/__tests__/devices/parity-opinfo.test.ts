/** PyTorch's own samples on the GPU. Each driver takes a third of each operation's, so that all run and none takes long. */

import { OP_FAMILIES } from '@tenfold/testing';
import { opinfoParity } from '@tenfold/testing/parity';
import { inject } from 'vitest';
import { webgpu } from '../../src/index.ts';

const DRIVERS = ['webgpu-swiftshader', 'webgpu-lavapipe', 'webgpu-chromium'];

await webgpu();
opinfoParity('webgpu', {
  families: OP_FAMILIES,
  part: DRIVERS.indexOf(inject('driver')),
  of: DRIVERS.length,
});
