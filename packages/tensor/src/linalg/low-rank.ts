/**
 * The greatest singular values of large matrices, from their products with a few random vectors: Halko, Martinsson & Tropp,
 * "Finding structure with randomness" (2011), algorithms 4.4 and 5.1.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { randn } from '../creation/random.ts';
import { matmul } from '../ops/matmul.ts';
import { mean } from '../ops/reduce.ts';
import { sub } from '../ops/arithmetic.ts';
import { mT, matrixSizes } from './matrix.ts';
import { qr } from './qr.ts';
import { svd } from './svd.ts';

/** Columns of `U` and `V` are singular vectors. */
export interface LowRank {
  readonly U: Tensor;
  /** Falling. */
  readonly S: Tensor;
  readonly V: Tensor;
}

/**
 * About the `q` greatest singular values of A (or of A - M) and their vectors: `U` [..., m, q], `S` [..., q] and `V` [..., n, q].
 * `niter` passes over A and its transpose make it better. As torch.svd_lowrank; random.
 * @throws ArgumentError for a q that is not between 0 and the lesser side.
 */
export function svdLowrank(A: Tensor, q = 6, niter = 2, M: Tensor | null = null): LowRank {
  return approximate('svdLowrank', M ? sub(A, M) : A, q, niter);
}

/**
 * The `q` main directions of the rows of A, whose mean is taken off unless `center` is false: columns of `V` [..., n, q], with U
 * diag(S) the rows seen along them. `q` is 6, or the lesser side, by default. As torch.pca_lowrank; random.
 * @throws ArgumentError as svdLowrank
 */
export function pcaLowrank(A: Tensor, q: number | null = null, center = true, niter = 2): LowRank {
  const least = Math.min(...matrixSizes('pcaLowrank', A));
  const centred = center ? sub(A, mean(A, -2, { keepdim: true })) : A;
  return approximate('pcaLowrank', centred, q ?? Math.min(6, least), niter);
}

/** The smaller side is the one whose space is searched. */
function approximate(op: string, A: Tensor, q: number, niter: number): LowRank {
  const [m, n] = matrixSizes(op, A);
  if (!(Number.isInteger(q) && q >= 0 && q <= Math.min(m, n)))
    throw new ArgumentError(`${op}: q is ${q}, expected a whole number from 0 to ${Math.min(m, n)} for matrices of ${m} by ${n}`); // prettier-ignore
  if (!(Number.isInteger(niter) && niter >= 0))
    throw new ArgumentError(`${op}: niter is ${niter}, expected a whole number of at least 0`);
  if (m < n) {
    const { U, S, V } = approximate(op, mT(A), q, niter);
    return { U: V, S, V: U };
  }
  const Q = basis(A, q, niter);
  const { U, S, Vh } = svd(matmul(mT(Q), A), false);
  return { U: matmul(Q, U), S, V: mT(Vh) };
}

/** Orthonormal columns [..., m, q] that nearly span what A makes of vectors. */
function basis(A: Tensor, q: number, niter: number): Tensor {
  const { dtype, device, shape } = A;
  let { Q } = qr(matmul(A, randn([...shape.slice(0, -2), shape[shape.length - 1], q], { dtype, device })));
  for (let i = 0; i < niter; i++) {
    ({ Q } = qr(matmul(mT(A), Q)));
    ({ Q } = qr(matmul(A, Q)));
  }
  return Q;
}
