/**
 * QR factors by Householder's reflections. Gradients: Walter, Lehmann & Lamour, "On evaluating higher-order derivatives of
 * the QR decomposition of tall matrices" (2012); the columns of a wide matrix beyond the square part are Qᵀ A2.
 */

import { ArgumentError, GradError, ShapeError, formatShape } from '@tenfold/ir';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from '../ops/join.ts';
import { matmul } from '../ops/matmul.ts';
import { pad } from '../ops/pad.ts';
import { narrow } from '../ops/slice.ts';
import { tril, triu } from '../ops/triangle.ts';
import { diagonalMatrix, identityLike, mT, matrixSizes, mirroredUpper, scaledColumns } from './matrix.ts';
import { routine, zeros } from './routine.ts';
import { qr as run, qrFactors } from './routines/reflections.ts';
import { solveLeft } from './triangular.ts';
import { qrFlops, reflectionsFlops } from './work.ts';

/** `complete`: Q is square; `r`: Q is empty, and R has as many rows as in `reduced`. */
export type QrMode = 'reduced' | 'complete' | 'r';

/**
 * `Q`, of orthonormal columns, and `R`, an upper triangle, with A = Q R: [..., m, k] and [..., k, n], where k is the lesser of m
 * and n. As torch.linalg.qr.
 */
export function qr(A: Tensor, mode: QrMode = 'reduced'): { Q: Tensor; R: Tensor } {
  const [m, n] = matrixSizes('qr', A);
  if (mode !== 'reduced' && mode !== 'complete' && mode !== 'r') {
    throw new ArgumentError(`qr: mode is '${String(mode)}', expected 'reduced', 'complete' or 'r'`);
  }
  const rows = mode === 'complete' ? m : Math.min(m, n);
  const columns = mode === 'r' ? 0 : rows;
  const [Q, R] = routine(
    [A],
    {
      op: 'qr',
      sizes: [m, n, columns, rows],
      shapes: [
        [m, columns],
        [rows, n],
      ],
      flops: qrFlops(m, n, columns),
      run,
    },
    ([gradQ, gradR], [q, r]) => {
      if (mode === 'r' || columns > n) {
        throw new GradError(
          `qr: mode '${mode}' of ${formatShape(A.shape)} has no gradient; expected 'reduced', or 'complete' with no more rows than columns`,
        );
      }
      return [qrGradient(A, gradQ, gradR, q, r)];
    },
  );
  return mode === 'r' ? { Q: zeros(A, [0]), R } : { Q, R };
}

function qrGradient(A: Tensor, gradQ: Tensor, gradR: Tensor, Q: Tensor, R: Tensor): Tensor {
  const [m, n] = A.shape.slice(-2);
  if (m < n) {
    const rest = (x: Tensor) => narrow(x, -1, m, n - m);
    const first = (x: Tensor) => narrow(x, -1, 0, m);
    const all = raw.add(gradQ, matmul(rest(A), mT(rest(gradR))));
    return cat([squareGradient(all, first(gradR), Q, first(R)), matmul(Q, rest(gradR))], -1);
  }
  return squareGradient(gradQ, gradR, Q, R);
}

/** (gradQ + Q sym(gradR Rᵀ - Qᵀ gradQ)) R⁻ᵀ. */
function squareGradient(gradQ: Tensor, gradR: Tensor, Q: Tensor, R: Tensor): Tensor {
  const inner = raw.sub(matmul(gradR, mT(R)), matmul(mT(Q), gradQ));
  const both = raw.add(gradQ, matmul(Q, mirroredUpper(inner)));
  return mT(solveLeft(R, mT(both), true));
}

/** `a`, R with the reflections below its diagonal, and `tau`, their factors. As torch.geqrf; without gradients. */
export function geqrf(input: Tensor): { a: Tensor; tau: Tensor } {
  const [m, n] = matrixSizes('geqrf', input);
  const shapes = [[m, n], [Math.min(m, n)]];
  const [a, tau] = routine(
    [input],
    { op: 'geqrf', sizes: [m, n], shapes, flops: reflectionsFlops(m, n), run: qrFactors },
    () => {
      throw new GradError('geqrf: the reflections have no gradient here; use qr()');
    },
  );
  return { a, tau };
}

/**
 * The first n columns of the product of the reflections I - tau v vᵀ, whose v stand below the diagonal of A [..., m, n].
 * As torch.linalg.householder_product. In the form I - V T Vᵀ of Schreiber & Van Loan (1989).
 */
export function householderProduct(A: Tensor, tau: Tensor): Tensor {
  const [m, n] = matrixSizes('householderProduct', A);
  checkTau('householderProduct', A, tau);
  return composed(A, () => narrow(reflectionProduct(A, tau, m), -1, 0, n));
}

/**
 * `other` multiplied by the orthogonal matrix of the reflections in `input` and `tau`, from the left unless told. As torch.ormqr.
 */
export function ormqr(input: Tensor, tau: Tensor, other: Tensor, left = true, transpose = false): Tensor {
  matrixSizes('ormqr', input);
  checkTau('ormqr', input, tau);
  const [rows, columns] = matrixSizes('ormqr', other);
  const m = left ? rows : columns;
  return composed(input, () => {
    const whole = reflectionProduct(input, tau, m);
    const Q = transpose ? mT(whole) : whole;
    return left ? matmul(Q, other) : matmul(other, Q);
  });
}

function checkTau(op: string, A: Tensor, tau: Tensor): void {
  const [m, n] = A.shape.slice(-2);
  const k = tau.shape[tau.ndim - 1];
  if (n <= m && tau.ndim === A.ndim - 1 && k <= n) return;
  throw new ShapeError(
    `${op}: A has shape ${formatShape(A.shape)} and tau ${formatShape(tau.shape)}; ` +
      'expected A [..., m, n] with n at most m, and tau [..., k] with k at most n',
  );
}

/** The whole [m, m] product. */
function reflectionProduct(A: Tensor, tau: Tensor, m: number): Tensor {
  const k = tau.shape[tau.ndim - 1];
  const below = tril(narrow(A, -1, 0, k), -1);
  const V = raw.add(below, pad(identityLike(below, k), [0, 0, 0, m - k]));
  // T = (I + diag(tau) striu(VᵀV))⁻¹ diag(tau), which does without 1 / tau.
  const inner = triu(matmul(mT(V), V), 1);
  const rows = mT(scaledColumns(mT(inner), tau));
  const T = solveLeft(rows, diagonalMatrix(tau), true, true);
  return raw.sub(identityLike(A, m), matmul(V, matmul(T, mT(V))));
}
