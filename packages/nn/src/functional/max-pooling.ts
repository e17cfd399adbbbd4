/**
 * Max pooling in one, two and three dimensions: a reduction of a view. The gradient goes to the first of several equal
 * elements, in row-major order.
 */

import { numel } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { customGrad, where } from '@tenfold/tensor/base';
import { apply, castTo, composed, constant, expandTo, literal, source } from '@tenfold/tensor/internal';
import { requireFloat } from './checks.ts';
import type { Sizes } from './checks.ts';
import { flatIndex, scatterToSpace, unravelled } from './flat-index.ts';
import { areDisjoint, fromDisjointWindows, padWindows, windowAxes, windowsOf } from './windows.ts';
import type { WindowAxis, WindowOptions } from './windows.ts';

/** Whether a pooling gives the positions of the maxima too (int64, counted through the space of one channel). */
export interface IndexOptions<R extends boolean> {
  /** Default false. */
  readonly returnIndices?: R;
}

export interface MaxPoolOptions<R extends boolean = boolean> extends WindowOptions, IndexOptions<R> {}

/** Values, with their positions where these are asked for. */
export type MaybeIndexed<R extends boolean> = R extends true ? [values: Tensor, indices: Tensor] : Tensor;

/** The greatest element of each window of `[N, C, L]` or `[C, L]`, as torch.nn.functional.max_pool1d. */
export function maxPool1d<R extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions<R> = {},
): MaybeIndexed<R> {
  return maxPool('maxPool1d', 1, input, kernelSize, options);
}

/** The greatest element of each window of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.max_pool2d. */
export function maxPool2d<R extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions<R> = {},
): MaybeIndexed<R> {
  return maxPool('maxPool2d', 2, input, kernelSize, options);
}

/** The greatest element of each window of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.max_pool3d. */
export function maxPool3d<R extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions<R> = {},
): MaybeIndexed<R> {
  return maxPool('maxPool3d', 3, input, kernelSize, options);
}

/** Max pooling over the last `rank` axes. */
function maxPool<R extends boolean>(
  op: string,
  rank: number,
  input: Tensor,
  kernelSize: Sizes,
  { stride = null, padding = 0, dilation = 1, ceilMode = false, returnIndices }: MaxPoolOptions<R>,
): MaybeIndexed<R> {
  requireFloat(op, 'input', input);
  const axes = windowAxes(op, rank, input, kernelSize, { stride, padding, dilation, ceilMode });
  return maybeIndexed(
    returnIndices,
    () => composed(input, () => maxima(input, axes)),
    () => composed(input, () => maxPoolIndices(input, axes)),
  );
}

export function maybeIndexed<R extends boolean>(
  returnIndices: R | undefined,
  values: () => Tensor,
  indices: () => Tensor,
): MaybeIndexed<R> {
  return (returnIndices === true ? [values(), indices()] : values()) as MaybeIndexed<R>;
}

/** The positions of the maxima of regular windows, counted through the space of one channel. */
export function maxPoolIndices(input: Tensor, axes: readonly WindowAxis[]): Tensor {
  const chosen = firstMaximum(windowsIn(input.detach(), axes), axes.length);
  return castTo(positionsOf(chosen, axes), 'int64');
}

/** The maxima of regular windows. */
export function maxima(input: Tensor, axes: readonly WindowAxis[]): Tensor {
  const elements = axes.map((_, i) => input.ndim + i);
  return customGrad(
    [input],
    () => apply('reduce', [windowsIn(input, axes)], { kind: 'max', axes: elements }),
    (gradient) => {
      const chosen = firstMaximum(windowsIn(input, axes), axes.length);
      if (areDisjoint(axes)) return [spreadInWindows(gradient, chosen, axes)];
      return [scatterToSpace(gradient, positionsOf(chosen, axes), lengthsOf(axes))];
    },
  );
}

function windowsIn(input: Tensor, axes: readonly WindowAxis[]): Tensor {
  return windowsOf(padWindows(input, axes, -Infinity), axes);
}

/** Which element of each window is its maximum, counted in row-major order. */
function firstMaximum(windows: Tensor, rank: number): Tensor {
  const kept = windows.shape.slice(0, -rank);
  const elements = windows.reshape([...kept, numel(windows.shape.slice(-rank))]);
  return apply('reduce', [elements], { kind: 'argmax', axes: [kept.length] });
}

/** For disjoint windows: each element of a window compares itself with the chosen one. */
function spreadInWindows(gradient: Tensor, chosen: Tensor, axes: readonly WindowAxis[]): Tensor {
  const sizes = axes.map(({ size }) => size);
  const shape = [...gradient.shape, numel(sizes)];
  const position = source(gradient.home, 'iota', { shape, axis: shape.length - 1 });
  const spread = (x: Tensor) => expandTo(x.unsqueeze(-1), shape);
  const isChosen = apply('eq', [position, spread(chosen)], undefined);
  const windows = where(isChosen, spread(gradient), constant(gradient.home, 0, gradient.dtype));
  return fromDisjointWindows(windows.reshape([...gradient.shape, ...sizes]), axes);
}

/** Where chosen elements of windows (`[..., positions]`) are in the space that the windows go over. */
function positionsOf(chosen: Tensor, axes: readonly WindowAxis[]): Tensor {
  const steps = unravelled(chosen, axes.map(({ size }) => size)); // prettier-ignore
  const along = axes.map(({ stride, dilation, before }, i) => {
    const axis = chosen.ndim - axes.length + i;
    const window = source(chosen.home, 'iota', { shape: chosen.shape, axis });
    const number = (value: number) => literal(chosen, value);
    const position = window.mul(number(stride)).add(steps[i].mul(number(dilation)));
    if (before === 0) return position;
    // A window of nothing but -Infinity has its first maximum in the padding.
    return apply('max', [position.sub(number(before)), number(0)], undefined);
  });
  return flatIndex(along, lengthsOf(axes));
}

function lengthsOf(axes: readonly WindowAxis[]): number[] {
  return axes.map(({ length }) => length);
}
