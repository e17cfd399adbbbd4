/** Checks of arguments that several functions share, worded for the function that was called. */

import { ArgumentError, DTypeError, ShapeError, formatShape, isFloat, sameShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';

/** A number for all spatial axes, or one for each, outermost first: depth, height, width. */
export type Sizes = number | readonly number[];

/** Raises DTypeError unless the tensor is a float tensor. */
export function requireFloat(op: string, what: string, tensor: Tensor): void {
  if (isFloat(tensor.dtype)) return;
  throw new DTypeError(
    `${op}: the ${what} is ${tensor.dtype}, expected a float dtype; cast it with to('float32')`,
  );
}

/** Raises DTypeError unless the tensor holds whole numbers: int64 or int32, as indices must. */
export function requireIndices(op: string, what: string, tensor: Tensor): void {
  if (tensor.dtype === 'int64' || tensor.dtype === 'int32') return;
  throw new DTypeError(
    `${op}: the ${what} is ${tensor.dtype}, expected int64 or int32; cast it with to('int64')`,
  );
}

/** Raises DTypeError unless both have the same dtype. */
export function requireSameDType(op: string, a: [string, Tensor], b: [string, Tensor]): void {
  if (a[1].dtype === b[1].dtype) return;
  throw new DTypeError(
    `${op}: the ${a[0]} is ${a[1].dtype}, the ${b[0]} ${b[1].dtype}; cast one of them with to()`,
  );
}

/** Raises ShapeError unless both have the same shape. */
export function requireSameShape(op: string, input: Tensor, target: Tensor): void {
  if (sameShape(input.shape, target.shape)) return;
  throw new ShapeError(
    `${op}: the input has shape ${formatShape(input.shape)}, the target ${formatShape(target.shape)}; ` +
      `they must be equal: reshape or expand one of them (a [N, 1] beside a [N] is the usual slip)`,
  );
}

/** Raises ShapeError unless the tensor has exactly this shape. */
export function requireShape(op: string, what: string, tensor: Tensor, shape: readonly number[]): void {
  if (sameShape(tensor.shape, shape)) return;
  throw new ShapeError(
    `${op}: the ${what} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`,
  );
}

/** The values of a spatial size for `rank` axes, checked to be whole and at least `least`; a list of one counts for all. */
export function sizesOf(op: string, what: string, sizes: Sizes, rank: number, least: number): number[] {
  const list = typeof sizes === 'number' ? [sizes] : sizes;
  const all = list.length === 1 ? new Array<number>(rank).fill(list[0]) : [...list];
  if (all.length === rank && all.every((n) => Number.isInteger(n) && n >= least)) return all;
  const count = rank === 1 ? '' : `, one or ${rank} of them`;
  throw new ArgumentError(
    `${op}: ${what} is ${JSON.stringify(sizes)}, expected whole numbers of at least ${least}${count}`,
  );
}

/** Raises ArgumentError unless the number is a probability. */
export function requireProbability(op: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new ArgumentError(`${op}: the probability is ${p}, expected a number from 0 to 1`);
}

/** Raises ArgumentError unless the value is one of those that an option may have. */
export function requireOneOf(op: string, what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new ArgumentError(`${op}: ${what} is '${value}', expected one of '${known.join("', '")}'`);
}

/** An axis counted from the front. */
export function axisOf(op: string, axis: number, ndim: number): number {
  const fromFront = axis < 0 ? axis + ndim : axis;
  if (Number.isInteger(axis) && fromFront >= 0 && fromFront < ndim) return fromFront;
  throw new ShapeError(`${op}: axis ${axis} of a tensor with ${ndim} axes; expected ${-ndim} to ${ndim - 1}`);
}
