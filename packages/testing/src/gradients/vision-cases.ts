/** Gradient checks of convolution, pooling, normalisation and resampling over images. */

import { functional as F } from '@tenfold/nn';
import type { GradientCase } from './case.ts';

const convolutions: readonly GradientCase[] = [
  { name: 'conv1d', shapes: [[1, 2, 5], [2, 2, 3], [2]], fn: (x, w, b) => F.conv1d(x, w, b, { padding: 1, stride: 2 }), smooth: true },
  { name: 'conv3d', shapes: [[1, 1, 2, 3, 3], [2, 1, 2, 2, 2]], fn: (x, w) => F.conv3d(x, w, null, { padding: [0, 1, 0] }), smooth: true },
  { name: 'convTranspose1d', shapes: [[1, 2, 3], [2, 1, 3], [1]], fn: (x, w, b) => F.convTranspose1d(x, w, b), smooth: true },
  { name: 'convTranspose2d strided', shapes: [[1, 2, 2, 3], [2, 1, 3, 2]], fn: (x, w) => F.convTranspose2d(x, w, null, { stride: 2, padding: 1, outputPadding: 1 }), smooth: true },
  { name: 'convTranspose2d dilated, in groups', shapes: [[1, 2, 2, 2], [2, 1, 2, 2], [2]], fn: (x, w, b) => F.convTranspose2d(x, w, b, { stride: 3, dilation: 2, groups: 2 }), smooth: true },
  { name: 'convTranspose3d', shapes: [[1, 1, 2, 2, 1], [1, 1, 2, 2, 2]], fn: (x, w) => F.convTranspose3d(x, w, null, { stride: [2, 1, 1] }), smooth: true },
]; // prettier-ignore

const pooling: readonly GradientCase[] = [
  { name: 'maxPool1d', shapes: [[1, 2, 6]], fn: (x) => F.maxPool1d(x, 3, { stride: 2, padding: 1 }) },
  { name: 'maxPool3d', shapes: [[1, 1, 3, 4, 4]], fn: (x) => F.maxPool3d(x, 2) },
  { name: 'avgPool1d', shapes: [[1, 2, 6]], fn: (x) => F.avgPool1d(x, 3, { padding: 1, countIncludePad: false }), smooth: true },
  { name: 'avgPool3d', shapes: [[1, 1, 3, 4, 4]], fn: (x) => F.avgPool3d(x, 2, { ceilMode: true }), smooth: true },
  { name: 'lpPool2d', shapes: [[1, 1, 4, 4]], fn: (x) => F.lpPool2d(x, 2, 2), smooth: true },
]; // prettier-ignore

const padding: readonly GradientCase[] = (['reflect', 'replicate', 'circular'] as const).map((mode) => ({
  name: `pad, ${mode}`,
  shapes: [[1, 3, 3]],
  fn: (x) => F.pad(x, [1, 2, -1, 2], { mode }),
  smooth: true,
}));

export const VISION_CASES: readonly GradientCase[] = [...convolutions, ...pooling, ...padding];
