/**
 * The greatest and least elements with their positions. Positions are int64, the first one where there are ties; a
 * NaN counts as the extremum.
 */

import { normalizeAxis } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { maximum, minimum } from './arithmetic.ts';
import { keepAxes } from './dims.ts';
import { amax, amin } from './reduce.ts';
import { checkNotEmpty } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';

/** Values along an axis and where they stood (int64). */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** `max` and `min` have three forms each, as in PyTorch. */
export interface ExtremumMethods {
  /** The greatest element of all, without axes. Ties share the gradient evenly. As torch.max. */
  max(): Tensor;
  /** The greatest elements along one axis and their positions; the gradient goes to those positions. As torch.max. */
  max(dim: number, options?: KeepOptions): ValuesAndIndices;
  /** The greater of two operands, element by element; see `maximum`. */
  max(other: Tensor): Tensor;
  /** The least element of all, without axes. Ties share the gradient evenly. As torch.min. */
  min(): Tensor;
  /** The least elements along one axis and their positions; the gradient goes to those positions. As torch.min. */
  min(dim: number, options?: KeepOptions): ValuesAndIndices;
  /** The lesser of two operands, element by element; see `minimum`. */
  min(other: Tensor): Tensor;
}

/** As the method `max`. */
export function max(self: Tensor): Tensor;
export function max(self: Tensor, dim: number, options?: KeepOptions): ValuesAndIndices;
export function max(self: Tensor, other: Tensor): Tensor;
export function max(
  self: Tensor,
  second?: number | Tensor,
  options: KeepOptions = {},
): Tensor | ValuesAndIndices {
  if (second === undefined) return amax(self);
  if (second instanceof Tensor) return maximum(self, second);
  return alongAxis('max', self, second, options);
}

/** As the method `min`. */
export function min(self: Tensor): Tensor;
export function min(self: Tensor, dim: number, options?: KeepOptions): ValuesAndIndices;
export function min(self: Tensor, other: Tensor): Tensor;
export function min(
  self: Tensor,
  second?: number | Tensor,
  options: KeepOptions = {},
): Tensor | ValuesAndIndices {
  if (second === undefined) return amin(self);
  if (second instanceof Tensor) return minimum(self, second);
  return alongAxis('min', self, second, options);
}

function alongAxis(
  kind: 'max' | 'min',
  self: Tensor,
  dim: number,
  { keepdim }: KeepOptions,
): ValuesAndIndices {
  const axis = normalizeAxis(kind, dim, self.ndim);
  if (self.ndim === 0) return { values: self, indices: castTo(literal(castTo(self, 'int32'), 0), 'int64') };
  checkNotEmpty(kind, self, [axis]);
  const position = apply('reduce', [self], { kind: kind === 'max' ? 'argmax' : 'argmin', axes: [axis] });
  const values = customGrad(
    [self],
    () => apply('reduce', [self], { kind, axes: [axis] }),
    (gradient) => [atPosition(gradient, position, self, axis)],
  );
  const keep = (x: Tensor) => (keepdim ? keepAxes(x, self.shape, [axis]) : x);
  return { values: keep(values), indices: castTo(keep(position), 'int64') };
}

/** `value` at `position` along an axis of a tensor shaped like `self`, zeros elsewhere. */
function atPosition(value: Tensor, position: Tensor, self: Tensor, axis: number): Tensor {
  const spread = (x: Tensor) => expandTo(keepAxes(x, self.shape, [axis]), self.shape);
  const index = source(self.home, 'iota', { shape: self.shape, axis });
  const here = raw.eq(index, spread(position));
  const along = spread(value);
  return raw.where(here, along, literal(along, 0));
}

/** The position of the greatest element along `dim`, or in the flattened tensor. As torch.argmax. */
export function argmax(self: Tensor, dim?: number, options: KeepOptions = {}): Tensor {
  return positionOf('argmax', self, dim, options);
}

/** The position of the least element along `dim`, or in the flattened tensor. As torch.argmin. */
export function argmin(self: Tensor, dim?: number, options: KeepOptions = {}): Tensor {
  return positionOf('argmin', self, dim, options);
}

function positionOf(
  kind: 'argmax' | 'argmin',
  self: Tensor,
  dim: number | undefined,
  { keepdim }: KeepOptions,
): Tensor {
  if (dim === undefined || self.ndim === 0) {
    const flat = apply('reshape', [self], { shape: [self.numel] });
    checkNotEmpty(kind, flat, [0]);
    const position = castTo(apply('reduce', [flat], { kind, axes: [0] }), 'int64');
    return keepdim ? apply('reshape', [position], { shape: self.shape.map(() => 1) }) : position;
  }
  const axis = normalizeAxis(kind, dim, self.ndim);
  checkNotEmpty(kind, self, [axis]);
  const position = castTo(apply('reduce', [self], { kind, axes: [axis] }), 'int64');
  return keepdim ? keepAxes(position, self.shape, [axis]) : position;
}
