/** Products and powers of matrices and vectors, and what is named with them in torch.linalg. */

import { ArgumentError, ShapeError, formatShape, normalizeAxis, numel } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo, literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { matmul } from '../ops/matmul.ts';
import { roll } from '../ops/turn.ts';
import { pow } from '../ops/arithmetic.ts';
import { sum } from '../ops/reduce.ts';
import { movedim } from '../ops/axes.ts';
import { reshape, unsqueeze } from '../ops/shape.ts';
import { diagonalOf, identityLike, squareSize } from './matrix.ts';
import { inv, solve } from './solve.ts';

/** The n-th power of square matrices, of their inverse where n is negative. As torch.linalg.matrix_power. */
export function matrixPower(A: Tensor, n: number): Tensor {
  const size = squareSize('matrixPower', A);
  if (!Number.isInteger(n)) throw new ArgumentError(`matrixPower: n is ${n}, expected a whole number`);
  return composed(A, () => {
    // The identity, whose gradient is 0.
    if (n === 0)
      return customGrad(
        [A],
        () => identityLike(A, size),
        () => [literal(A, 0)],
      );
    let square = n < 0 ? inv(A) : A;
    let result: Tensor | undefined;
    for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) result = result ? matmul(result, square) : square;
      if (left > 1) square = matmul(square, square);
    }
    return result ?? square;
  });
}

/** The product of matrices in the order that takes fewest multiplications; the first and the last may be vectors. As torch.linalg.multi_dot. */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (tensors.length < 2)
    throw new ArgumentError(`multiDot: got ${tensors.length} tensors, expected at least two`);
  const last = tensors.length - 1;
  const matrices = tensors.map((x, i) => {
    const mayBeVector = i === 0 || i === last;
    if (x.ndim !== 2 && !(mayBeVector && x.ndim === 1)) {
      throw new ShapeError(
        `multiDot: tensor ${i} has shape ${formatShape(x.shape)}, expected a matrix${mayBeVector ? ' or a vector' : ''}`,
      );
    }
    return x.ndim === 2 ? x : unsqueeze(x, i === 0 ? 0 : 1);
  });
  return composed(tensors[0], () => {
    const product = multiplied(matrices, 0, last, bestSplits(matrices));
    const [rows, columns] = product.shape;
    return reshape(product, [
      ...(tensors[0].ndim === 1 ? [] : [rows]),
      ...(tensors[last].ndim === 1 ? [] : [columns]),
    ]);
  });
}

function multiplied(
  matrices: readonly Tensor[],
  from: number,
  to: number,
  splits: readonly (readonly number[])[],
): Tensor {
  if (from === to) return matrices[from];
  const at = splits[from][to];
  return matmul(multiplied(matrices, from, at, splits), multiplied(matrices, at + 1, to, splits));
}

/** Where to split each chain of matrices, by dynamic programming (Cormen et al., "Introduction to Algorithms", 15.2). */
function bestSplits(matrices: readonly Tensor[]): number[][] {
  const n = matrices.length;
  const sizes = [matrices[0].shape[0], ...matrices.map(({ shape }) => shape[1])];
  const costs = matrices.map(() => new Array<number>(n).fill(0));
  const splits = matrices.map(() => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let from = 0; from + length < n; from++) {
      const to = from + length;
      costs[from][to] = Infinity;
      for (let at = from; at < to; at++) {
        const own = sizes[from] * sizes[at + 1] * sizes[to + 1];
        const cost = costs[from][at] + costs[at + 1][to] + own;
        if (cost < costs[from][to]) [costs[from][to], splits[from][to]] = [cost, at];
      }
    }
  }
  return splits;
}

/** The cross product of vectors of three elements along `dim`. As torch.linalg.cross. */
export function cross(input: Tensor, other: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor {
  return composed(input, () => {
    const [a, b] = together('cross', [input, other]);
    const axis = normalizeAxis('cross', dim, a.ndim);
    if (input.ndim !== other.ndim || input.shape[axis] !== 3 || other.shape[axis] !== 3) {
      throw new ShapeError(
        `cross: expected 3 elements along axis ${dim}, and as many axes, of ${formatShape(input.shape)} and ${formatShape(other.shape)}`,
      );
    }
    const next = (x: Tensor) => roll(x, -1, axis);
    return next(raw.sub(raw.mul(a, next(b)), raw.mul(next(a), b)));
  });
}

/** The inner product of vectors along `dim`; the other axes broadcast. As torch.linalg.vecdot. */
export function vecdot(x: Tensor, y: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor {
  const [a, b] = together('vecdot', [x, y]);
  return composed(x, () => sum(raw.mul(a, b), dim));
}

/** The powers 0 to N - 1 of each element in a row; `N` is their number unless given: [..., n] to [..., n, N]. As torch.linalg.vander. */
export function vander(x: Tensor, { N = null }: { readonly N?: number | null } = {}): Tensor {
  const vector = x.ndim === 0 ? reshape(x, [1]) : x;
  const count = N ?? vector.shape[vector.ndim - 1];
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`vander: N is ${count}, expected a whole number from 1`);
  return composed(x, () => {
    const shape = [...vector.shape, count];
    const exponent = castTo(source(x.home, 'iota', { shape, axis: vector.ndim }), x.dtype);
    return pow(expandTo(unsqueeze(vector, -1), shape), exponent);
  });
}

export interface DiagonalOptions {
  /** Above the main diagonal; below where it is negative. Default 0. */
  readonly offset?: number;
  readonly dim1?: number;
  readonly dim2?: number;
}

/** The diagonals of the matrices of two axes, along a new last axis. As torch.linalg.diagonal. */
export function diagonal(A: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: DiagonalOptions = {}): Tensor {
  const [row, column] = [dim1, dim2].map((dim) => normalizeAxis('diagonal', dim, A.ndim));
  if (A.ndim < 2 || row === column)
    throw new ArgumentError(`diagonal: dim1 is ${dim1} and dim2 ${dim2}, expected two different axes of ${formatShape(A.shape)}`);
  const others = A.shape.map((_, axis) => axis).filter((axis) => axis !== row && axis !== column);
  const x = apply('permute', [A], { axes: [...others, row, column] });
  const [rows, columns] = x.shape.slice(-2);
  const [first, skip] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const length = Math.max(Math.min(rows - first, columns - skip), 0);
  const batch = x.shape.slice(0, -2);
  const start = [...batch.map(() => 0), length === 0 ? 0 : first, length === 0 ? 0 : skip];
  const part = apply('slice', [x], { start, step: start.map(() => 1), shape: [...batch, length, length] });
  return diagonalOf(part);
} // prettier-ignore

/** The inverse of a tensor as a matrix from its last axes to its first `ind`. As torch.linalg.tensorinv. */
export function tensorinv(A: Tensor, ind = 2): Tensor {
  const [rows, columns] = [A.shape.slice(0, ind), A.shape.slice(ind)];
  if (!Number.isInteger(ind) || ind < 1 || numel(rows) !== numel(columns)) {
    throw new ShapeError(
      `tensorinv: with ind ${ind} the shape ${formatShape(A.shape)} is ${numel(rows)} by ${numel(columns)}, expected as many`,
    );
  }
  const n = numel(rows);
  return composed(A, () => reshape(inv(reshape(A, [n, n])), [...columns, ...rows]));
}

/** X with tensordot(A, X, X.ndim) = B; the axes `dims` of A are moved behind the others first. As torch.linalg.tensorsolve. */
export function tensorsolve(A: Tensor, B: Tensor, dims?: readonly number[] | null): Tensor {
  return composed(A, () => {
    let moved = A;
    const named = (dims ?? []).map((axis) => normalizeAxis('tensorsolve', axis, A.ndim)).sort((a, b) => a - b);
    named.forEach((axis, i) => (moved = movedim(moved, axis - i, -1)));
    const shape = moved.shape.slice(B.ndim);
    if (numel(shape) !== B.numel) {
      throw new ShapeError(
        `tensorsolve: A has shape ${formatShape(moved.shape)} and B ${formatShape(B.shape)}; expected ${B.numel} elements after the first ${B.ndim} axes of A`,
      );
    }
    const matrix = reshape(moved, [B.numel, B.numel]);
    return reshape(solve(matrix, reshape(B, [B.numel])), shape);
  });
} // prettier-ignore
