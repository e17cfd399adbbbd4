/**
 * Differences of neighbours along one axis, and integrals and slopes made of them.
 * https://pytorch.org/docs/stable/torch.html#other-operations
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { cumsum } from './cumulative.ts';
import { asFloat } from './numeric.ts';
import { cat } from './join.ts';
import { sum } from './reduce.ts';
import { axisOf, sliceAxis } from './slice-axis.ts';

export interface DiffOptions {
  /** Comes before `self` along `dim` first. */
  readonly prepend?: Tensor;
  /** Comes after `self` along `dim` first. */
  readonly append?: Tensor;
}

/** The differences of neighbours along `dim`, taken `n` times; of bools, whether they differ. As torch.diff. */
export function diff(self: Tensor, n = 1, dim = -1, { prepend, append }: DiffOptions = {}): Tensor {
  const axis = axisOf('diff', self, dim);
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`diff: n is ${n}, expected a whole number from 0`);
  const parts = [prepend, self, append].filter((part) => part !== undefined);
  let x = parts.length === 1 ? self : cat(parts, axis);
  for (let step = Math.min(n, x.shape[axis]); step > 0; step--) x = step1(x, axis);
  return x;
}

function step1(x: Tensor, axis: number): Tensor {
  const [upper, lower] = neighbours(x, axis);
  return x.dtype === 'bool' ? raw.xor(upper, lower) : raw.sub(upper, lower);
}

/** All elements but the first, and all but the last. */
function neighbours(x: Tensor, axis: number): [Tensor, Tensor] {
  const length = Math.max(x.shape[axis] - 1, 0);
  return [sliceAxis(x, axis, Math.min(1, x.shape[axis]), length), sliceAxis(x, axis, 0, length)];
}

export interface TrapezoidOptions {
  /** The distance of neighbours, where `x` does not say it. Default 1. */
  readonly dx?: number;
  /** Default -1. */
  readonly dim?: number;
}

/** The integral of `y` along an axis by the trapezoidal rule, at the places `x` or `dx` apart. As torch.trapezoid. */
export function trapezoid(y: Tensor, x?: Tensor, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor {
  const axis = axisOf('trapezoid', y, dim);
  return sum(panels('trapezoid', y, x, dx, axis), axis);
}

/** The old name of `trapezoid`. As torch.trapz. */
export function trapz(y: Tensor, x?: Tensor, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor {
  return trapezoid(y, x, { dx, dim });
}

/** As `trapezoid`, up to each place but the first. As torch.cumulative_trapezoid. */
export function cumulativeTrapezoid(
  y: Tensor,
  x?: Tensor,
  { dx = 1, dim = -1 }: TrapezoidOptions = {},
): Tensor {
  const axis = axisOf('cumulativeTrapezoid', y, dim);
  return cumsum(panels('cumulativeTrapezoid', y, x, dx, axis), axis);
}

/** The area between each two neighbours. */
function panels(op: string, y: Tensor, x: Tensor | undefined, dx: number, axis: number): Tensor {
  const [upper, lower] = neighbours(asFloat(y), axis);
  const mean = raw.mul(raw.add(upper, lower), literal(upper, 0.5));
  return mul(mean, x ? widths(op, x, y, axis) : dx);
}

/** The distances of the places `x`, a vector along the axis or a tensor that broadcasts against `y`. */
function widths(op: string, x: Tensor, y: Tensor, axis: number): Tensor {
  const places = x.ndim === 1 ? alongAxis(x, y.ndim, axis) : x;
  const own = places.ndim - (y.ndim - axis);
  if (own < 0 || places.shape[own] !== y.shape[axis]) {
    throw new ShapeError(
      `${op}: ${formatShape(x.shape)} does not give a place for each of the ${y.shape[axis]} elements of axis ${axis} ` +
        `of ${formatShape(y.shape)}`,
    );
  }
  const [upper, lower] = neighbours(places, own);
  return sub(upper, lower);
}

function alongAxis(vector: Tensor, ndim: number, axis: number): Tensor {
  return vector.reshape(Array.from({ length: ndim }, (_, i) => (i === axis ? vector.numel : 1)));
}

export interface GradientOptions {
  /**
   * The distance of neighbours, one for all axes or one an axis; or the places themselves, a vector an axis. Default 1.
   */
  readonly spacing?: number | readonly number[] | readonly Tensor[];
  /** The axes; all unless given. */
  readonly dim?: number | readonly number[];
  /** How many neighbours the slopes at the ends are taken from, less one: 1 or 2. Default 1. */
  readonly edgeOrder?: number;
}

/** The slopes of `self` along each axis, of second order inside. One tensor an axis. As torch.gradient. */
export function gradient(self: Tensor, { spacing = 1, dim, edgeOrder = 1 }: GradientOptions = {}): Tensor[] {
  if (edgeOrder !== 1 && edgeOrder !== 2)
    throw new ArgumentError(`gradient: edgeOrder is ${edgeOrder}, expected 1 or 2`);
  const named = dim === undefined ? self.shape.map((_, axis) => axis) : typeof dim === 'number' ? [dim] : dim;
  const axes = named.map((axis) => axisOf('gradient', self, axis));
  if (new Set(axes).size < axes.length)
    throw new ArgumentError(`gradient: dim [${named.join(', ')}] names an axis twice, expected each once`);
  const x = asFloat(self);
  if (typeof spacing !== 'number' && spacing.length !== axes.length) {
    throw new ArgumentError(
      `gradient: ${spacing.length} spacings for ${axes.length} axes; expected one for each`,
    );
  }
  return axes.map((axis, i) => {
    if (x.shape[axis] < edgeOrder + 1) {
      throw new ShapeError(
        `gradient: axis ${axis} of ${formatShape(x.shape)} is too short; expected at least ${edgeOrder + 1} elements`,
      );
    }
    return slopes(x, axis, typeof spacing === 'number' ? spacing : spacing[i], edgeOrder);
  });
}

/** At each place from the slopes to both neighbours, weighted with the distance of the other one. */
function slopes(x: Tensor, axis: number, spacing: number | Tensor, edgeOrder: 1 | 2): Tensor {
  const between = spacing instanceof Tensor ? gaps(x, axis, spacing) : spacing;
  const steep = div(step1(x, axis), between);
  const count = steep.shape[axis];
  const at = (from: Tensor | number, start: number, length: number) =>
    from instanceof Tensor ? sliceAxis(from, axis, start, length) : from;
  const [left, right] = [at(steep, 0, count - 1), at(steep, 1, count - 1)];
  const [h, k] = [at(between, 0, count - 1), at(between, 1, count - 1)];
  const inner = div(add(mul(left, k), mul(right, h)), plus(h, k));
  const [first, last] = [sliceAxis(steep, axis, 0, 1), sliceAxis(steep, axis, count - 1, 1)];
  if (edgeOrder === 1) return cat([first, inner, last], axis);
  // The parabola through three places has a slope that changes evenly.
  const beyond = (near: Tensor, next: Tensor, a: Tensor | number, b: Tensor | number) =>
    add(near, div(mul(sub(near, next), a), plus(a, b)));
  const second = sliceAxis(steep, axis, 1, 1);
  const before = sliceAxis(steep, axis, count - 2, 1);
  const start = beyond(first, second, at(between, 0, 1), at(between, 1, 1));
  const end = beyond(last, before, at(between, count - 1, 1), at(between, count - 2, 1));
  return cat([start, inner, end], axis);
}

function plus(a: Tensor | number, b: Tensor | number): Tensor | number {
  return a instanceof Tensor || b instanceof Tensor ? add(a, b) : a + b;
}

function gaps(x: Tensor, axis: number, places: Tensor): Tensor {
  if (places.ndim !== 1 || places.numel !== x.shape[axis]) {
    throw new ShapeError(
      `gradient: places of shape ${formatShape(places.shape)} do not fit axis ${axis} of ${formatShape(x.shape)}; ` +
        `expected a vector of ${x.shape[axis]}`,
    );
  }
  return step1(alongAxis(places, x.ndim, axis), axis);
}
