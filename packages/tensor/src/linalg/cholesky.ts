/**
 * Cholesky's factor of positive definite matrices, and what is solved with it. Gradients: Murray, "Differentiation of the
 * Cholesky decomposition" (2016).
 */

import { composed } from '../core/cut.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { matmul } from '../ops/matmul.ts';
import { unsqueeze } from '../ops/shape.ts';
import { tril } from '../ops/triangle.ts';
import { halfLower, identityLike, mT, ofOneBatch, squareSize } from './matrix.ts';
import { routine } from './routine.ts';
import { cholesky as run } from './routines/factor.ts';
import { solveLeft } from './triangular.ts';
import { choleskyFlops } from './work.ts';

export interface CholeskyOptions {
  /** Whether the factor is an upper triangle, U with A = Uᵀ U, made of the upper triangle of A. Default false. */
  readonly upper?: boolean;
}

export interface CholeskyExOptions extends CholeskyOptions {
  /** Whether a matrix that is not positive definite gives NaN, as in `cholesky`. Default false. */
  readonly checkErrors?: boolean;
}

/**
 * L with A = L Lᵀ, [..., n, n]. As torch.linalg.cholesky, but a matrix that is not positive definite, which nobody knows
 * at the call, gives NaN; `choleskyEx` tells.
 */
export function cholesky(A: Tensor, options: CholeskyOptions = {}): Tensor {
  const { upper = false } = options;
  return composed(A, () => {
    const { L, info } = factor('cholesky', A, upper);
    return marked(L, info);
  });
}

/** `L`, and `info` (int32): 0, or the order of the first leading minor that is not positive. As torch.linalg.cholesky_ex. */
export function choleskyEx(A: Tensor, options: CholeskyExOptions = {}): { L: Tensor; info: Tensor } {
  const { upper = false, checkErrors = false } = options;
  const { L, info } = factor('choleskyEx', A, upper);
  return { L: checkErrors ? marked(L, info) : L, info };
}

function factor(op: string, A: Tensor, upper: boolean): { L: Tensor; info: Tensor } {
  const n = squareSize(op, A);
  const a = upper ? mT(A) : A;
  const [L, info] = routine(
    [a],
    { op: 'cholesky', sizes: [n], shapes: [[n, n], []], flops: choleskyFlops(n), run },
    ([gradient], [l]) => {
      const middle = halfLower(matmul(mT(l), tril(gradient)));
      const both = raw.mul(raw.add(middle, mT(middle)), literal(middle, 0.5));
      const leftDone = solveLeft(mT(l), both, true);
      return [mT(solveLeft(mT(l), mT(leftDone), true))];
    },
  );
  return { L: upper ? mT(L) : L, info: castTo(info, 'int32') };
}

/** NaN where a factor does not exist. */
function marked(L: Tensor, info: Tensor): Tensor {
  const bad = raw.ne(info, literal(info, 0));
  const spread = expandTo(unsqueeze(unsqueeze(bad, -1), -1), L.shape);
  return raw.where(spread, literal(L, NaN), L);
}

/** The inverse of the matrix whose Cholesky factor `input` is. As torch.cholesky_inverse. */
export function choleskyInverse(input: Tensor, upper = false): Tensor {
  const n = squareSize('choleskyInverse', input);
  return composed(input, () => solveWith(input, identityLike(input, n), upper));
}

/** X with A X = `input`, where `input2` is the Cholesky factor of A. As torch.cholesky_solve. */
export function choleskySolve(input: Tensor, input2: Tensor, upper = false): Tensor {
  squareSize('choleskySolve', input2);
  return composed(input, () => {
    const [b, l] = ofOneBatch('choleskySolve', input, input2);
    return solveWith(l, b, upper);
  });
}

function solveWith(factorOfA: Tensor, b: Tensor, upper: boolean): Tensor {
  const [lower, raised] = upper ? [mT(factorOfA), factorOfA] : [factorOfA, mT(factorOfA)];
  return solveLeft(raised, solveLeft(lower, b, false), true);
}
