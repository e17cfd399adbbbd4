/** Functions without state, as torch.nn.functional. */

export * from './activations.ts';
export {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveMaxPool3d,
} from './adaptive-pooling.ts'; // prettier-ignore
export type { OutputSizes } from './adaptive-pooling.ts';
export { affineGrid } from './affine-grid.ts';
export type { AffineGridOptions } from './affine-grid.ts';
export { scaledDotProductAttention } from './attention.ts';
export type { AttentionOptions } from './attention.ts';
export * from './binary-cross-entropy.ts';
export { avgPool1d, avgPool2d, avgPool3d, lpPool1d, lpPool2d, lpPool3d } from './average-pooling.ts';
export type { AvgPoolOptions, LpPoolOptions } from './average-pooling.ts';
export type { Sizes } from './checks.ts';
export { bilinear } from './bilinear.ts';
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
export type { EmbeddingFunctionOptions, LookupOptions } from './embedding.ts';
export { embeddingBag } from './embedding-bag.ts';
export type { BagMode, EmbeddingBagFunctionOptions } from './embedding-bag.ts';
export * from './gumbel-softmax.ts';
export { fold, unfold } from './fold.ts';
export type { FoldOptions } from './fold.ts';
export { fractionalMaxPool2d, fractionalMaxPool3d } from './fractional-pooling.ts';
export type { FractionalMaxPoolOptions } from './fractional-pooling.ts';
export { gridSample } from './grid-sample.ts';
export type { GridPaddingMode, GridSampleOptions } from './grid-sample.ts';
export { interpolate, upsample, upsampleBilinear, upsampleNearest } from './interpolate.ts';
export type { InterpolateOptions, InterpolationMode, ResizeOptions, UpsampleOptions } from './interpolate.ts';
export { groupNorm, instanceNorm } from './group-normalization.ts';
export type { GroupNormFunctionOptions, InstanceNormFunctionOptions } from './group-normalization.ts';
export { localResponseNorm } from './response-normalization.ts';
export type { LocalResponseNormOptions } from './response-normalization.ts';
export { linear } from './linear.ts';
export * from './losses.ts';
export { maxPool1d, maxPool2d, maxPool3d } from './max-pooling.ts';
export type { IndexOptions, MaxPoolOptions, MaybeIndexed } from './max-pooling.ts';
export * from './margin-losses.ts';
export * from './nll-losses.ts';
export { multiHeadAttentionForward } from './multi-head-attention.ts';
export type { MultiHeadAttentionOptions } from './multi-head-attention.ts';
export { batchNorm, layerNorm, normalize, rmsNorm } from './normalization.ts';
export type {
  BatchNormFunctionOptions,
  LayerNormFunctionOptions,
  NormalizeOptions,
  RmsNormFunctionOptions,
} from './normalization.ts';
export { pad } from './pad.ts';
export type { PadMode, PadOptions } from './pad.ts';
export * from './positions.ts';
export type { LossOptions, Reduction } from './reduction.ts';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './shuffle.ts';
export { convTranspose1d, convTranspose2d, convTranspose3d } from './transposed-convolution.ts';
export type { ConvTransposeOptions } from './transposed-convolution.ts';
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from './unpooling.ts';
export type { MaxUnpoolOptions } from './unpooling.ts';
export type { WindowOptions } from './windows.ts';
export { hardshrink, rrelu, softshrink, tanhshrink, threshold } from './thresholds.ts';
export type { RreluOptions } from './thresholds.ts';
export * from './triplet-losses.ts';
