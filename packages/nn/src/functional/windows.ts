/**
 * Windows over the last axes, which pooling reduces. Windows that do not overlap are the same elements with the axes cut
 * in two: their gradient is movement again, where the general one has to sum.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply } from '@tenfold/tensor/internal';
import { sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { cropSpace, padSpace, requireSpatial } from './spatial.ts';

/** How windows lie. */
export interface WindowOptions {
  /** Default, also for an empty list: the size of the window. */
  readonly stride?: Sizes | null;
  /** On each side; at most half the window. Default 0. */
  readonly padding?: Sizes;
  /** Distance of neighbours in a window. Default 1. */
  readonly dilation?: Sizes;
  /** Whether a last window that does not quite fit counts. Default false. */
  readonly ceilMode?: boolean;
}

/** Windows along one axis. */
export interface WindowAxis {
  /** Of the axis. */
  readonly length: number;
  /** Of a window. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first element, and all that is needed after the last. */
  readonly before: number;
  readonly after: number;
  /** Number of windows. */
  readonly count: number;
}

/** The windows of a pooling over the last `rank` axes of `input`, checked. */
export function windowAxes(
  op: string,
  rank: number,
  input: Tensor,
  kernelSize: Sizes,
  { stride, padding = 0, dilation = 1, ceilMode = false }: WindowOptions,
): WindowAxis[] {
  requireSpatial(op, rank, input);
  const sizes = sizesOf(op, 'the window', kernelSize, rank, 1);
  const isGiven = typeof stride === 'number' || (stride && stride.length > 0);
  const strides = sizesOf(op, 'stride', isGiven ? stride : kernelSize, rank, 1);
  const pads = sizesOf(op, 'padding', padding, rank, 0);
  const dilations = sizesOf(op, 'dilation', dilation, rank, 1);
  const wide = pads.findIndex((before, i) => before > sizes[i] / 2);
  if (wide >= 0) {
    throw new ArgumentError(
      `${op}: padding is ${pads[wide]}, expected at most half the window of ${sizes[wide]}`,
    );
  }
  if (input.shape.slice(-1 - rank).includes(0)) {
    throw new ShapeError(
      `${op}: the input has shape ${formatShape(input.shape)}; expected nothing but the batch to be empty`,
    );
  }
  return sizes.map((size, i) => {
    const [before, step] = [pads[i], strides[i]];
    const length = input.shape[input.ndim - rank + i];
    const span = dilations[i] * (size - 1) + 1;
    const count = windowCount(length, before, span, step, ceilMode);
    if (count < 1) {
      throw new ShapeError(
        `${op}: a window that spans ${span} does not fit into ${length + 2 * before}, the padded size of the input ` +
          `${formatShape(input.shape)}; pad it, or make the window smaller`,
      );
    }
    const after = Math.max(before, (count - 1) * step + span - length - before);
    return { length, size, stride: step, dilation: dilations[i], before, after, count };
  });
}

/** In ceil mode a last window must still begin inside the input or its left padding. */
function windowCount(
  length: number,
  padding: number,
  span: number,
  stride: number,
  ceilMode: boolean,
): number {
  const steps = (length + 2 * padding - span) / stride;
  if (!ceilMode) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= length + padding ? count - 1 : count;
}

/** Pads the axes that the windows go over. */
export function padWindows(x: Tensor, axes: readonly WindowAxis[], value: number): Tensor {
  const [before, after] = [axes.map((axis) => axis.before), axes.map((axis) => axis.after)];
  return padSpace(x, before, after, value);
}

/** Whether every element is in one window at most, and no window skips any. */
export function areDisjoint(axes: readonly WindowAxis[]): boolean {
  return axes.every(({ size, stride, dilation }) => stride === size && (dilation === 1 || size === 1));
}

/** `[..., space]`, padded, to its windows `[..., positions, elements]`. */
export function windowsOf(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  const rank = axes.length;
  const first = x.ndim - rank;
  if (!areDisjoint(axes)) {
    return apply('window', [x], {
      axes: axes.map((_, i) => first + i),
      size: axes.map(({ size }) => size),
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
    });
  }
  const cut = cropSpace(x, axes.map(() => 0), axes.map(({ count, size }) => count * size)); // prettier-ignore
  const split = cut.reshape([...x.shape.slice(0, first), ...axes.flatMap(({ count, size }) => [count, size])]);
  return split.permute([...split.shape.keys()].map((axis) => (axis < first ? axis : sorted(axis - first, rank) + first)));
} // prettier-ignore

/** Which of the axes position, element, position, element, … is the `i`th of positions first, then elements. */
function sorted(i: number, rank: number): number {
  return i < rank ? 2 * i : 2 * (i - rank) + 1;
}

/** The inverse of `windowsOf` for disjoint windows of a padded input, its padding removed: what is in no window is 0. */
export function fromDisjointWindows(windows: Tensor, axes: readonly WindowAxis[]): Tensor {
  const rank = axes.length;
  const first = windows.ndim - 2 * rank;
  const interleaved = [...windows.shape.keys()].map((axis) => {
    const i = axis - first;
    if (i < 0) return axis;
    return first + (i % 2 === 0 ? i / 2 : rank + (i - 1) / 2);
  });
  const merged = windows
    .permute(interleaved)
    .reshape([...windows.shape.slice(0, first), ...axes.map(({ count, size }) => count * size)]);
  const rest = axes.map(({ length, before, after, count, size }) => before + length + after - count * size);
  const padded = padSpace(merged, axes.map(() => 0), rest, 0); // prettier-ignore
  return cropSpace(padded, axes.map(({ before }) => before), axes.map(({ length }) => length)); // prettier-ignore
}
