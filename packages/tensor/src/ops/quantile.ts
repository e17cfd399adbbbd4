/**
 * Quantiles along one axis, which is sorted for it; NaN sorts last.
 * https://pytorch.org/docs/stable/generated/torch.quantile.html
 */

import { ArgumentError, DTypeError, ShapeError, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { lerp } from './arithmetic.ts';
import { withOnes } from './dims.ts';
import { checkNotEmpty, reduceAxes } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';

/** What is between two elements: a line, one of the two, their middle, or the nearer one. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

export interface QuantileOptions extends KeepOptions {
  /** How a value between two elements is found. Default 'linear'. */
  readonly interpolation?: Interpolation;
}

/**
 * The elements below which a share `q` (0 to 1) of the elements of axis `dim` (all unless given) lies; NaN if one is NaN.
 * Several shares, a vector `q`, give a new first axis. As torch.quantile.
 */
export function quantile(
  self: Tensor,
  q: number | Tensor,
  dim?: number,
  { keepdim = false, interpolation = 'linear' }: QuantileOptions = {},
): Tensor {
  return quantiles('quantile', self, q, dim, keepdim, interpolation);
}

/** As `quantile`, of the elements that are not NaN. As torch.nanquantile. */
export function nanquantile(
  self: Tensor,
  q: number | Tensor,
  dim?: number,
  { keepdim = false, interpolation = 'linear' }: QuantileOptions = {},
): Tensor {
  return quantiles('nanquantile', self, q, dim, keepdim, interpolation);
}

function quantiles(
  op: 'quantile' | 'nanquantile',
  self: Tensor,
  q: number | Tensor,
  dim: number | undefined,
  keepdim: boolean,
  interpolation: Interpolation,
): Tensor {
  checkQuantile(op, self, q, interpolation);
  const flat = dim === undefined || self.ndim === 0;
  const axis = flat ? 0 : normalizeAxis(op, dim, self.ndim);
  if (dim !== undefined) normalizeAxis(op, dim, self.ndim);
  const x = flat ? apply('reshape', [self], { shape: [self.numel] }) : self;
  checkNotEmpty(op, x, [axis]);
  const shares = q instanceof Tensor ? q.numel : 1;
  const order = apply('argsort', [x], { axis, descending: false });
  const sorted = apply('gather', [x, order], { axis });
  const shape = x.shape.map((size, a) => (a === axis ? shares : size));
  const rank = ranks(op, x, q, axis, shape);
  const below = interpolation === 'nearest' ? rounded('round', rank) : rounded('floor', rank);
  const above = rounded('ceil', rank);
  const at = (place: Tensor) => apply('gather', [sorted, castTo(place, 'int32')], { axis });
  const between = () =>
    lerp(at(below), at(above), interpolation === 'midpoint' ? literal(rank, 0.5) : raw.sub(rank, below));
  const found = interpolation === 'higher' ? at(above) : isPick(interpolation) ? at(below) : between();
  // The axis of the shares goes to the front, or away.
  const order0 = [axis, ...shape.map((_, a) => a).filter((a) => a !== axis)];
  const front = apply('permute', [found], { axes: order0 });
  const kept = flat ? self.shape.map(() => 1) : withOnes(x.shape, [axis]);
  const rest = keepdim ? kept : flat ? [] : x.shape.filter((_, a) => a !== axis);
  const leading = q instanceof Tensor && q.ndim === 1 ? [shares] : [];
  return apply('reshape', [front], { shape: [...leading, ...rest] });
}

/** Where among the sorted elements each share falls; at a NaN, which sorts last, if `quantile` meets one. */
function ranks(op: string, x: Tensor, q: number | Tensor, axis: number, shape: readonly number[]): Tensor {
  const given = q instanceof Tensor ? apply('detach', [q], undefined) : numberTensor(x.home, q, x.dtype);
  const vector = apply('reshape', [given], {
    shape: shape.map((size, a) => (a === axis ? size : 1)),
  });
  const share = expandTo(vector, shape);
  const regular = reduceAxes('sum', castTo(raw.eq(x, x), x.dtype), [axis], true);
  const last = literal(regular, x.shape[axis] - 1);
  const lastRegular = raw.max(raw.sub(regular, literal(regular, 1)), literal(regular, 0));
  if (op === 'nanquantile') return raw.mul(share, expandTo(lastRegular, shape));
  const complete = expandTo(raw.eq(regular, literal(regular, x.shape[axis])), shape);
  const end = expandTo(last, shape);
  return raw.where(complete, raw.mul(share, end), end);
}

function isPick(interpolation: Interpolation): boolean {
  return interpolation === 'lower' || interpolation === 'nearest';
}

function rounded(op: 'floor' | 'ceil' | 'round', x: Tensor): Tensor {
  return apply(op, [x], undefined);
}

const INTERPOLATIONS: readonly string[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

function checkQuantile(op: string, self: Tensor, q: number | Tensor, interpolation: Interpolation): void {
  if (self.dtype !== 'float32' && self.dtype !== 'float64')
    throw new DTypeError(`${op}: needs float32 or float64, got ${self.dtype}; cast with float()`);
  if (q instanceof Tensor ? q.dtype !== self.dtype : false)
    throw new DTypeError(`${op}: q must have the dtype of the tensor, ${self.dtype}; cast it with to()`);
  if (q instanceof Tensor ? q.ndim > 1 : !(q >= 0 && q <= 1)) {
    throw q instanceof Tensor
      ? new ShapeError(`${op}: q has ${q.ndim} axes, expected a number or a vector`)
      : new ArgumentError(`${op}: q is ${q}, expected a share from 0 to 1`);
  }
  if (!INTERPOLATIONS.includes(interpolation)) {
    throw new ArgumentError(
      `${op}: unknown interpolation '${interpolation}'; expected ${INTERPOLATIONS.join(', ')}`,
    );
  }
}
