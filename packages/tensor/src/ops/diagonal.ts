/** Diagonals: read from matrices, and put into them. Nothing is copied: a diagonal is every (columns + 1)-th element. */

import { ArgumentError, ShapeError, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import { accumulatorType } from './reduce-axes.ts';
import { axisOf } from './slice-axis.ts';

/**
 * The diagonal numbered `offset` (positive ones above) of the matrices along `dim1` and `dim2`, as the last axis.
 * As torch.diagonal.
 * @throws ArgumentError when both axes are the same.
 */
export function diagonal(self: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  const axes = [dim1, dim2].map((dim) => axisOf('diagonal', self, dim));
  return read(self, offset, differing('diagonal', axes));
}

function read(self: Tensor, offset: number, axes: readonly number[]): Tensor {
  const others = self.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const batch = others.map((axis) => self.shape[axis]);
  const [rows, columns] = axes.map((axis) => self.shape[axis]);
  const moved = apply('permute', [self], { axes: [...others, ...axes] });
  const flat = apply('reshape', [moved], { shape: [...batch, rows * columns] });
  const length = Math.max(Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)), 0);
  const first = length === 0 ? 0 : offset >= 0 ? offset : -offset * columns;
  const start = [...batch.map(() => 0), first];
  return apply('slice', [flat], {
    start,
    step: [...batch.map(() => 1), columns + 1],
    shape: [...batch, length],
  });
}

export interface DiagEmbedOptions {
  /** Which diagonal; positive ones are above the main one. Default 0. */
  readonly offset?: number;
  /** Where the rows of the matrices go. Default -2. */
  readonly dim1?: number;
  /** Where the columns of the matrices go. Default -1. */
  readonly dim2?: number;
}

/** Matrices with the last axis on their diagonals, zeros elsewhere. As torch.diag_embed. */
export function diagEmbed(self: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: DiagEmbedOptions = {}): Tensor {
  const length = self.shape[axisOf('diagEmbed', self, -1)];
  const rank = self.ndim + 1;
  const axes = differing('diagEmbed', [dim1, dim2].map((dim) => normalizeAxis('diagEmbed', dim, rank))); // prettier-ignore
  const size = length + Math.abs(offset);
  const batch = self.shape.slice(0, -1);
  const start = offset >= 0 ? offset : -offset * size;
  const span = length === 0 ? 0 : (length - 1) * (size + 1) + 1;
  const padded = apply('pad', [self], {
    lo: [...batch.map(() => 0), start],
    hi: [...batch.map(() => 0), size * size - start - span],
    interior: [...batch.map(() => 0), size],
    value: 0,
  });
  const matrices = apply('reshape', [padded], { shape: [...batch, size, size] });
  const order = batch.map((_, axis) => axis);
  const [first, second] = axes[0] < axes[1] ? [0, 1] : [1, 0];
  order.splice(axes[first], 0, batch.length + first);
  order.splice(axes[second], 0, batch.length + second);
  return apply('permute', [matrices], { axes: order });
}

/** The diagonal of a matrix as a vector, or the square matrix with a vector on its diagonal. As torch.diag. */
export function diag(self: Tensor, diagonal = 0): Tensor {
  if (self.ndim === 1) return diagEmbed(self, { offset: diagonal });
  if (self.ndim === 2) return read(self, diagonal, [0, 1]);
  throw new ShapeError(
    `diag: expected a vector or a matrix, got shape ${formatShape(self.shape)}; diagonal() takes other ranks`,
  );
}

/** The square matrix with all elements, in order, on its diagonal numbered `offset`. As torch.diagflat. */
export function diagflat(self: Tensor, offset = 0): Tensor {
  return diagEmbed(apply('reshape', [self], { shape: [self.numel] }), { offset });
}

/** The sum of the diagonal of a matrix; of integers and bools as int64. As torch.trace. */
export function trace(self: Tensor): Tensor {
  if (self.ndim !== 2)
    throw new ShapeError(
      `trace: expected a matrix, got shape ${formatShape(self.shape)}; sum diagonal() instead`,
    );
  const x = castTo(read(self, 0, [0, 1]), accumulatorType(self.dtype));
  return apply('reduce', [x], { kind: 'sum', axes: [0] });
}

function differing(op: string, axes: readonly number[]): readonly number[] {
  if (axes[0] === axes[1]) {
    throw new ArgumentError(`${op}: dim1 and dim2 are both axis ${axes[0]}; expected two different ones`);
  }
  return axes;
}
