/** What operations on matrices check, and the parts of matrices that their formulas name. */

import { ShapeError, broadcastShapes, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { tril, triu } from '../ops/triangle.ts';

/** The sizes of the last two axes. */
export function matrixSizes(op: string, x: Tensor): readonly [rows: number, columns: number] {
  if (x.ndim < 2) {
    throw new ShapeError(
      `${op}: expected matrices [..., rows, columns], got shape ${formatShape(x.shape)}; reshape() gives a vector an axis more`,
    );
  }
  return [x.shape[x.ndim - 2], x.shape[x.ndim - 1]];
}

/** The size of square matrices. */
export function squareSize(op: string, x: Tensor): number {
  const [rows, columns] = matrixSizes(op, x);
  if (rows !== columns) {
    throw new ShapeError(
      `${op}: expected square matrices [..., n, n], got shape ${formatShape(x.shape)}; lstsq() and pinv() take others`,
    );
  }
  return rows;
}

/** Matrices of one batch: the axes before the last two broadcast. */
export function ofOneBatch(op: string, ...matrices: readonly Tensor[]): Tensor[] {
  const batch = matrices.map(({ shape }): Shape => shape.slice(0, -2)).reduce((a, b) => broadcastShapes(op, a, b));
  return matrices.map((x) => expandTo(x, [...batch, ...x.shape.slice(-2)]));
} // prettier-ignore

/** Identity matrices [..., n, n] like `like`. */
export function identityLike(like: Tensor, n: number): Tensor {
  const shape = [...like.shape.slice(0, -2), n, n];
  const along = (axis: number) => source(like.home, 'iota', { shape, axis });
  return castTo(raw.eq(along(shape.length - 2), along(shape.length - 1)), like.dtype);
}

/** The diagonals of matrices: [..., rows, columns] to [..., the lesser of both]. */
export function diagonalOf(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2);
  const length = Math.min(rows, columns);
  const batch = x.shape.slice(0, -2);
  const flat = apply('reshape', [x], { shape: [...batch, rows * columns] });
  const zero = batch.map(() => 0);
  const one = batch.map(() => 1);
  return apply('slice', [flat], {
    start: [...zero, 0],
    step: [...one, columns + 1],
    shape: [...batch, length],
  });
}

/** Vectors [..., n] as the diagonals of matrices. */
export function diagonalMatrix(x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1];
  const shape = [...x.shape, n];
  const along = (axis: number) => source(x.home, 'iota', { shape, axis });
  const column = expandTo(apply('reshape', [x], { shape: [...x.shape, 1] }), shape);
  return raw.where(raw.eq(along(x.ndim - 1), along(x.ndim)), column, literal(column, 0));
}

/** `x` with each column multiplied by an element of `factors`, [..., columns]. */
export function scaledColumns(x: Tensor, factors: Tensor): Tensor {
  const row = apply('reshape', [factors], {
    shape: [...factors.shape.slice(0, -1), 1, factors.shape[factors.ndim - 1]],
  });
  return raw.mul(x, expandTo(row, x.shape));
}

/** The lower triangle with half of the diagonal. */
export function halfLower(x: Tensor): Tensor {
  return raw.sub(tril(x), raw.mul(literal(x, 0.5), diagonalMatrix(diagonalOf(x))));
}

/** The upper triangle and its mirror image; the diagonal counts once. */
export function mirroredUpper(x: Tensor): Tensor {
  const upper = triu(x);
  return raw.add(upper, mT(triu(x, 1)));
}

/** The last two axes exchanged. */
export function mT(x: Tensor): Tensor {
  const axes = Array.from({ length: x.ndim }, (_, axis) => axis);
  return apply('permute', [x], { axes: [...axes.slice(0, -2), x.ndim - 1, x.ndim - 2] });
}
