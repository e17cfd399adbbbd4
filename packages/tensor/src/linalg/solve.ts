/** Systems of equations, inverses and determinants of square matrices. */

import { ShapeError, formatShape, sameShape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceAxes } from '../ops/reduce-axes.ts';
import { squeeze, unsqueeze } from '../ops/shape.ts';
import { log } from '../ops/exponential.ts';
import { identityLike, mT, matrixSizes, ofOneBatch, squareSize } from './matrix.ts';
import { routine } from './routine.ts';
import { determinant, logDeterminant, solve as run } from './routines/factor.ts';
import { FULL, cofactors as runCofactors } from './routines/svd.ts';
import { luFlops, singularFlops, triangleFlops } from './work.ts';

export interface SolveOptions {
  /** Whether A X = B is solved, and not X A = B. Default true. */
  readonly left?: boolean;
}

/**
 * X with A X = B, for A [..., n, n] and B [..., n, k], or vectors B [..., n]; batches broadcast. As torch.linalg.solve, but
 * a singular A, which nobody knows at the call, gives infinities and NaN.
 */
export function solve(A: Tensor, B: Tensor, options: SolveOptions = {}): Tensor {
  return composed(A, () => solved('solve', A, B, options).result);
}

/** As `solve`, and `info` (int32): 0, or the number of the first pivot that is 0. As torch.linalg.solve_ex. */
export function solveEx(A: Tensor, B: Tensor, options: SolveOptions = {}): { result: Tensor; info: Tensor } {
  return solved('solveEx', A, B, options);
}

/** The inverse of matrices [..., n, n]. As torch.linalg.inv; see `solve` for singular ones. */
export function inv(A: Tensor): Tensor {
  const n = squareSize('inv', A);
  return composed(A, () => solveMatrices(A, identityLike(A, n)).result);
}

/** As `inv`, and `info` (int32): 0, or the number of the first pivot that is 0. As torch.linalg.inv_ex. */
export function invEx(A: Tensor): { inverse: Tensor; info: Tensor } {
  const n = squareSize('invEx', A);
  const { result, info } = solveMatrices(A, identityLike(A, n));
  return { inverse: result, info };
}

function solved(
  op: string,
  A: Tensor,
  B: Tensor,
  { left = true }: SolveOptions,
): { result: Tensor; info: Tensor } {
  const n = squareSize(op, A);
  const isVector = B.ndim === 1 || (A.ndim - 1 === B.ndim && sameShape(A.shape.slice(0, -1), B.shape));
  if (isVector && !left)
    throw new ShapeError(`${op}: with left: false B has rows, got the vectors ${formatShape(B.shape)}`);
  const given = isVector ? unsqueeze(B, -1) : B;
  const matrices = left ? given : mT(given);
  if (matrixSizes(op, matrices)[0] !== n) {
    throw new ShapeError(
      `${op}: A has shape ${formatShape(A.shape)} and B ${formatShape(B.shape)}; expected B of ${n} ${left ? 'rows' : 'columns'}`,
    );
  }
  const [a, b] = ofOneBatch(op, left ? A : mT(A), matrices);
  const { result, info } = solveMatrices(a, b);
  return { result: isVector ? squeeze(result, -1) : left ? result : mT(result), info };
}

/** A X = B for matrices of one batch. Gradients: Giles, "Collected matrix derivative results" (2008). */
export function solveMatrices(a: Tensor, b: Tensor): { result: Tensor; info: Tensor } {
  const [n, k] = b.shape.slice(-2);
  const [result, info] = routine(
    [a, b],
    { op: 'solve', sizes: [n, k], shapes: [[n, k], []], flops: luFlops(n, n) + 2 * triangleFlops(n, k), run },
    ([gradient], [x]) => {
      const gradB = solveMatrices(mT(a), gradient).result;
      return [raw.neg(matmul(gradB, mT(x))), gradB];
    },
  );
  return { result, info: castTo(info, 'int32') };
}

/** The determinant of matrices [..., n, n]. As torch.linalg.det. */
export function det(A: Tensor): Tensor {
  const n = squareSize('det', A);
  return composed(A, () => {
    const [value] = routine(
      [A],
      { op: 'det', sizes: [n], shapes: [[]], flops: luFlops(n, n), run: determinant },
      ([gradient]) => [raw.mul(cofactors(A), spread(gradient, A))],
    );
    return value;
  });
}

/** The derivative of the determinant, which exists for singular matrices too; its own derivative does not. */
function cofactors(a: Tensor): Tensor {
  const n = a.shape[a.ndim - 1];
  const [result] = routine(
    [a],
    { op: 'cofactors', sizes: [n], shapes: [[n, n]], flops: singularFlops(n, n, FULL), run: runCofactors },
    ([gradient], [c]) => {
      const inverse = mT(inv(a));
      const along = reduceAxes('sum', raw.mul(gradient, c), [a.ndim - 2, a.ndim - 1]);
      return [raw.sub(raw.mul(spread(along, a), inverse), matmul(inverse, matmul(mT(gradient), c)))];
    },
  );
  return result;
}

/** `sign` and `logabsdet`: the determinant's sign, and the logarithm of its magnitude. As torch.linalg.slogdet. */
export function slogdet(A: Tensor): { sign: Tensor; logabsdet: Tensor } {
  const n = squareSize('slogdet', A);
  const [sign, logabsdet] = routine(
    [A],
    { op: 'slogdet', sizes: [n], shapes: [[], []], flops: luFlops(n, n), run: logDeterminant },
    ([, gradient]) => [raw.mul(mT(inv(A)), spread(gradient, A))],
  );
  return { sign: apply('detach', [sign], undefined), logabsdet };
}

/** The logarithm of the determinant; NaN where that is negative. As torch.logdet. */
export function logdet(input: Tensor): Tensor {
  squareSize('logdet', input);
  return composed(input, () => {
    const { sign, logabsdet } = slogdet(input);
    return raw.where(raw.lt(sign, literal(sign, 0)), log(sign), logabsdet);
  });
}

/** A number for each matrix as a matrix of that number. */
function spread(x: Tensor, like: Tensor): Tensor {
  return expandTo(unsqueeze(unsqueeze(x, -1), -1), like.shape);
}
