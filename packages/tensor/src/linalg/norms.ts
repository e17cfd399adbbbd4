/** Norms of vectors and of matrices. */

import { ArgumentError, ShapeError, formatShape, isFloat, normalizeAxis } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Dim } from '../ops/dims.ts';
import { norm as elementNorm } from '../ops/norm.ts';
import { asFloat } from '../ops/numeric.ts';
import { amax, amin, sum } from '../ops/reduce.ts';
import { reshape } from '../ops/shape.ts';
import { select } from '../ops/slice.ts';
import { svdvals } from './svd.ts';

/**
 * `fro`: of all elements; `nuc`: the sum of singular values; 2 and -2 the greatest and the least of them; 1 and -1 the
 * greatest and the least sum of magnitudes of a column; Infinity and -Infinity of a row.
 */
export type MatrixOrder = 'fro' | 'nuc' | number;

export interface NormOptions {
  readonly keepdim?: boolean;
  /** What elements are cast to first. Default null. */
  readonly dtype?: DType | null;
}

/** The norm of order `ord` over `dim`, all axes unless given. As torch.linalg.vector_norm. */
export function vectorNorm(x: Tensor, ord = 2, dim?: Dim | null, options: NormOptions = {}): Tensor {
  const { keepdim = false, dtype = null } = options;
  return composed(x, () => elementNorm(prepared('vectorNorm', x, dtype), ord, dim ?? undefined, { keepdim }));
}

/** The norm of order `ord` of the matrices of two axes. As torch.linalg.matrix_norm. */
export function matrixNorm(
  A: Tensor,
  ord: MatrixOrder = 'fro',
  dim: readonly number[] = [-2, -1],
  options: NormOptions = {},
): Tensor {
  const { keepdim = false, dtype = null } = options;
  if (A.ndim < 2)
    throw new ShapeError(
      `matrixNorm: expected matrices, got shape ${formatShape(A.shape)}; vectorNorm() takes others`,
    );
  const axes = dim.map((axis) => normalizeAxis('matrixNorm', axis, A.ndim));
  const [row, column] = axes;
  if (axes.length !== 2 || row === column)
    throw new ArgumentError(`matrixNorm: dim is [${dim.join(', ')}], expected two different axes`);
  return composed(A, () => {
    const x = prepared('matrixNorm', A, dtype);
    const summed = (along: number, of: number, most: boolean) => {
      const sums = sum(raw.abs(x), along, { keepdim: true });
      const made = (most ? amax : amin)(sums, of, { keepdim: true });
      return keepdim ? made : without(made, axes);
    };
    switch (ord) {
      case 'fro':
        return elementNorm(x, 2, axes, { keepdim });
      case 1:
      case -1:
        return summed(row, column, ord > 0);
      case Infinity:
      case -Infinity:
        return summed(column, row, ord > 0);
      case 'nuc':
      case 2:
      case -2: {
        const S = svdvals(apply('permute', [x], { axes: behind(x.ndim, axes) }));
        const last = S.shape[S.ndim - 1] - 1;
        if (last < 0 && ord !== 'nuc')
          throw new ShapeError(`matrixNorm: a matrix of shape ${formatShape(A.shape)} has no norm of order ${ord}`);
        const made = ord === 'nuc' ? sum(S, -1) : select(S, -1, ord === 2 ? 0 : last);
        return keepdim ? reshape(made, x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))) : made;
      }
      default:
        throw new ArgumentError(
          `matrixNorm: ord is ${String(ord)}, expected 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity`,
        );
    }
  }); // prettier-ignore
}

/**
 * The norm of order `ord`: of matrices where `dim` names two axes, or where `ord` is given and `x` is a matrix; else of vectors. As
 * torch.linalg.norm.
 */
export function norm(
  x: Tensor,
  ord: MatrixOrder | null = null,
  dim: Dim | null = null,
  options: NormOptions = {},
): Tensor {
  if (ord === null) return vectorNorm(x, 2, dim, options);
  const axes = typeof dim === 'number' ? [dim] : dim;
  if (axes === null && x.ndim > 2) {
    throw new ShapeError(
      `norm: with ord and without dim expected a vector or a matrix, got shape ${formatShape(x.shape)}; name one or two axes`,
    );
  }
  if (axes?.length === 2 || (axes === null && x.ndim === 2))
    return matrixNorm(x, ord, axes ?? [0, 1], options);
  if (typeof ord !== 'number')
    throw new ArgumentError(`norm: ord '${ord}' is of matrices; expected a number, or two axes in dim`);
  return vectorNorm(x, ord, dim, options);
}

function prepared(op: string, x: Tensor, dtype: DType | null): Tensor {
  if (dtype !== null && !isFloat(dtype))
    throw new ArgumentError(`${op}: dtype is ${dtype}, expected a float dtype`);
  return dtype === null ? asFloat(x) : castTo(x, dtype);
}

function behind(rank: number, axes: readonly number[]): number[] {
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  return [...others, ...axes];
}

function without(x: Tensor, axes: readonly number[]): Tensor {
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}
