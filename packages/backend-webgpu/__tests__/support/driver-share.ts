/** The part of a large suite that each driver takes, by its speed, so that all of it runs and none takes long. */

import { inject } from 'vitest';

const PARTS = new Map([
  ['webgpu-swiftshader', [0, 1]],
  ['webgpu-lavapipe', [2]],
  ['webgpu-chromium', [3, 4, 5]],
]);

export const DRIVER_SHARE = { parts: PARTS.get(inject('driver')), of: 6 };
