/** Gradient checks of convolution, pooling, normalisation and resampling over images. */

import { functional as F } from '@tenfold/nn';
import { tensor } from '@tenfold/tensor';
import type { GradientCase } from './case.ts';
import { indices } from './case.ts';

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
  { name: 'adaptiveAvgPool2d', shapes: [[1, 1, 4, 5]], fn: (x) => F.adaptiveAvgPool2d(x, [3, 2]), smooth: true },
  { name: 'adaptiveMaxPool2d', shapes: [[1, 1, 4, 5]], fn: (x) => F.adaptiveMaxPool2d(x, [3, 2]) },
  {
    name: 'fractionalMaxPool2d',
    shapes: [[1, 1, 5, 5]],
    fn: (x) => F.fractionalMaxPool2d(x, 2, { outputSize: 3, _randomSamples: tensor([[[0.3, 0.6]]], { dtype: x.dtype }) }),
  },
  { name: 'maxUnpool1d', shapes: [[2, 2]], fn: (x) => F.maxUnpool1d(x, indices([[1, 2], [0, 3]]), 2), smooth: true },
  { name: 'lpPool2d', shapes: [[1, 1, 4, 4]], fn: (x) => F.lpPool2d(x, 2, 2), smooth: true },
]; // prettier-ignore

const padding: readonly GradientCase[] = (['reflect', 'replicate', 'circular'] as const).map((mode) => ({
  name: `pad, ${mode}`,
  shapes: [[1, 3, 3]],
  fn: (x) => F.pad(x, [1, 2, -1, 2], { mode }),
  smooth: true,
}));

const normalisation: readonly GradientCase[] = [
  { name: 'groupNorm', shapes: [[2, 4, 2], [4], [4]], fn: (x, weight, bias) => F.groupNorm(x, 2, { weight, bias }), smooth: true },
  { name: 'instanceNorm', shapes: [[2, 2, 3], [2], [2]], fn: (x, weight, bias) => F.instanceNorm(x, { weight, bias }), smooth: true },
  { name: 'rmsNorm', shapes: [[2, 4], [4]], fn: (x, weight) => F.rmsNorm(x, 4, { weight }), smooth: true },
  { name: 'localResponseNorm', shapes: [[1, 4, 2]], fn: (x) => F.localResponseNorm(x, 3, { alpha: 0.5 }), smooth: true },
]; // prettier-ignore

const resampling: readonly GradientCase[] = [
  ...(['nearest', 'nearest-exact', 'bilinear', 'bicubic', 'area'] as const).map((mode): GradientCase => ({
    name: `interpolate, ${mode}`,
    shapes: [[1, 1, 3, 4]],
    fn: (x) => F.interpolate(x, { size: [5, 3], mode }),
    smooth: true,
  })),
  { name: 'interpolate, antialiased', shapes: [[1, 1, 5, 4]], fn: (x) => F.interpolate(x, { size: [3, 3], mode: 'bicubic', antialias: true }), smooth: true },
  { name: 'gridSample', shapes: [[1, 2, 3, 3], [1, 2, 2, 2]], fn: (x, grid) => F.gridSample(x, grid), range: [-0.8, 0.8] },
  { name: 'gridSample, bicubic', shapes: [[1, 1, 3, 3], [1, 2, 1, 2]], fn: (x, grid) => F.gridSample(x, grid, { mode: 'bicubic', paddingMode: 'border' }) },
  { name: 'gridSample of a volume, reflected', shapes: [[1, 1, 2, 2, 3], [1, 1, 1, 2, 3]], fn: (x, grid) => F.gridSample(x, grid, { paddingMode: 'reflection' }) },
  { name: 'affineGrid', shapes: [[1, 2, 3]], fn: (theta) => F.affineGrid(theta, [1, 1, 2, 3]), smooth: true },
  { name: 'unfold', shapes: [[1, 1, 4, 3]], fn: (x) => F.unfold(x, 2, { padding: 1, stride: 2 }), smooth: true },
  { name: 'fold', shapes: [[1, 4, 6]], fn: (x) => F.fold(x, [3, 4], 2), smooth: true },
  { name: 'fold, strided', shapes: [[1, 4, 6]], fn: (x) => F.fold(x, [4, 5], 2, { stride: 2, padding: [0, 1] }), smooth: true },
  { name: 'pixelShuffle', shapes: [[4, 1, 2]], fn: (x) => F.pixelShuffle(x, 2), smooth: true },
]; // prettier-ignore

export const VISION_CASES: readonly GradientCase[] = [
  ...convolutions,
  ...pooling,
  ...padding,
  ...normalisation,
  ...resampling,
];
