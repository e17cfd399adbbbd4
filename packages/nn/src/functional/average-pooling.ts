/**
 * Average pooling and power-average pooling in one, two and three dimensions: sums of views. Means of whole numbers are
 * whole, cut towards zero, as in PyTorch.
 */

import { div, pow } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { ArgumentError, isFloat, numel } from '@tenfold/ir';
import { apply, composed, constant, expandTo, literal } from '@tenfold/tensor/internal';
import { sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { padSpace } from './spatial.ts';
import { padWindows, windowAxes, windowsOf } from './windows.ts';
import type { WindowAxis } from './windows.ts';

export interface AvgPoolOptions {
  /** Default: the size of the window. */
  readonly stride?: Sizes | null;
  /** Zeros on each side; at most half the window. Default 0. */
  readonly padding?: Sizes;
  /** Whether a last window that does not quite fit counts. Default false. */
  readonly ceilMode?: boolean;
  /** Whether the padding's zeros are part of the mean. Default true. */
  readonly countIncludePad?: boolean;
  /** What sums are divided by, in place of the number of elements. */
  readonly divisorOverride?: number | null;
}

/** The mean of each window of `[N, C, L]` or `[C, L]`, as torch.nn.functional.avg_pool1d. */
export function avgPool1d(
  input: Tensor,
  kernelSize: Sizes,
  options: Omit<AvgPoolOptions, 'divisorOverride'> = {},
): Tensor {
  return avgPool('avgPool1d', 1, input, kernelSize, options);
}

/** The mean of each window of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.avg_pool2d. */
export function avgPool2d(input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor {
  return avgPool('avgPool2d', 2, input, kernelSize, options);
}

/** The mean of each window of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.avg_pool3d. */
export function avgPool3d(input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor {
  return avgPool('avgPool3d', 3, input, kernelSize, options);
}

function avgPool(
  op: string,
  rank: number,
  input: Tensor,
  kernelSize: Sizes,
  { stride = null, padding = 0, ceilMode = false, countIncludePad = true, divisorOverride = null }: AvgPoolOptions,
): Tensor {
  if (divisorOverride === 0) throw new ArgumentError(`${op}: divisorOverride is 0, expected another number`);
  return composed(input, () => {
    const axes = windowAxes(op, rank, input, kernelSize, { stride, padding, ceilMode });
    const sums = windowSums(padWindows(input, axes, 0), axes);
    const divided = (by: Tensor | number) => div(sums, by, isFloat(sums.dtype) ? {} : { roundingMode: 'trunc' });
    if (divisorOverride !== null) return divided(divisorOverride);
    const allFull = axes.every(({ before, after }) =>
      countIncludePad ? after === before : after === 0 && before === 0,
    );
    const elements = numel(axes.map(({ size }) => size));
    if (allFull || areCut(axes)) return isFloat(sums.dtype) ? sums.mul(literal(sums, 1 / elements)) : divided(elements);
    const counts = windowSums(countedSpace(input, axes, countIncludePad), axes);
    return divided(expandTo(counts, sums.shape));
  });
} // prettier-ignore

/** The sums of the windows of a padded input. */
function windowSums(padded: Tensor, axes: readonly WindowAxis[]): Tensor {
  const elements = axes.map((_, i) => padded.ndim + i);
  return apply('reduce', [windowsOf(padded, axes)], { kind: 'sum', axes: elements });
}

/** Whether no window reaches into any padding, although there is some after the last window. */
function areCut(axes: readonly WindowAxis[]): boolean {
  return axes.every(
    ({ before, stride, size, count, length }) => before === 0 && (count - 1) * stride + size <= length,
  );
}

/** Ones where an element counts, padded as the input is; what ceil mode adds beyond the padding never counts. */
function countedSpace({ home, dtype }: Tensor, axes: readonly WindowAxis[], countPadding: boolean): Tensor {
  const one = constant(home, 1, dtype);
  if (!countPadding) return padWindows(expandTo(one, axes.map(({ length }) => length)), axes, 0); // prettier-ignore
  const inside = axes.map(({ length, before }) => length + 2 * before);
  return padSpace(expandTo(one, inside), axes.map(() => 0), axes.map(({ before, after }) => after - before), 0); // prettier-ignore
}

export interface LpPoolOptions {
  /** Default: the size of the window. */
  readonly stride?: Sizes | null;
  /** Whether a last window that does not quite fit counts. Default false. */
  readonly ceilMode?: boolean;
}

/** The `normType`-norm of each window of `[N, C, L]` or `[C, L]`, as torch.nn.functional.lp_pool1d. */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LpPoolOptions = {},
): Tensor {
  return lpPool('lpPool1d', 1, input, normType, kernelSize, options);
}

/** The `normType`-norm of each window of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.lp_pool2d. */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LpPoolOptions = {},
): Tensor {
  return lpPool('lpPool2d', 2, input, normType, kernelSize, options);
}

/** The `normType`-norm of each window of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.lp_pool3d. */
export function lpPool3d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LpPoolOptions = {},
): Tensor {
  return lpPool('lpPool3d', 3, input, normType, kernelSize, options);
}

/** The root of the sum of powers, which is NaN where odd powers add up to less than 0, as in PyTorch. */
function lpPool(
  op: string,
  rank: number,
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  { stride = null, ceilMode = false }: LpPoolOptions,
): Tensor {
  return composed(input, () => {
    const means = avgPool(op, rank, pow(input, normType), kernelSize, { stride, ceilMode });
    const elements = numel(sizesOf(op, 'the window', kernelSize, rank, 1));
    return pow(means.mul(elements), 1 / normType);
  });
} // prettier-ignore
