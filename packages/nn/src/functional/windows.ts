/**
 * Windows over the last two axes, which pooling reduces. Windows that do not overlap are the same elements with the
 * axes cut in two: their gradient is movement again, where the general one has to sum.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply } from '@tenfold/tensor/internal';
import { pair } from './checks.ts';
import type { Size2d } from './checks.ts';

export interface PoolOptions {
  /** Default: the size of the window. */
  readonly stride?: Size2d;
  /** On each side; at most half the window. Default 0. */
  readonly padding?: Size2d;
  /** Distance of neighbours in a window. Default 1. */
  readonly dilation?: Size2d;
  /** Whether a last window that does not quite fit counts. Default false. */
  readonly ceilMode?: boolean;
}

/** Windows along one axis. */
export interface WindowAxis {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first element, and all that is needed after the last. */
  readonly before: number;
  readonly after: number;
  /** Number of windows. */
  readonly count: number;
}

/** The windows of a pooling over the last two axes of `input`, checked. */
export function windowAxes(
  op: string,
  input: Tensor,
  kernelSize: Size2d,
  options: PoolOptions,
): WindowAxis[] {
  if (input.ndim !== 3 && input.ndim !== 4) {
    throw new ShapeError(
      `${op}: the input has shape ${formatShape(input.shape)}, expected [N, C, H, W] or [C, H, W]`,
    );
  }
  const sizes = pair(op, 'the window', kernelSize, 1);
  const stride = pair(op, 'stride', options.stride ?? kernelSize, 1);
  const padding = pair(op, 'padding', options.padding ?? 0, 0);
  const dilation = pair(op, 'dilation', options.dilation ?? 1, 1);
  return sizes.map((size, i) => {
    if (padding[i] > size / 2) {
      throw new ArgumentError(`${op}: padding ${padding[i]} is more than half the window of ${size}`);
    }
    const length = input.shape[input.ndim - 2 + i];
    const span = dilation[i] * (size - 1) + 1;
    const count = windowCount(length, padding[i], span, stride[i], options.ceilMode ?? false);
    if (count < 1) {
      throw new ShapeError(
        `${op}: a window that spans ${span} does not fit into ${length + 2 * padding[i]}, the padded size of the input ` +
          formatShape(input.shape),
      );
    }
    const after = Math.max(padding[i], (count - 1) * stride[i] + span - length - padding[i]);
    return { size, stride: stride[i], dilation: dilation[i], before: padding[i], after, count };
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
  if (!ceilMode || steps < 0) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= length + padding ? count - 1 : count;
}

/** Pads the last two axes. */
export function padPlane(x: Tensor, axes: readonly WindowAxis[], value: number): Tensor {
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return x;
  const leading = x.shape.slice(0, -2).map(() => 0);
  return apply('pad', [x], {
    lo: [...leading, ...axes.map(({ before }) => before)],
    hi: [...leading, ...axes.map(({ after }) => after)],
    interior: x.shape.map(() => 0),
    value,
  });
}

/** The shape that `padPlane` gives. */
export function paddedShape({ shape }: Tensor, axes: readonly WindowAxis[]): number[] {
  const first = shape.length - axes.length;
  return shape.map((size, i) => (i < first ? size : size + axes[i - first].before + axes[i - first].after));
}

/** Whether every element is in one window at most, and no window skips any. */
export function areDisjoint(axes: readonly WindowAxis[]): boolean {
  return axes.every(({ size, stride, dilation }) => stride === size && (dilation === 1 || size === 1));
}

/** `[..., H, W]`, padded, to its windows `[..., oH, oW, kH, kW]`. */
export function windowsOf(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  const rank = x.ndim;
  if (!areDisjoint(axes)) {
    return apply('window', [x], {
      axes: [rank - 2, rank - 1],
      size: axes.map(({ size }) => size),
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
    });
  }
  const leading = x.shape.slice(0, -2);
  const cut = cropPlane(x, axes.map(() => 0), axes.map(({ count, size }) => count * size)); // prettier-ignore
  const [h, w] = axes;
  const split = cut.reshape([...leading, h.count, h.size, w.count, w.size]);
  return split.permute([...leading.map((_, i) => i), rank - 2, rank, rank - 1, rank + 1]);
}

/** The inverse of `windowsOf` for disjoint windows: what is in no window is 0. */
export function fromDisjointWindows(
  windows: Tensor,
  axes: readonly WindowAxis[],
  padded: readonly number[],
): Tensor {
  const leading = padded.slice(0, -2);
  const rank = padded.length;
  const [h, w] = axes;
  const merged = windows
    .permute([...leading.map((_, i) => i), rank - 2, rank, rank - 1, rank + 1])
    .reshape([...leading, h.count * h.size, w.count * w.size]);
  const rest = merged.shape.map((size, i) => padded[i] - size);
  if (rest.every((n) => n === 0)) return merged;
  const none = rest.map(() => 0);
  return apply('pad', [merged], { lo: none, hi: rest, interior: none, value: 0 });
}

/** A rectangle of the last two axes. */
export function cropPlane(x: Tensor, start: readonly number[], size: readonly number[]): Tensor {
  const leading = x.shape.slice(0, -2);
  const shape = [...leading, ...size];
  if (shape.every((n, i) => n === x.shape[i])) return x;
  return apply('slice', [x], { start: [...leading.map(() => 0), ...start], step: shape.map(() => 1), shape });
}
