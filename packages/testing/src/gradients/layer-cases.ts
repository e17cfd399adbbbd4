/** Gradient checks of nn's functional operations. */

import { functional as F } from '@tenfold/nn';
import { tensor } from '@tenfold/tensor';
import type { GradientCase } from './case.ts';
import { indices, onMatrix, onPair } from './case.ts';

const steps = { smooth: false };
const probability = { range: [0.1, 0.9] as const };

const activations: readonly GradientCase[] = [
  ...(['sigmoid', 'logsigmoid', 'tanh', 'softplus', 'silu', 'mish', 'gelu', 'softsign'] as const).map(
    (name) => onMatrix(name, (x) => F[name](x), name === 'softsign' ? steps : {}),
  ),
  ...(
    ['relu', 'relu6', 'leakyRelu', 'elu', 'selu', 'celu', 'hardsigmoid', 'hardswish', 'hardtanh'] as const
  ).map((name) => onMatrix(name, (x) => F[name](x), steps)),
  onMatrix('gelu by tanh', (x) => F.gelu(x, { approximate: 'tanh' })),
  onPair('prelu', (x, w) => F.prelu(x, w), steps),
  onMatrix('glu', (x) => F.glu(x, 1), { shapes: [[2, 4]] }),
];

const losses: readonly GradientCase[] = [
  onPair('mseLoss', (a, b) => F.mseLoss(a, b), { shapes: [[2, 3], [2, 3]] }),
  onPair('l1Loss', (a, b) => F.l1Loss(a, b), { shapes: [[2, 3], [2, 3]], ...steps }),
  onPair('smoothL1Loss', (a, b) => F.smoothL1Loss(a, b), { shapes: [[2, 3], [2, 3]], ...steps }),
  onPair('huberLoss', (a, b) => F.huberLoss(a, b, { delta: 0.6 }), { shapes: [[2, 3], [2, 3]], ...steps }),
  onPair('binaryCrossEntropy', (a, b) => F.binaryCrossEntropy(a, b), { shapes: [[2, 3], [2, 3]], ...probability, ...steps }),
  onPair('binaryCrossEntropyWithLogits', (a, b) => F.binaryCrossEntropyWithLogits(a, b), { shapes: [[2, 3], [2, 3]], ...steps }),
  onMatrix('crossEntropy', (x) => F.crossEntropy(x, indices([2, 0]))),
  onMatrix('crossEntropy with options', (x) =>
    F.crossEntropy(x, indices([2, 0]), {
      labelSmoothing: 0.1,
      weight: tensor([0.5, 1, 2], { dtype: x.dtype }),
    }),
  ),
  onMatrix('crossEntropy with an ignored target', (x) => F.crossEntropy(x, indices([2, -100]))),
  onPair('crossEntropy with probabilities', (x, p) => F.crossEntropy(x, p), { shapes: [[2, 3], [2, 3]] }),
  onMatrix('nllLoss', (x) => F.nllLoss(x, indices([1, 1]), { reduction: 'sum' })),
]; // prettier-ignore

const layers: readonly GradientCase[] = [
  { name: 'linear', shapes: [[2, 3], [4, 3], [4]], fn: (x, w, b) => F.linear(x, w, b), smooth: true },
  { name: 'conv2d', shapes: [[1, 2, 4, 4], [2, 2, 3, 3], [2]], fn: (x, w, b) => F.conv2d(x, w, b, { padding: 1 }) },
  {
    name: 'conv2d strided and dilated',
    shapes: [[1, 1, 6, 5], [2, 1, 2, 2]],
    fn: (x, w) => F.conv2d(x, w, undefined, { stride: 2, dilation: 2, padding: 1 }),
    smooth: true,
  },
  {
    name: 'conv2d grouped',
    shapes: [[1, 2, 3, 3], [4, 1, 2, 2]],
    fn: (x, w) => F.conv2d(x, w, undefined, { groups: 2 }),
  },
  { name: 'maxPool2d', shapes: [[1, 1, 4, 4]], fn: (x) => F.maxPool2d(x, 2) },
  { name: 'maxPool2d overlapping', shapes: [[1, 1, 5, 5]], fn: (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1 }) },
  { name: 'avgPool2d', shapes: [[1, 1, 5, 4]], fn: (x) => F.avgPool2d(x, 2, { stride: 1 }), smooth: true },
  { name: 'layerNorm', shapes: [[3, 4], [4], [4]], fn: (x, w, b) => F.layerNorm(x, [4], { weight: w, bias: b }), smooth: true },
  { name: 'batchNorm', shapes: [[4, 3], [3], [3]], fn: (x, w, b) => F.batchNorm(x, null, null, { weight: w, bias: b, training: true }), smooth: true },
  { name: 'embedding', shapes: [[4, 3]], fn: (w) => F.embedding(indices([1, 3, 1]), w), smooth: true },
  { name: 'normalize', shapes: [[2, 3]], fn: (x) => F.normalize(x, { dim: 1 }), smooth: true },
]; // prettier-ignore

/** Of as many queries as it takes to be one node. */
const attention: readonly GradientCase[] = [
  {
    name: 'attention',
    shapes: [[2, 8, 2], [2, 3, 2], [2, 3, 1]],
    fn: (q, k, v) => F.scaledDotProductAttention(q, k, v),
    smooth: true,
  },
  {
    name: 'causal attention, scaled',
    shapes: [[1, 8, 2], [1, 9, 2], [1, 9, 2]],
    fn: (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true, scale: 0.4 }),
    smooth: true,
  },
  {
    name: 'attention with an added mask, its gradient too',
    shapes: [[1, 8, 2], [1, 3, 2], [1, 3, 1], [8, 3]],
    fn: (q, k, v, attnMask) => F.scaledDotProductAttention(q, k, v, { attnMask }),
    smooth: true,
  },
  {
    name: 'attention of grouped heads, masked by bool',
    shapes: [[4, 8, 1], [2, 3, 1], [2, 3, 2]],
    fn: (q, k, v) => {
      const attnMask = tensor([true, false, true]);
      return F.scaledDotProductAttention(q, k, v, { attnMask, enableGqa: true });
    },
    smooth: true,
  },
  {
    name: 'attention of few queries',
    shapes: [[2, 2, 3], [2, 4, 3], [2, 4, 2]],
    fn: (q, k, v) => F.scaledDotProductAttention(q, k, v),
    smooth: true,
  },
]; // prettier-ignore

export const LAYER_CASES: readonly GradientCase[] = [...activations, ...losses, ...layers, ...attention];
