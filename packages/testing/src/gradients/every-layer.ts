/**
 * Gradient checks in float64 of every layer class of `nn`, with respect to its inputs and all of its parameters: of the cases
 * here, and of those for sequences, which run on every device. A class without a case is an error.
 */

import * as nn from '@tenfold/nn';
import { manualSeed, setDefaultDevice, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GradientCase } from './case.ts';
import { indices } from './case.ts';
import { onModule } from './module-case.ts';
import { SEQUENCE_CASES } from './sequence-cases.ts';
import { checkDifferences } from './suite.ts';

/** A layer of two tensors. */
interface BinaryModule extends nn.Module {
  forward(x: Tensor, y: Tensor): Tensor;
}

type Shape = readonly number[];

/** Layers of one input, by their names, all of one shape. */
function onOne(
  shape: Shape,
  layers: Readonly<Record<string, () => nn.UnaryModule>>,
  smooth = true,
): GradientCase[] {
  return Object.entries(layers).map(([name, make]) =>
    onModule(name, make, [shape], (layer, x) => layer.forward(x), smooth),
  );
}

/** Layers of two tensors of one shape, by their names. */
function onTwo(
  shape: Shape,
  layers: Readonly<Record<string, () => BinaryModule>>,
  smooth = true,
): GradientCase[] {
  return Object.entries(layers).map(([name, make]) =>
    onModule(name, make, [shape, shape], (layer, x, y) => layer.forward(x, y), smooth),
  );
}

/** Layers that draw random numbers draw the same ones each time. */
function seeded(make: () => nn.UnaryModule): () => nn.UnaryModule {
  return () => {
    manualSeed(5);
    return make();
  };
}

/** A module of layers that have a case of their own, with respect to its inputs alone. */
function onInputs<M extends nn.Module>(
  name: string,
  make: () => M,
  shapes: readonly Shape[],
  call: (module: M, ...inputs: Tensor[]) => Tensor,
): GradientCase {
  let module: M | undefined;
  return { name, shapes, fn: (...inputs) => call((module ??= make().to('float64')), ...inputs) };
}

const activations: readonly GradientCase[] = [
  ...onOne([2, 4], {
    CELU: () => new nn.CELU(1.5),
    ELU: () => new nn.ELU(0.7),
    GELU: () => new nn.GELU(),
    GLU: () => new nn.GLU(),
    Identity: () => new nn.Identity(),
    LogSigmoid: () => new nn.LogSigmoid(),
    LogSoftmax: () => new nn.LogSoftmax(1),
    Mish: () => new nn.Mish(),
    SELU: () => new nn.SELU(),
    Sequential: () => new nn.Sequential(new nn.Linear(4, 1), new nn.Tanh()),
    SiLU: () => new nn.SiLU(),
    Sigmoid: () => new nn.Sigmoid(),
    Softmax: () => new nn.Softmax(1),
    Softmin: () => new nn.Softmin(0),
    Softplus: () => new nn.Softplus({ beta: 2 }),
    Softsign: () => new nn.Softsign(),
    Tanh: () => new nn.Tanh(),
    Tanhshrink: () => new nn.Tanhshrink(),
  }),
  ...onOne([2, 3, 1, 2], {
    Softmax2d: () => new nn.Softmax2d(),
    PReLU: () => new nn.PReLU({ numParameters: 3 }),
  }),
  ...onOne(
    [2, 4],
    {
      Hardshrink: () => new nn.Hardshrink(),
      Hardsigmoid: () => new nn.Hardsigmoid(),
      Hardswish: () => new nn.Hardswish(),
      Hardtanh: () => new nn.Hardtanh(),
      LeakyReLU: () => new nn.LeakyReLU(),
      RReLU: seeded(() => new nn.RReLU()),
      ReLU: () => new nn.ReLU(),
      ReLU6: () => new nn.ReLU6(),
      Softshrink: () => new nn.Softshrink(),
      Threshold: () => new nn.Threshold(0.5, 7),
    },
    false,
  ),
];

const images: readonly GradientCase[] = [
  ...onOne([1, 2, 4], {
    AvgPool1d: () => new nn.AvgPool1d(2),
    AdaptiveAvgPool1d: () => new nn.AdaptiveAvgPool1d(3),
    CircularPad1d: () => new nn.CircularPad1d(1),
    ConstantPad1d: () => new nn.ConstantPad1d(1, 0.5),
    Conv1d: () => new nn.Conv1d(2, 2, 3, { padding: 1 }),
    ConvTranspose1d: () => new nn.ConvTranspose1d(2, 1, 2, { stride: 2 }),
    LPPool1d: () => new nn.LPPool1d(2, 2),
    ReflectionPad1d: () => new nn.ReflectionPad1d(1),
    ReplicationPad1d: () => new nn.ReplicationPad1d(1),
    ZeroPad1d: () => new nn.ZeroPad1d(1),
  }),
  ...onOne([1, 2, 2, 3], {
    AvgPool2d: () => new nn.AvgPool2d(2),
    AdaptiveAvgPool2d: () => new nn.AdaptiveAvgPool2d([1, 2]),
    ChannelShuffle: () => new nn.ChannelShuffle(2),
    CircularPad2d: () => new nn.CircularPad2d(1),
    ConstantPad2d: () => new nn.ConstantPad2d(1, 0.5),
    Conv2d: () => new nn.Conv2d(2, 1, 2),
    ConvTranspose2d: () => new nn.ConvTranspose2d(2, 1, 2, { padding: 1 }),
    Flatten: () => new nn.Flatten(),
    LPPool2d: () => new nn.LPPool2d(2, 2),
    ReflectionPad2d: () => new nn.ReflectionPad2d(1),
    ReplicationPad2d: () => new nn.ReplicationPad2d(1),
    Unfold: () => new nn.Unfold(2),
    Upsample: () => new nn.Upsample({ scaleFactor: 2, mode: 'bicubic' }),
    UpsamplingBilinear2d: () => new nn.UpsamplingBilinear2d({ scaleFactor: 2 }),
    UpsamplingNearest2d: () => new nn.UpsamplingNearest2d({ scaleFactor: 2 }),
    ZeroPad2d: () => new nn.ZeroPad2d(1),
  }),
  ...onOne([1, 1, 2, 2, 3], {
    AvgPool3d: () => new nn.AvgPool3d(2),
    AdaptiveAvgPool3d: () => new nn.AdaptiveAvgPool3d([1, 2, 2]),
    CircularPad3d: () => new nn.CircularPad3d([1, 1, 0, 0, 1, 0]),
    ConstantPad3d: () => new nn.ConstantPad3d([1, 0, 0, 0, 1, 0], 0.5),
    Conv3d: () => new nn.Conv3d(1, 1, 2),
    ConvTranspose3d: () => new nn.ConvTranspose3d(1, 1, [1, 2, 1]),
    LPPool3d: () => new nn.LPPool3d(2, 2),
    ReflectionPad3d: () => new nn.ReflectionPad3d([1, 1, 0, 0, 1, 0]),
    ReplicationPad3d: () => new nn.ReplicationPad3d([1, 1, 0, 0, 1, 0]),
    ZeroPad3d: () => new nn.ZeroPad3d([1, 0, 0, 0, 1, 0]),
  }),
  ...onOne([1, 4, 6], {
    Fold: () => new nn.Fold([3, 4], 2),
    Unflatten: () => new nn.Unflatten(1, [2, 2]),
  }),
  ...onOne([4, 2, 1], { PixelShuffle: () => new nn.PixelShuffle(2) }),
  ...onOne([1, 2, 4], { PixelUnshuffle: () => new nn.PixelUnshuffle(2) }),
  ...onOne([2, 2, 4], { AdaptiveMaxPool1d: () => new nn.AdaptiveMaxPool1d(3), MaxPool1d: () => new nn.MaxPool1d(2) }, false),
  ...onOne(
    [1, 3, 4],
    {
      AdaptiveMaxPool2d: () => new nn.AdaptiveMaxPool2d(2),
      FractionalMaxPool2d: seeded(() => new nn.FractionalMaxPool2d(2, { outputSize: 2 })),
      MaxPool2d: () => new nn.MaxPool2d(2),
    },
    false,
  ),
  ...onOne(
    [1, 3, 3, 3],
    {
      AdaptiveMaxPool3d: () => new nn.AdaptiveMaxPool3d(2),
      FractionalMaxPool3d: seeded(() => new nn.FractionalMaxPool3d(2, { outputSize: 2 })),
      MaxPool3d: () => new nn.MaxPool3d(2),
    },
    false,
  ),
  onModule('MaxUnpool1d', () => new nn.MaxUnpool1d(2), [[2, 2]], (layer, x) => layer.forward(x, indices([[1, 2], [0, 3]]))),
  onModule('MaxUnpool2d', () => new nn.MaxUnpool2d(2), [[1, 2, 2]], (layer, x) =>
    layer.forward(x, indices([0, 3, 9, 14]).reshape(1, 2, 2)),
  ),
  onModule('MaxUnpool3d', () => new nn.MaxUnpool3d(2), [[1, 1, 1, 2]], (layer, x) =>
    layer.forward(x, indices([4, 15]).reshape(1, 1, 1, 2)),
  ),
]; // prettier-ignore

const others: readonly GradientCase[] = [
  ...onOne([4, 2], { BatchNorm1d: () => new nn.BatchNorm1d(2), Linear: () => new nn.Linear(2, 3) }),
  ...onOne([2, 4], { LayerNorm: () => new nn.LayerNorm(4), RMSNorm: () => new nn.RMSNorm(4) }),
  ...onOne([2, 4, 2], {
    GroupNorm: () => new nn.GroupNorm(2, 4),
    InstanceNorm1d: () => new nn.InstanceNorm1d(4, { affine: true }),
    LocalResponseNorm: () => new nn.LocalResponseNorm(3, { alpha: 0.5 }),
  }),
  ...onOne([2, 2, 1, 3], {
    BatchNorm2d: () => new nn.BatchNorm2d(2),
    CrossMapLRN2d: () => new nn.CrossMapLRN2d(3, { alpha: 0.5 }),
    InstanceNorm2d: () => new nn.InstanceNorm2d(2, { affine: true }),
  }),
  ...onOne([2, 1, 2, 1, 2], {
    BatchNorm3d: () => new nn.BatchNorm3d(1),
    InstanceNorm3d: () => new nn.InstanceNorm3d(1, { affine: true }),
  }),
  ...onOne([2, 3, 2], {
    AlphaDropout: seeded(() => new nn.AlphaDropout()),
    Dropout: seeded(() => new nn.Dropout()),
    Dropout1d: seeded(() => new nn.Dropout1d()),
    FeatureAlphaDropout: seeded(() => new nn.FeatureAlphaDropout()),
    SinusoidalPositionalEncoding: () => new nn.SinusoidalPositionalEncoding(2),
  }),
  ...onOne([2, 2, 1, 2], { Dropout2d: seeded(() => new nn.Dropout2d()) }),
  ...onOne([2, 2, 1, 1, 2], { Dropout3d: seeded(() => new nn.Dropout3d()) }),
  ...onTwo([2, 3], { CosineSimilarity: () => new nn.CosineSimilarity(), PairwiseDistance: () => new nn.PairwiseDistance() }),
  onModule('Embedding', () => new nn.Embedding(4, 2), [], (layer) => layer.forward(indices([1, 3, 1]))),
  onModule('AdaptiveLogSoftmaxWithLoss', () => new nn.AdaptiveLogSoftmaxWithLoss(2, 5, [2], { divValue: 1 }), [[2, 2]], (layer, x) => {
    const { output, loss } = layer.forward(x, indices([1, 4]));
    return [output, loss];
  }),
]; // prettier-ignore

/** Targets 1 and -1 in the dtype of what they are targets of. */
function signs({ dtype }: Tensor, values: number[] | number[][]): Tensor {
  return tensor(values, { dtype });
}

const losses: readonly GradientCase[] = [
  ...onTwo([2, 3], {
    BCEWithLogitsLoss: () => new nn.BCEWithLogitsLoss(),
    KLDivLoss: () => new nn.KLDivLoss({ logTarget: true, reduction: 'batchmean' }),
    MSELoss: () => new nn.MSELoss(),
    MultiLabelSoftMarginLoss: () => new nn.MultiLabelSoftMarginLoss(),
    PoissonNLLLoss: () => new nn.PoissonNLLLoss(),
  }),
  ...onTwo(
    [2, 3],
    {
      HuberLoss: () => new nn.HuberLoss({ delta: 0.6 }),
      L1Loss: () => new nn.L1Loss(),
      SmoothL1Loss: () => new nn.SmoothL1Loss(),
    },
    false,
  ),
  onModule('BCELoss', () => new nn.BCELoss(), [[2, 3], [2, 3]], (loss, x, y) => loss.forward(x.sigmoid(), y.sigmoid())),
  onModule('CTCLoss', () => new nn.CTCLoss(), [[4, 2, 3]], (loss, x) => loss.forward(x.logSoftmax(2), indices([[1, 1], [2, 1]]), [4, 3], [2, 1]), false),
  onModule('CosineEmbeddingLoss', () => new nn.CosineEmbeddingLoss(), [[2, 3], [2, 3]], (loss, x, y) => loss.forward(x, y, signs(x, [1, -1]))),
  onModule('CrossEntropyLoss', () => new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), [[2, 3]], (loss, x) => loss.forward(x, indices([2, 0]))),
  onModule('GaussianNLLLoss', () => new nn.GaussianNLLLoss(), [[2, 3], [2, 3], [2, 3]], (loss, x, y, v) => loss.forward(x, y, v.exp())),
  onModule('HingeEmbeddingLoss', () => new nn.HingeEmbeddingLoss({ margin: 0.5 }), [[2, 3]], (loss, x) => loss.forward(x, signs(x, [[1, -1, 1], [-1, -1, 1]])), false),
  onModule('MarginRankingLoss', () => new nn.MarginRankingLoss({ margin: 0.2 }), [[3], [3]], (loss, x, y) => loss.forward(x, y, signs(x, [1, -1, 1])), false),
  onModule('MultiLabelMarginLoss', () => new nn.MultiLabelMarginLoss(), [[2, 3]], (loss, x) => loss.forward(x, indices([[2, 0, -1], [1, -1, 0]])), false),
  onModule('MultiMarginLoss', () => new nn.MultiMarginLoss({ p: 2 }), [[2, 3]], (loss, x) => loss.forward(x, indices([2, 0])), false),
  onModule('NLLLoss', () => new nn.NLLLoss(), [[2, 3]], (loss, x) => loss.forward(x, indices([2, 0]))),
  onModule('SoftMarginLoss', () => new nn.SoftMarginLoss(), [[2, 3]], (loss, x) => loss.forward(x, signs(x, [[1, -1, 1], [-1, -1, 1]]))),
  onModule('TripletMarginLoss', () => new nn.TripletMarginLoss({ margin: 3 }), [[2, 3], [2, 3], [2, 3]], (loss, a, p, n) => loss.forward(a, p, n)),
  onModule('TripletMarginWithDistanceLoss', () => new nn.TripletMarginWithDistanceLoss({ margin: 3 }), [[2, 3], [2, 3], [2, 3]], (loss, a, p, n) => loss.forward(a, p, n)),
]; // prettier-ignore

const small = { dimFeedforward: 2, dropout: 0, activation: 'gelu' } as const;
const encoderLayer = () => new nn.TransformerEncoderLayer(2, 1, small);
const decoderLayer = () => new nn.TransformerDecoderLayer(2, 1, small);
const both = { ...small, numEncoderLayers: 1, numDecoderLayers: 1 };
const gru = () => new nn.GRU(1, 1);

const composed: readonly GradientCase[] = [
  onInputs('Bidirectional', () => new nn.Bidirectional(gru(), gru()), [[2, 1, 1]], (net, x) => net.forward(x)[0]),
  onInputs('Transformer', () => new nn.Transformer(2, 1, both), [[2, 1, 2], [1, 1, 2]], (net, x, y) => net.forward(x, y)),
  onInputs('TransformerEncoder', () => new nn.TransformerEncoder(encoderLayer(), 2), [[2, 1, 2]], (net, x) => net.forward(x)),
  onInputs('TransformerDecoder', () => new nn.TransformerDecoder(decoderLayer(), 2), [[2, 1, 2], [1, 1, 2]], (net, x, y) => net.forward(x, y)),
]; // prettier-ignore

const CASES = [...activations, ...images, ...others, ...losses, ...composed];

/** Classes that compute nothing by themselves: containers, and what others extend. */
const WITHOUT = new Set([
  'ModuleDict',
  'ModuleList',
  'ParameterDict',
  'ParameterList',
  'RNNBase',
  'RNNCellBase',
]);

/** Every layer on a device that is registered, and has float64. */
export function everyLayer(device: string): void {
  describe(`gradients of every layer on ${device}`, () => {
    beforeAll(() => setDefaultDevice(device));
    it.each(CASES)('$name', (each) => checkDifferences(each));
    it('none is left out', () => {
      const classes = Object.entries(nn).filter(([, value]) => isLayer(value));
      const checked = new Set([...CASES, ...SEQUENCE_CASES].map(({ name }) => name.split(' ')[0]));
      const unchecked = classes.map(([name]) => name).filter((name) => !checked.has(name));
      expect(new Set(unchecked)).toEqual(WITHOUT);
    });
  });
}

function isLayer(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof nn.Module;
}
