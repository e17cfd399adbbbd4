/** Folding batch normalisation into the layer before it, for inference, as torch.nn.utils.fusion. */

import { ArgumentError } from '@tenfold/ir';
import { noGrad, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import type { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../layers/batch-norm.ts';
import { Conv1d, Conv2d, Conv3d } from '../layers/convolution.ts';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../layers/transposed-convolution.ts';
import { Linear } from '../layers/linear.ts';
import { Parameter } from '../module/parameter.ts';

type Transposed = ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;
type AnyConv = Conv1d | Conv2d | Conv3d | Transposed;
type AnyBatchNorm = BatchNorm1d | BatchNorm2d | BatchNorm3d;

/** Statistics, and what they are applied with; null where there is none. */
interface Normalization {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly eps: number;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** Weight `[out, in, ...]` and bias of a convolution that normalises too; `transpose`: `[in, out, ...]`. */
export function fuseConvBnWeights(
  convW: Tensor,
  convB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
  { transpose = false }: { readonly transpose?: boolean } = {},
): [Parameter, Parameter] {
  const normalization = { mean: bnRm, variance: bnRv, eps: bnEps, weight: bnW, bias: bnB };
  return fold(convW, convB, normalization, transpose ? 1 : 0);
}

/** Weight `[out, in]` and bias of a linear layer that normalises too. */
export function fuseLinearBnWeights(
  linearW: Tensor,
  linearB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
): [Parameter, Parameter] {
  return fold(linearW, linearB, { mean: bnRm, variance: bnRv, eps: bnEps, weight: bnW, bias: bnB }, 0);
}

function fold(
  weight: Tensor,
  bias: Tensor | null,
  norm: Normalization,
  axis: number,
): [Parameter, Parameter] {
  return noGrad(() => {
    const inverse = norm.variance.add(norm.eps).rsqrt();
    const scale = norm.weight ? norm.weight.mul(inverse) : inverse;
    const perOutput = scale.reshape(weight.shape.map((size, i) => (i === axis ? size : 1)));
    const centred = bias ? bias.sub(norm.mean) : norm.mean.neg();
    const shift = centred.mul(scale);
    const grad = { requiresGrad: weight.requiresGrad };
    return [
      new Parameter(weight.mul(perOutput), grad),
      new Parameter(norm.bias ? shift.add(norm.bias) : shift, grad),
    ];
  });
}

/**
 * One convolution, transposed or not, that does what both do in evaluation, as torch.nn.utils.fuse_conv_bn_eval. Both must be
 * in evaluation; a transposed one can have no groups.
 */
export function fuseConvBnEval<C extends AnyConv>(conv: C, bn: AnyBatchNorm): C {
  const transposed = isTransposed(conv);
  if (transposed && conv.groups > 1)
    throw new ArgumentError(
      `fuseConvBnEval: a transposed convolution of ${conv.groups} groups cannot be fused`,
    );
  const fused = emptyLike(conv);
  [fused.weight, fused.bias] = fold(
    conv.weight,
    conv.bias,
    evaluated('fuseConvBnEval', conv, bn),
    transposed ? 1 : 0,
  );
  return fused;
}

/** One linear layer that does what both do in evaluation, as torch.nn.utils.fuse_linear_bn_eval. */
export function fuseLinearBnEval(linear: Linear, bn: BatchNorm1d): Linear {
  const fused = new Linear(linear.inFeatures, linear.outFeatures).eval();
  [fused.weight, fused.bias] = fold(linear.weight, linear.bias, evaluated('fuseLinearBnEval', linear, bn), 0);
  return fused;
}

function isTransposed(conv: AnyConv): conv is Transposed {
  return [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some((kind) => conv instanceof kind);
}

function emptyLike<C extends AnyConv>(conv: C): C {
  const { inChannels, outChannels, kernelSize, stride, dilation, groups } = conv;
  const rank = kernelSize.length - 1;
  const common = { stride, dilation, groups };
  let made: AnyConv;
  if (isTransposed(conv)) {
    const { padding, outputPadding } = conv;
    const Kind = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d][rank];
    made = new Kind(inChannels, outChannels, kernelSize, { ...common, padding, outputPadding });
  } else {
    const { padding, paddingMode, algorithm, precision } = conv as Exclude<AnyConv, Transposed>;
    const Kind = [Conv1d, Conv2d, Conv3d][rank];
    made = new Kind(inChannels, outChannels, kernelSize, {
      ...common,
      padding,
      paddingMode,
      algorithm,
      precision,
    });
  }
  return made.eval() as C;
}

function evaluated(op: string, layer: { readonly training: boolean }, bn: AnyBatchNorm): Normalization {
  if (layer.training || bn.training)
    throw new ArgumentError(`${op}: both layers must be in evaluation; call eval() on them`);
  const { runningMean: mean, runningVar: variance } = bn;
  if (!mean || !variance)
    throw new ArgumentError(
      `${op}: the batch normalisation has no running statistics, which could be folded in`,
    );
  const bias = bn.bias ?? zeros(mean.shape, { dtype: mean.dtype, device: mean.device });
  return { mean, variance, eps: bn.eps, weight: bn.weight, bias };
}
