/**
 * LU factors with partial pivoting, A = P L U, of matrices of any shape. Gradients as torch.linalg.lu's, by differentiating
 * P L U with one triangle of the inner product left to each factor.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from '../ops/join.ts';
import { matmul } from '../ops/matmul.ts';
import { unsqueeze } from '../ops/shape.ts';
import { narrow } from '../ops/slice.ts';
import { tril, triu } from '../ops/triangle.ts';
import { mT, matrixSizes, ofOneBatch, squareSize } from './matrix.ts';
import { routine } from './routine.ts';
import { luFactors, orderOfPivots } from './routines/factor.ts';
import { solveLeft } from './triangular.ts';
import { luFlops } from './work.ts';

export interface LuOptions {
  /** Rows are always exchanged, as PyTorch's on the CPU: false is an error. Default true. */
  readonly pivot?: boolean;
}

export interface LuSolveOptions {
  /** Whether A X = B is solved, and not X A = B. Default true. */
  readonly left?: boolean;
  /** Whether Aᵀ is taken for A. Default false. */
  readonly adjoint?: boolean;
}

interface Factors {
  readonly LU: Tensor;
  readonly pivots: Tensor;
  readonly order: Tensor;
  readonly info: Tensor;
}

/** `LU`, L below the diagonal and U, and `pivots` (int32, from 1): with which row each was exchanged. As torch.linalg.lu_factor. */
export function luFactor(A: Tensor, { pivot = true }: LuOptions = {}): { LU: Tensor; pivots: Tensor } {
  const { LU, pivots } = factors('luFactor', A, pivot);
  return { LU, pivots: castTo(pivots, 'int32') };
}

/** As `luFactor`, and `info` (int32): 0, or the number of the first pivot that is 0. As torch.linalg.lu_factor_ex. */
export function luFactorEx(
  A: Tensor,
  { pivot = true }: LuOptions = {},
): { LU: Tensor; pivots: Tensor; info: Tensor } {
  const { LU, pivots, info } = factors('luFactorEx', A, pivot);
  return { LU, pivots: castTo(pivots, 'int32'), info: castTo(info, 'int32') };
}

/** `P`, `L` and `U` with A = P L U. As torch.linalg.lu. */
export function lu(A: Tensor, { pivot = true }: LuOptions = {}): { P: Tensor; L: Tensor; U: Tensor } {
  const { LU, order } = factors('lu', A, pivot);
  return { P: permutation(order, A), ...triangles(LU) };
}

/** `P`, `L` and `U` of what `luFactor` gives. As torch.lu_unpack. */
export function luUnpack(LUData: Tensor, LUPivots: Tensor): { P: Tensor; L: Tensor; U: Tensor } {
  matrixSizes('luUnpack', LUData);
  return { P: permutation(orderOf(LUData, LUPivots), LUData), ...triangles(LUData) };
}

/** X with A X = B, where A is given as `luFactor` gives it. As torch.linalg.lu_solve. */
export function luSolve(LU: Tensor, pivots: Tensor, B: Tensor, options: LuSolveOptions = {}): Tensor {
  const { left = true, adjoint = false } = options;
  const n = squareSize('luSolve', LU);
  const [rows, columns] = matrixSizes('luSolve', B);
  if ((left ? rows : columns) !== n) {
    throw new ShapeError(
      `luSolve: LU has shape ${formatShape(LU.shape)} and B ${formatShape(B.shape)}; expected B of ${n} ${left ? 'rows' : 'columns'}`,
    );
  }
  return composed(LU, () => {
    const P = permutation(orderOf(LU, pivots), LU);
    const [a, p, b] = ofOneBatch('luSolve', LU, P, left ? B : mT(B));
    // X A = B is Aᵀ Xᵀ = Bᵀ.
    const x =
      adjoint === left
        ? matmul(p, solveLeft(mT(a), solveLeft(mT(a), b, false), true, true))
        : solveLeft(a, solveLeft(a, matmul(mT(p), b), false, true), true);
    return left ? x : mT(x);
  });
}

function factors(op: string, A: Tensor, pivot: boolean): Factors {
  if (!pivot) throw new ArgumentError(`${op}: factors without pivoting are not computed; leave pivot out`);
  const [m, n] = matrixSizes(op, A);
  const shapes = [[m, n], [Math.min(m, n)], [m], []];
  const [LU, pivots, order, info] = routine(
    [A],
    { op: 'lu', sizes: [m, n], shapes, flops: luFlops(m, n), run: luFactors },
    ([gradient], [result, , rows]) => [luGradient(gradient, result, permutation(rows, result))],
  );
  return { LU, pivots, order, info };
}

/** The gradient of A from that of L and U in one. */
function luGradient(gradient: Tensor, LU: Tensor, P: Tensor): Tensor {
  const [m, n] = LU.shape.slice(-2);
  const least = Math.min(m, n);
  const square = (x: Tensor) => narrow(narrow(x, -2, 0, least), -1, 0, least);
  const { L, U } = triangles(LU);
  const [gradL, gradU] = [tril(gradient, -1), triu(gradient)];
  const [L1, U1] = [narrow(L, -2, 0, least), narrow(U, -1, 0, least)];
  let lower = matmul(mT(L1), square(gradL));
  let upper = matmul(square(gradU), mT(U1));
  if (m < n) {
    const [U2, gradU2] = [U, gradU].map((x) => narrow(x, -1, m, n - m));
    lower = raw.sub(lower, matmul(gradU2, mT(U2)));
  } else if (m > n) {
    const [L2, gradL2] = [L, gradL].map((x) => narrow(x, -2, n, m - n));
    upper = raw.sub(upper, matmul(mT(L2), gradL2));
  }
  // L1⁻ᵀ inner U1⁻ᵀ, with the rest of the longer side.
  const inner = raw.add(tril(lower, -1), triu(upper));
  const right = (x: Tensor) => mT(solveLeft(U1, mT(x), true));
  const left = (x: Tensor) => solveLeft(mT(L1), x, true, true);
  if (m === n) return matmul(P, left(right(inner)));
  if (m < n) return matmul(P, left(cat([right(inner), narrow(gradU, -1, m, n - m)], -1)));
  return matmul(P, cat([left(right(inner)), right(narrow(gradL, -2, n, m - n))], -2));
}

function triangles(LU: Tensor): { L: Tensor; U: Tensor } {
  const [m, n] = LU.shape.slice(-2);
  const least = Math.min(m, n);
  const left = tril(narrow(LU, -1, 0, least), -1);
  const shape = left.shape;
  const along = (axis: number) => source(LU.home, 'iota', { shape, axis });
  const ones = castTo(raw.eq(along(LU.ndim - 2), along(LU.ndim - 1)), LU.dtype);
  return { L: raw.add(left, ones), U: triu(narrow(LU, -2, 0, least)) };
}

/** P with a one in row `order[j]` of column j. */
function permutation(order: Tensor, like: Tensor): Tensor {
  const m = order.shape[order.ndim - 1];
  const shape = [...order.shape, m];
  const rows = castTo(source(order.home, 'iota', { shape, axis: order.ndim - 1 }), order.dtype);
  const wanted = expandTo(unsqueeze(order, -2), shape);
  return castTo(raw.eq(rows, wanted), like.dtype);
}

function orderOf(LU: Tensor, pivots: Tensor): Tensor {
  const m = LU.shape[LU.ndim - 2];
  const numbers = unsqueeze(castTo(apply('detach', [pivots], undefined), LU.dtype), -1);
  const [order] = routine([numbers], {
    op: 'orderOfPivots',
    sizes: [m],
    shapes: [[m]],
    flops: 0,
    run: orderOfPivots,
  });
  return order;
}
