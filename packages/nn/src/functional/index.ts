/** Functions without state, as torch.nn.functional. */

export * from './activations.ts';
export { scaledDotProductAttention } from './attention.ts';
export type { AttentionOptions } from './attention.ts';
export * from './binary-cross-entropy.ts';
export { avgPool1d, avgPool2d, avgPool3d, lpPool1d, lpPool2d, lpPool3d } from './average-pooling.ts';
export type { AvgPoolOptions, LpPoolOptions } from './average-pooling.ts';
export type { Sizes } from './checks.ts';
export { conv1d, conv2d, conv3d } from './convolution.ts';
export type { ConvOptions } from './convolution.ts';
export { crossEntropy, nllLoss } from './cross-entropy.ts';
export type { CrossEntropyOptions, NllLossOptions } from './cross-entropy.ts';
export { ctcLoss } from './ctc-loss.ts';
export type { CtcLossOptions, SequenceLengths } from './ctc-loss.ts';
export { cosineSimilarity, pairwiseDistance, pdist } from './distances.ts';
export type { CosineSimilarityOptions, PairwiseDistanceOptions } from './distances.ts';
export * from './dropout.ts';
export { embedding, oneHot } from './embedding.ts';
export type { EmbeddingFunctionOptions } from './embedding.ts';
export * from './gumbel-softmax.ts';
export { linear } from './linear.ts';
export * from './losses.ts';
export { maxPool1d, maxPool2d, maxPool3d } from './max-pooling.ts';
export type { IndexOptions, MaxPoolOptions, MaybeIndexed } from './max-pooling.ts';
export * from './margin-losses.ts';
export * from './nll-losses.ts';
export { multiHeadAttentionForward } from './multi-head-attention.ts';
export type { MultiHeadAttentionOptions } from './multi-head-attention.ts';
export { batchNorm, layerNorm, normalize } from './normalization.ts';
export type {
  BatchNormFunctionOptions,
  LayerNormFunctionOptions,
  NormalizeOptions,
} from './normalization.ts';
export { pad } from './pad.ts';
export type { PadMode, PadOptions } from './pad.ts';
export type { LossOptions, Reduction } from './reduction.ts';
export { convTranspose1d, convTranspose2d, convTranspose3d } from './transposed-convolution.ts';
export type { ConvTransposeOptions } from './transposed-convolution.ts';
export type { WindowOptions } from './windows.ts';
export { hardshrink, rrelu, softshrink, tanhshrink, threshold } from './thresholds.ts';
export type { RreluOptions } from './thresholds.ts';
export * from './triplet-losses.ts';
