/** How each function of `functional` takes the inputs and options that the fixtures store. */

import type { Tensor } from '@tenfold/tensor';
import { functional as F } from '../../src/index.ts';

/** The options of all functions in one. */
export type Options = F.AttentionOptions &
  F.AvgPoolOptions &
  F.BatchNormFunctionOptions &
  F.Conv2dFunctionOptions &
  F.CrossEntropyOptions &
  F.EmbeddingFunctionOptions &
  F.GeluOptions &
  F.HardtanhOptions &
  F.HuberLossOptions &
  F.KlDivOptions &
  F.NormalizeOptions &
  F.PoolOptions &
  F.SmoothL1LossOptions &
  F.SoftplusOptions & {
    readonly alpha: number;
    readonly negativeSlope: number;
    readonly dim: number;
    readonly kernelSize: F.Size2d;
    readonly normalizedShape: readonly number[];
  };

type Call = (inputs: readonly Tensor[], options: Options) => Tensor;

export const calls = {
  relu: ([x]) => F.relu(x),
  relu6: ([x]) => F.relu6(x),
  leakyRelu: ([x], { negativeSlope }) => F.leakyRelu(x, negativeSlope),
  elu: ([x], { alpha }) => F.elu(x, alpha),
  selu: ([x]) => F.selu(x),
  celu: ([x], { alpha }) => F.celu(x, alpha),
  gelu: ([x], options) => F.gelu(x, options),
  silu: ([x]) => F.silu(x),
  mish: ([x]) => F.mish(x),
  sigmoid: ([x]) => F.sigmoid(x),
  logSigmoid: ([x]) => F.logSigmoid(x),
  hardsigmoid: ([x]) => F.hardsigmoid(x),
  hardswish: ([x]) => F.hardswish(x),
  tanh: ([x]) => F.tanh(x),
  hardtanh: ([x], options) => F.hardtanh(x, options),
  softsign: ([x]) => F.softsign(x),
  softplus: ([x], options) => F.softplus(x, options),
  softmax: ([x], { dim }) => F.softmax(x, dim),
  logSoftmax: ([x], { dim }) => F.logSoftmax(x, dim),
  glu: ([x], { dim }) => F.glu(x, dim),
  prelu: ([x, weight]) => F.prelu(x, weight),
  mseLoss: ([x, y], options) => F.mseLoss(x, y, options),
  l1Loss: ([x, y], options) => F.l1Loss(x, y, options),
  smoothL1Loss: ([x, y], options) => F.smoothL1Loss(x, y, options),
  huberLoss: ([x, y], options) => F.huberLoss(x, y, options),
  klDiv: ([x, y], options) => F.klDiv(x, y, options),
  binaryCrossEntropy: ([x, y, weight], options) => F.binaryCrossEntropy(x, y, { ...options, weight }),
  binaryCrossEntropyWithLogits: ([x, y, weight, posWeight], options) =>
    F.binaryCrossEntropyWithLogits(x, y, { ...options, weight, posWeight }),
  crossEntropy: ([x, y, weight], options) => F.crossEntropy(x, y, { ...options, weight }),
  nllLoss: ([x, y, weight], options) => F.nllLoss(x, y, { ...options, weight }),
  linear: ([x, weight, bias]) => F.linear(x, weight, bias),
  conv2d: ([x, weight, bias], options) => F.conv2d(x, weight, bias, options),
  maxPool2d: ([x], { kernelSize, ...options }) => F.maxPool2d(x, kernelSize, options),
  avgPool2d: ([x], { kernelSize, ...options }) => F.avgPool2d(x, kernelSize, options),
  batchNorm: ([x, mean, variance, weight, bias], options) =>
    F.batchNorm(x, mean, variance, { ...options, weight, bias }),
  layerNorm: ([x, weight, bias], { normalizedShape, eps }) =>
    F.layerNorm(x, normalizedShape, { weight, bias, eps }),
  normalize: ([x], options) => F.normalize(x, options),
  embedding: ([x, weight], options) => F.embedding(x, weight, options),
  scaledDotProductAttention: ([query, key, value, attnMask], options) =>
    F.scaledDotProductAttention(query, key, value, { ...options, attnMask }),
} satisfies Record<string, Call>;
