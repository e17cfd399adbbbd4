/** PyTorch's own samples on the GPU. Each driver takes a share of each operation's by its speed, so that all run and none takes long. */

import { OP_FAMILIES } from '@tenfold/testing';
import { opinfoParity } from '@tenfold/testing/parity';
import { inject } from 'vitest';
import { webgpu } from '../../src/index.ts';

const SHARES = new Map([
  ['webgpu-swiftshader', [0, 1]],
  ['webgpu-lavapipe', [2]],
  ['webgpu-chromium', [3, 4, 5]],
]);

await webgpu();
opinfoParity('webgpu', { families: OP_FAMILIES, parts: SHARES.get(inject('driver')), of: 6 });
