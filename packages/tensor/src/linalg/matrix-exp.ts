/**
 * The exponential of matrices by scaling and squaring (Moler & Van Loan 2003). How often is decided by each matrix's norm,
 * which nobody knows at the call, so all squarings are there and each matrix takes its share of them.
 */

import { apply } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from '../ops/join.ts';
import { matmul } from '../ops/matmul.ts';
import { inFullPrecision } from '../ops/numeric.ts';
import { amax, sum } from '../ops/reduce.ts';
import { narrow } from '../ops/slice.ts';
import { identityLike, mT, squareSize } from './matrix.ts';
import { zeros } from './routine.ts';

/** Terms of the series, and squarings: exact to rounding for norms up to 2 ** (SQUARINGS - 1). */
const TERMS = 16;
const SQUARINGS = 16;

/** The exponential of square matrices. As torch.linalg.matrix_exp. */
export function matrixExp(A: Tensor): Tensor {
  const n = squareSize('matrixExp', A);
  return composed(A, () =>
    customGrad(
      [A],
      () => (A.numel === 0 ? A : inFullPrecision(A, (x) => exponential(x, n))),
      (gradient) => {
        // The exponential of [Aᵀ, G; 0, Aᵀ] has the derivative in its corner (Mathias 1996).
        const a = mT(A);
        const block = cat([cat([a, gradient], -1), cat([zeros(a, a.shape), a], -1)], -2);
        return [narrow(narrow(matrixExp(block), -2, 0, n), -1, n, n)];
      },
    ),
  );
}

function exponential(A: Tensor, n: number): Tensor {
  const norm = amax(sum(raw.abs(A), -2, { keepdim: true }), -1, { keepdim: true });
  // Squarings such that what is summed up is of norm at most 1/2.
  const logarithm = raw.div(raw.log(norm), literal(norm, Math.LN2));
  const whole = apply('ceil', [raw.add(logarithm, literal(norm, 1))], undefined);
  const squarings = raw.min(raw.max(whole, literal(norm, 0)), literal(norm, SQUARINGS));
  const shrink = raw.exp(raw.mul(squarings, literal(norm, -Math.LN2)));
  const small = raw.mul(A, expandTo(shrink, A.shape));
  let result = series(small, n);
  for (let i = 0; i < SQUARINGS; i++) {
    const more = expandTo(raw.lt(literal(squarings, i), squarings), A.shape);
    result = raw.where(more, matmul(result, result), result);
  }
  return result;
}

/** Σ Aⁱ / i! in pieces of four terms (Paterson & Stockmeyer 1973). */
function series(A: Tensor, n: number): Tensor {
  const powers = [identityLike(A, n), A];
  for (let i = 2; i <= 4; i++) powers.push(matmul(powers[i - 1], A));
  const factorials = [1];
  for (let i = 1; i <= TERMS; i++) factorials.push(factorials[i - 1] * i);
  const piece = (first: number) =>
    powers
      .slice(0, 4)
      .map((power, i) => raw.mul(power, literal(power, 1 / factorials[first + i])))
      .reduce((a, b) => raw.add(a, b));
  let result = piece(TERMS - 4);
  for (let first = TERMS - 8; first >= 0; first -= 4)
    result = raw.add(matmul(result, powers[4]), piece(first));
  return result;
}
