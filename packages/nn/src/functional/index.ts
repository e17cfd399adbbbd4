/** Functions without state, as torch.nn.functional. */

export * from './activations.ts';
export { scaledDotProductAttention } from './attention.ts';
export type { AttentionOptions } from './attention.ts';
export * from './binary-cross-entropy.ts';
export type { Size2d } from './checks.ts';
export { conv2d } from './convolution.ts';
export type { Conv2dFunctionOptions } from './convolution.ts';
export { crossEntropy, nllLoss } from './cross-entropy.ts';
export type { CrossEntropyOptions, NllLossOptions } from './cross-entropy.ts';
export { dropout } from './dropout.ts';
export type { DropoutOptions } from './dropout.ts';
export { embedding, oneHot } from './embedding.ts';
export type { EmbeddingFunctionOptions } from './embedding.ts';
export { linear } from './linear.ts';
export * from './losses.ts';
export { batchNorm, layerNorm, normalize } from './normalization.ts';
export type {
  BatchNormFunctionOptions,
  LayerNormFunctionOptions,
  NormalizeOptions,
} from './normalization.ts';
export { avgPool2d, maxPool2d } from './pooling.ts';
export type { AvgPoolOptions } from './pooling.ts';
export type { LossOptions, Reduction } from './reduction.ts';
export type { PoolOptions } from './windows.ts';
