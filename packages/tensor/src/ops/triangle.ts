/** Triangles and diagonals of matrices. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';

/** The lower triangle of the last two axes up to the diagonal numbered `diagonal`, zeros above it. As torch.tril. */
export function tril(self: Tensor, diagonal = 0): Tensor {
  const { rows, columns } = coordinates('tril', self);
  return keepWhere(self, raw.le(columns, offset(rows, diagonal)));
}

/** The upper triangle of the last two axes from the diagonal numbered `diagonal`, zeros below it. As torch.triu. */
export function triu(self: Tensor, diagonal = 0): Tensor {
  const { rows, columns } = coordinates('triu', self);
  return keepWhere(self, raw.le(offset(rows, diagonal), columns));
}

/** The diagonal of a matrix as a vector, or the square matrix with a vector on its diagonal. As torch.diag. */
export function diag(self: Tensor, diagonal = 0): Tensor {
  if (self.ndim === 1) return matrixOf(self, diagonal);
  if (self.ndim !== 2)
    throw new ShapeError(`diag: expected a vector or a matrix, got shape ${formatShape(self.shape)}`);
  const [rows, columns] = self.shape;
  const length = Math.max(Math.min(rows + Math.min(diagonal, 0), columns - Math.max(diagonal, 0)), 0);
  const flat = apply('reshape', [self], { shape: [rows * columns] });
  const start = length === 0 ? 0 : diagonal >= 0 ? diagonal : -diagonal * columns;
  return apply('slice', [flat], { start: [start], step: [columns + 1], shape: [length] });
}

function matrixOf(vector: Tensor, diagonal: number): Tensor {
  const size = vector.numel + Math.abs(diagonal);
  const attrs = { lo: [Math.max(-diagonal, 0)], hi: [Math.max(diagonal, 0)], interior: [0], value: 0 };
  const column = apply('reshape', [apply('pad', [vector], attrs)], { shape: [size, 1] });
  const matrix = expandTo(column, [size, size]);
  const { rows, columns } = coordinates('diag', matrix);
  return keepWhere(matrix, raw.eq(offset(rows, diagonal), columns));
}

function coordinates(op: string, x: Tensor): { rows: Tensor; columns: Tensor } {
  if (x.ndim < 2) throw new ShapeError(`${op}: expected at least 2 axes, got shape ${formatShape(x.shape)}`);
  const along = (axis: number) => source(x.home, 'iota', { shape: x.shape, axis });
  return { rows: along(x.ndim - 2), columns: along(x.ndim - 1) };
}

function offset(index: Tensor, by: number): Tensor {
  return by === 0 ? index : raw.add(index, literal(index, by));
}

function keepWhere(x: Tensor, condition: Tensor): Tensor {
  return raw.where(condition, x, literal(x, 0));
}
