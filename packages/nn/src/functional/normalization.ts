/**
 * Normalisation by statistics of the batch, of each example, or of a vector. All are compositions: the reductions run
 * over the same rows and fuse with the arithmetic between them.
 */

import { ShapeError, computeType, formatShape, sameShape } from '@tenfold/ir';
import { clamp, noGrad, norm, variance as varianceOf } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { autocastDType, castTo, composed, literal } from '@tenfold/tensor/internal';
import { requireFloat, requireShape } from './checks.ts';

export interface BatchNormFunctionOptions {
  /** A factor for each channel, `[C]`. */
  readonly weight?: Tensor | null;
  /** A summand for each channel, `[C]`. */
  readonly bias?: Tensor | null;
  /** Whether to normalise by the batch and to update the running statistics. Default false. */
  readonly training?: boolean;
  /** The share of the batch in the new running statistics, a number or a 0-d tensor. Default 0.1. */
  readonly momentum?: number | Tensor;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalises each channel of `[N, C, ...]`, as torch.nn.functional.batch_norm. Outside of training it is a factor and
 * a summand for each channel, which fold into the operation before. Without running statistics the batch's are used.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormFunctionOptions = {},
): Tensor {
  return composed(input, () => {
    const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
    requireFloat('batchNorm', 'input', input);
    if (input.ndim < 2) {
      throw new ShapeError(
        `batchNorm: the input has shape ${formatShape(input.shape)}, expected [N, C] or [N, C, ...]`,
      );
    }
    const channels = input.shape[1];
    const perChannel = (tensor: Tensor) =>
      tensor.reshape(input.shape.map((_, axis) => (axis === 1 ? channels : 1)));
    for (const [name, tensor] of Object.entries({ weight, bias, runningMean, runningVar })) {
      if (tensor) requireShape('batchNorm', name, tensor, [channels]);
    }
    // Halves are storage types: statistics of them are taken in float32.
    const x = castTo(input, computeType(input.dtype));
    const channel = (tensor: Tensor) => perChannel(castTo(tensor, x.dtype));
    if (!training && runningMean && runningVar) {
      const inverse = runningVar.add(eps).rsqrt();
      const scale = weight ? weight.mul(inverse) : inverse;
      const centre = runningMean.mul(scale);
      const shift = bias ? bias.sub(centre) : centre.neg();
      return castTo(x.mul(channel(scale)).add(channel(shift)), input.dtype);
    }
    const count = input.numel / channels;
    if (training && count === 1) {
      throw new ShapeError(
        `batchNorm: one value a channel (shape ${formatShape(input.shape)}) has no variance; train with a larger batch, or call eval()`,
      );
    }
    const axes = input.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const mean = x.mean(axes);
    const variance = varianceOf(x, axes, { correction: 0 });
    if (training && runningMean && runningVar) {
      noGrad(() => {
        blend(runningMean, mean, momentum);
        blend(runningVar, variance.mul(literal(variance, count / (count - 1))), momentum);
      });
    }
    const normalized = x.sub(perChannel(mean)).mul(perChannel(variance.add(eps).rsqrt()));
    return castTo(affine(normalized, weight && channel(weight), bias && channel(bias)), input.dtype);
  });
}

/** `running = (1 - momentum) · running + momentum · batch`, as an effect of the next run. */
export function blend(running: Tensor, batch: Tensor, momentum: number | Tensor): void {
  const share = castTo(batch, running.dtype).detach().sub(running).mul(momentum);
  running.assign(castTo(running.add(share), running.dtype));
}

export interface LayerNormFunctionOptions {
  /** A factor for each element of the normalised shape. */
  readonly weight?: Tensor | null;
  /** A summand for each element of the normalised shape. */
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalises over the last axes, those of `normalizedShape`, as torch.nn.functional.layer_norm.
 * @throws ShapeError when the input does not end in that shape.
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  { weight = null, bias = null, eps = 1e-5 }: LayerNormFunctionOptions = {},
): Tensor {
  return composed(input, () => {
    const axes = normalizedAxes('layerNorm', input, normalizedShape, { weight, bias });
    const x = castTo(input, computeType(input.dtype));
    const mean = x.mean(axes, { keepdim: true });
    const variance = varianceOf(x, axes, { correction: 0, keepdim: true });
    const normalized = x.sub(mean).mul(variance.add(eps).rsqrt());
    const same = (tensor: Tensor | null) => tensor && castTo(tensor, x.dtype);
    return asInput(affine(normalized, same(weight), same(bias)), input);
  });
}

/** A result of statistics in float32 in the input's dtype, but as it is inside `autocast`. */
export function asInput(result: Tensor, input: Tensor): Tensor {
  return autocastDType() ? result : castTo(result, input.dtype);
}

export interface RmsNormFunctionOptions {
  /** A factor for each element of the normalised shape. */
  readonly weight?: Tensor | null;
  /** Added to the mean square. Default: the distance from 1 to the next number of the dtype. */
  readonly eps?: number | null;
}

/**
 * Divides by the root of the mean square over the last axes, those of `normalizedShape`, as torch.nn.functional.rms_norm.
 * https://arxiv.org/abs/1910.07467
 * @throws ShapeError when the input does not end in that shape.
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  { weight = null, eps = null }: RmsNormFunctionOptions = {},
): Tensor {
  return composed(input, () => {
    const axes = normalizedAxes('rmsNorm', input, normalizedShape, { weight });
    const x = castTo(input, computeType(input.dtype));
    const square = x.square().mean(axes, { keepdim: true });
    const scaled = x.mul(square.add(eps ?? EPSILON[x.dtype === 'float64' ? 'float64' : 'float32']).rsqrt());
    return castTo(affine(scaled, weight && castTo(weight, x.dtype), null), input.dtype);
  });
}

/** Distances from 1 to the next number; halves are computed with in float32. */
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/** The last axes, which must have the sizes of `normalizedShape`, as must parameters. */
function normalizedAxes(
  op: string,
  input: Tensor,
  normalizedShape: number | readonly number[],
  parameters: Readonly<Record<string, Tensor | null>>,
): number[] {
  requireFloat(op, 'input', input);
  const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
  if (shape.length === 0 || !sameShape(input.shape.slice(-shape.length), shape)) {
    throw new ShapeError(
      `${op}: the input has shape ${formatShape(input.shape)}, which does not end in ${formatShape(shape)}`,
    );
  }
  for (const [name, tensor] of Object.entries(parameters)) {
    if (tensor) requireShape(op, name, tensor, shape);
  }
  return shape.map((_, i) => input.ndim - shape.length + i);
}

function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight ? x.mul(weight) : x;
  return bias ? scaled.add(bias) : scaled;
}

export interface NormalizeOptions {
  /** The exponent of the norm. Default 2. */
  readonly p?: number;
  /** The axis along which norms are taken. Default 1. */
  readonly dim?: number;
  /** The least norm to divide by. Default 1e-12. */
  readonly eps?: number;
}

/** Divides by the norm along an axis, as torch.nn.functional.normalize. */
export function normalize(input: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  return composed(input, () => {
    requireFloat('normalize', 'input', input);
    return input.div(clamp(norm(input, p, dim, { keepdim: true }), eps));
  });
}
