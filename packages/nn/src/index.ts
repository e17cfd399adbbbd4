/** Modules, layers, losses, functional operations and initialisation. */

export * as functional from './functional/index.ts';
export * as init from './init/index.ts';
export * as utils from './utils/index.ts';
export { Module } from './module/module.ts';
export type { StateDict } from '@tenfold/tensor/base';
export type { ForwardHook, ForwardPreHook, MoveTarget, UnaryModule } from './module/module.ts';
export type { LoadStateDictOptions, LoadStateDictResult } from './module/load-state-dict.ts';
export { Buffer, Parameter } from './module/parameter.ts';
export type { BufferOptions, ParameterOptions } from './module/parameter.ts';

export * from './layers/activations.ts';
export { AdaptiveLogSoftmaxWithLoss } from './layers/adaptive-softmax.ts';
export type { AdaptiveLogSoftmaxOptions } from './layers/adaptive-softmax.ts';
export * from './layers/attention/global-attention.ts';
export { MultiheadAttention } from './layers/attention/multihead-attention.ts';
export type {
  MultiheadAttentionCall,
  MultiheadAttentionOptions,
} from './layers/attention/multihead-attention.ts';
export * from './layers/attention/positional-encoding.ts';
export { TransformerDecoderLayer, TransformerEncoderLayer } from './layers/attention/transformer-layers.ts';
export type {
  DecoderLayerCall,
  EncoderLayerCall,
  TransformerLayerOptions,
} from './layers/attention/transformer-layers.ts';
export * from './layers/attention/transformer.ts';
export * from './layers/adaptive-pooling.ts';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './layers/batch-norm.ts';
export type { BatchNormOptions } from './layers/batch-norm.ts';
export { Bilinear } from './layers/bilinear.ts';
export * from './layers/containers.ts';
export { Conv1d, Conv2d, Conv3d } from './layers/convolution.ts';
export type { ConvLayerOptions, PaddingMode } from './layers/convolution.ts';
export { CosineSimilarity, PairwiseDistance } from './layers/distances.ts';
export * from './layers/dropout.ts';
export { Embedding } from './layers/embedding.ts';
export * from './layers/group-norm.ts';
export * from './layers/instance-norm.ts';
export * from './layers/irregular-pooling.ts';
export type { EmbeddingOptions, PretrainedOptions } from './layers/embedding.ts';
export { EmbeddingBag } from './layers/embedding-bag.ts';
export type { EmbeddingBagOptions } from './layers/embedding-bag.ts';
export { LayerNorm } from './layers/layer-norm.ts';
export type { LayerNormOptions } from './layers/layer-norm.ts';
export { Linear } from './layers/linear.ts';
export type { LayerOptions, LinearOptions } from './layers/linear.ts';
export * from './layers/losses.ts';
export * from './layers/margin-losses.ts';
export * from './layers/mixture-of-experts.ts';
export * from './layers/parameter-containers.ts';
export { RadialBasis } from './layers/radial-basis.ts';
export type { RadialBasisOptions, RadialFunction } from './layers/radial-basis.ts';
export * from './layers/recurrent/bidirectional.ts';
export { GRUCell, LSTMCell, RNNCell, RNNCellBase } from './layers/recurrent/cells.ts';
export type { CellOptions, RNNCellOptions } from './layers/recurrent/cells.ts';
export { GRU, LSTM, RNN } from './layers/recurrent/layers.ts';
export type { LSTMOptions, RNNOptions } from './layers/recurrent/layers.ts';
export { RNNBase } from './layers/recurrent/recurrent.ts';
export type { RecurrentOptions } from './layers/recurrent/recurrent.ts';
export * from './layers/padding.ts';
export * from './layers/pooling.ts';
export * from './layers/rearrangement.ts';
export { Flatten, Identity, Unflatten } from './layers/shape.ts';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './layers/transposed-convolution.ts';
export type { ConvTransposeLayerOptions } from './layers/transposed-convolution.ts';
export * from './layers/thresholds.ts';
export * from './layers/upsampling.ts';
