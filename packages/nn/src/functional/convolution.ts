/**
 * Convolution (cross-correlation, as everywhere in deep learning) in one, two and three dimensions: one contraction that
 * reads the input at `stride · o + dilation · k - padding`. Reads outside of the input give zeros, so nothing is padded
 * or unfolded.
 */

import type { ContractHint, ConvolutionAlgorithm } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, composed, forProduct } from '@tenfold/tensor/internal';
import { requireOneOf, requireSameDType, requireShape } from './checks.ts';
import type { Sizes } from './checks.ts';
import { checkConvolution, convolution, convolvedAxes, inGroups } from './convolution-geometry.ts';
import { asBatch } from './spatial.ts';

export interface ConvOptions {
  /** Default 1. */
  readonly stride?: Sizes;
  /** Zeros on each side; `'valid'` is 0, `'same'` keeps the size (for stride 1). Default 0. */
  readonly padding?: Sizes | 'valid' | 'same';
  /** Default 1. */
  readonly dilation?: Sizes;
  /** Into how many parts the channels are divided, each convolved by itself. Default 1. */
  readonly groups?: number;
  /** How the backend shall compute it and its gradients; an error where it cannot. Default `'auto'`: what it estimates to be fastest. */
  readonly algorithm?: 'auto' | ConvolutionAlgorithm;
  /** `'high'` leaves out algorithms that round more than plain sums (Winograd). Default `'default'`. */
  readonly precision?: 'default' | 'high';
}

const ALGORITHMS = ['auto', 'direct', 'im2col', 'implicit-gemm', 'winograd2', 'winograd4'] as const;
const PRECISIONS = ['default', 'high'] as const;

/**
 * Convolves `[N, C, L]` or `[C, L]` with a weight `[O, C / groups, kL]` and adds a bias `[O]`, as
 * torch.nn.functional.conv1d. Errors as `conv2d`.
 */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  return convolve('conv1d', 1, input, weight, bias, options);
}

/**
 * Convolves `[N, C, H, W]` or `[C, H, W]` with a weight `[O, C / groups, kH, kW]` and adds a bias `[O]`, as
 * torch.nn.functional.conv2d.
 * @throws ShapeError when channels do not agree, or the kernel is larger than the padded input.
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  return convolve('conv2d', 2, input, weight, bias, options);
}

/**
 * Convolves `[N, C, D, H, W]` or `[C, D, H, W]` with a weight `[O, C / groups, kD, kH, kW]` and adds a bias `[O]`, as
 * torch.nn.functional.conv3d. Errors as `conv2d`.
 */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  return convolve('conv3d', 3, input, weight, bias, options);
}

/** Convolution over the last `rank` axes. */
export function convolve(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions,
): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const filters = forProduct(weight);
  const batch = (images: Tensor) => {
    checkConvolution(op, rank, images, filters, groups);
    const axes = convolvedAxes(op, images, filters.shape.slice(2), { stride, padding, dilation });
    const [x, w] = [inGroups(images, 1, groups), inGroups(filters, 0, groups)];
    const product = apply('contract', [x, w], { ...convolution(x.shape, w.shape, axes), hint: hintOf(op, options) });
    const sizes = axes.map(({ out }) => out);
    const result = groups === 1 ? product : product.reshape([images.shape[0], weight.shape[0], ...sizes]);
    return withBias(op, result, bias, rank);
  }; // prettier-ignore
  return composed(input, () => asBatch(rank, forProduct(input), batch));
}

/** Adds a number to each channel. */
export function withBias(op: string, x: Tensor, bias: Tensor | null, rank: number): Tensor {
  if (bias === null) return x;
  const channels = x.shape[1];
  const numbers = forProduct(bias);
  requireShape(op, 'bias', numbers, [channels]);
  requireSameDType(op, ['input', x], ['bias', numbers]);
  return x.add(numbers.reshape([channels, ...new Array<number>(rank).fill(1)]));
}

/** What the user wishes about the computation, checked. */
export function hintOf(
  op: string,
  { algorithm = 'auto', precision = 'default' }: Pick<ConvOptions, 'algorithm' | 'precision'>,
): ContractHint | undefined {
  requireOneOf(op, 'algorithm', algorithm, ALGORITHMS);
  requireOneOf(op, 'precision', precision, PRECISIONS);
  if (algorithm === 'auto' && precision === 'default') return undefined;
  return {
    ...(algorithm !== 'auto' && { algorithm }),
    ...(precision === 'high' && { precision }),
  };
}
