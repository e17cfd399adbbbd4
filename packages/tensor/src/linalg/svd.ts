/**
 * Singular values. Gradients: Townsend, "Differentiating the singular value decomposition" (2016). Where two values are
 * equal the vectors have no derivative, and their share of it is left out.
 */

import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { matmul } from '../ops/matmul.ts';
import { unsqueeze } from '../ops/shape.ts';
import { narrow } from '../ops/slice.ts';
import { diagonalMatrix, mT, matrixSizes, scaledColumns } from './matrix.ts';
import { routine } from './routine.ts';
import { FULL, REDUCED, VALUES, svd as run } from './routines/svd.ts';
import { singularFlops } from './work.ts';

export interface Svd {
  readonly U: Tensor;
  /** Falling. */
  readonly S: Tensor;
  readonly Vh: Tensor;
}

/**
 * `U`, `S` and `Vh` with A = U diag(S) Vh: [..., m, m], [..., k] and [..., n, n], where k is the lesser of m and n; without
 * `fullMatrices` [..., m, k] and [..., k, n]. As torch.linalg.svd; signs of vectors are arbitrary.
 */
export function svd(A: Tensor, fullMatrices = true): Svd {
  const [m, n] = matrixSizes('svd', A);
  const k = Math.min(m, n);
  const [p, q] = fullMatrices ? [m, n] : [k, k];
  const wanted = fullMatrices ? FULL : REDUCED;
  const shapes = [[m, p], [k], [q, n]];
  const [U, S, Vh] = routine(
    [A],
    { op: 'svd', sizes: [m, n, wanted], shapes, flops: singularFlops(m, n, wanted), run },
    ([gradU, gradS, gradVh], [u, s, vh]) => {
      const [left, gradLeft] = [u, gradU].map((x) => narrow(x, -1, 0, k));
      const [right, gradRight] = [vh, gradVh].map((x) => mT(narrow(x, -2, 0, k)));
      return [svdGradient(left, s, right, gradLeft, gradS, gradRight)];
    },
  );
  return { U, S, Vh };
}

/** The singular values of matrices, falling. As torch.linalg.svdvals. */
export function svdvals(A: Tensor): Tensor {
  const [m, n] = matrixSizes('svdvals', A);
  const shapes = [[Math.min(m, n)]];
  const flops = singularFlops(m, n, VALUES);
  return composed(A, () => {
    // Of values alone the gradient needs no differences between them.
    const [S] = routine([A], { op: 'svd', sizes: [m, n, VALUES], shapes, flops, run }, ([gradient]) => {
      const { U, Vh } = svd(A, false);
      return [matmul(scaledColumns(U, gradient), Vh)];
    });
    return S;
  });
}

/** U (diag(gradS) + (skew(Uᵀ gradU) S + S skew(Vᵀ gradV)) / E) Vᵀ, and what lies outside of U and V. */
function svdGradient(U: Tensor, S: Tensor, V: Tensor, gradU: Tensor, gradS: Tensor, gradV: Tensor): Tensor {
  const skew = (x: Tensor) => raw.sub(x, mT(x));
  const [m, n, k] = [U.shape[U.ndim - 2], V.shape[V.ndim - 2], S.shape[S.ndim - 1]];
  const square = [...S.shape, k];
  const column = expandTo(unsqueeze(S, -1), square);
  const row = expandTo(unsqueeze(S, -2), square);
  // s_j² - s_i², as a product that does not cancel.
  const gaps = raw.mul(raw.sub(row, column), raw.add(row, column));
  const inner = raw.add(
    raw.mul(skew(matmul(mT(U), gradU)), row),
    raw.mul(column, skew(matmul(mT(V), gradV))),
  );
  const middle = raw.add(overGaps(inner, gaps), diagonalMatrix(gradS));
  let gradient = matmul(U, matmul(middle, mT(V)));
  if (m > k) {
    const beyond = raw.sub(gradU, matmul(U, matmul(mT(U), gradU)));
    gradient = raw.add(gradient, matmul(scaledColumns(beyond, raw.recip(S)), mT(V)));
  }
  if (n > k) {
    const beyond = raw.sub(gradV, matmul(V, matmul(mT(V), gradV)));
    gradient = raw.add(gradient, matmul(scaledColumns(U, raw.recip(S)), mT(beyond)));
  }
  return gradient;
}

/** x / gaps, and 0 where there is no gap. */
export function overGaps(x: Tensor, gaps: Tensor): Tensor {
  const none = raw.eq(gaps, literal(gaps, 0));
  return raw.where(none, literal(x, 0), raw.div(x, raw.where(none, literal(gaps, 1), gaps)));
}
