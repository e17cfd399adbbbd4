/**
 * Transposed convolution in one, two and three dimensions: the linear map whose matrix is the transpose of a
 * convolution's, so its gradient is that convolution. It is a contraction too; without dilation, each phase of the stride
 * is convolved with its own taps, so that no inserted zero is ever multiplied.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { ContractHint } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { customGrad } from '@tenfold/tensor/base';
import { apply, composed, forProduct } from '@tenfold/tensor/internal';
import { sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import {
  checkConvolution,
  convolution,
  inGroups,
  phaseTranspose,
  phases,
  spreadTranspose,
  weightGradient,
} from './convolution-geometry.ts';
import type { ConvolvedAxis } from './convolution-geometry.ts';
import { hintOf, withBias } from './convolution.ts';
import type { ConvOptions } from './convolution.ts';
import { asBatch, cropSpace, spreadSpace } from './spatial.ts';

export interface ConvTransposeOptions extends Pick<ConvOptions, 'precision'> {
  /** Default 1. */
  readonly stride?: Sizes;
  /** How much is cut off on each side of the result. Default 0. */
  readonly padding?: Sizes;
  /** How much longer the result is at its end: which of the sizes that the convolution maps to one. Default 0. */
  readonly outputPadding?: Sizes;
  /** Into how many parts the channels are divided. Default 1. */
  readonly groups?: number;
  /** Default 1. */
  readonly dilation?: Sizes;
}

/**
 * Transposed convolution of `[N, C, L]` or `[C, L]` with a weight `[C, O / groups, kL]`, plus a bias `[O]`, as
 * torch.nn.functional.conv_transpose1d. Errors as `convTranspose2d`.
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed('convTranspose1d', 1, input, weight, bias, options);
}

/**
 * Transposed convolution of `[N, C, H, W]` or `[C, H, W]` with a weight `[C, O / groups, kH, kW]`, plus a bias `[O]`, as
 * torch.nn.functional.conv_transpose2d. Each size becomes
 * `(size - 1) · stride - 2 · padding + dilation · (kernel - 1) + outputPadding + 1`.
 * @throws ShapeError when channels do not agree; ArgumentError for an outputPadding as large as stride and dilation.
 */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed('convTranspose2d', 2, input, weight, bias, options);
}

/**
 * Transposed convolution of `[N, C, D, H, W]` or `[C, D, H, W]` with a weight `[C, O / groups, kD, kH, kW]`, plus a bias
 * `[O]`, as torch.nn.functional.conv_transpose3d. Errors as `convTranspose2d`.
 */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed('convTranspose3d', 3, input, weight, bias, options);
}

/** Transposed convolution over the last `rank` axes. */
export function convolveTransposed(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  const { groups = 1 } = options;
  const filters = forProduct(weight);
  const batch = (images: Tensor) => {
    checkConvolution(op, rank, images, filters, groups, true);
    const axes = transposedAxes(op, images, filters.shape.slice(2), options);
    const [x, w] = [inGroups(images, 1, groups), inGroups(filters, 0, groups)];
    const product = transposed(x, w, axes, hintOf(op, options));
    const shape = [images.shape[0], filters.shape[1] * groups, ...axes.map(({ size }) => size)];
    return withBias(op, groups === 1 ? product : product.reshape(shape), bias, rank);
  };
  return composed(input, () => asBatch(rank, forProduct(input), batch));
}

/** The axes of the convolution that this is the transpose of: `size` is that of our result, `out` of our input. */
function transposedAxes(
  op: string,
  { shape }: Tensor,
  kernel: readonly number[],
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1 }: ConvTransposeOptions,
): ConvolvedAxis[] {
  const rank = kernel.length;
  const strides = sizesOf(op, 'stride', stride, rank, 1);
  const pads = sizesOf(op, 'padding', padding, rank, 0);
  const extras = sizesOf(op, 'outputPadding', outputPadding, rank, 0);
  const dilations = sizesOf(op, 'dilation', dilation, rank, 1);
  return kernel.map((taps, i) => {
    if (extras[i] >= Math.max(strides[i], dilations[i])) {
      throw new ArgumentError(
        `${op}: outputPadding ${extras[i]} must be smaller than stride ${strides[i]} or dilation ${dilations[i]}`,
      );
    }
    const out = shape[2 + i];
    const size = (out - 1) * strides[i] - 2 * pads[i] + dilations[i] * (taps - 1) + extras[i] + 1;
    if (size < 1) {
      throw new ShapeError(
        `${op}: the result would have size ${size} for an input ${formatShape(shape)}; use less padding than ${pads[i]}`,
      );
    }
    return { size, kernel: taps, stride: strides[i], dilation: dilations[i], before: pads[i], out };
  });
}

/** The product without bias, between operands that are cut into groups already. */
function transposed(
  x: Tensor,
  w: Tensor,
  axes: readonly ConvolvedAxis[],
  hint: ContractHint | undefined,
): Tensor {
  const inPhases = axes.every(({ dilation }) => dilation === 1) && axes.some(({ stride }) => stride > 1);
  return customGrad(
    [x, w],
    () => {
      if (inPhases) return byPhases(x, w, axes, hint);
      const spread = spreadSpace(x, axes.map(({ stride }) => stride - 1)); // prettier-ignore
      return apply('contract', [spread, w], { ...spreadTranspose(x.shape, w.shape, axes), hint });
    },
    (gradient) => {
      const { shape } = gradient;
      const toInput = () => apply('contract', [gradient, w], { ...convolution(shape, w.shape, axes), hint });
      const toWeight = () =>
        apply('contract', [gradient, x], { ...weightGradient(shape, w.shape, axes), hint });
      return [x.requiresGrad ? toInput() : undefined, w.requiresGrad ? toWeight() : undefined];
    },
  );
}

/** Phase by phase, then the phases side by side and what is too much at the ends cut off. */
function byPhases(
  x: Tensor,
  w: Tensor,
  axes: readonly ConvolvedAxis[],
  hint: ContractHint | undefined,
): Tensor {
  const product = apply('contract', [x, w], { ...phaseTranspose(x.shape, w.shape, axes), hint });
  const leading = product.shape.slice(0, -2 * axes.length);
  const whole = product.reshape([...leading, ...axes.map((axis) => phases(axis).count * axis.stride)]);
  const start = axes.map((axis) => axis.before - phases(axis).first * axis.stride);
  return cropSpace(whole, start, axes.map(({ size }) => size)); // prettier-ignore
}
