/** The Hurwitz zeta function, which the derivatives of the digamma function are made of. */

import { isFloat } from '@tenfold/ir';
import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';

/** B(2j) / (2j)! for j from 1: Bernoulli numbers over factorials. */
const BERNOULLI = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
  43867 / 5109094217170944000,
  -174611 / 802857662698291200000,
  77683 / 14101100039391805440000,
  -236364091 / 1693824136731743669452800000,
];

/**
 * The sum of `(other + k)^-self` over k from 0. As torch.special.zeta. Infinite for self = 1 and where `other` is 0 or a
 * negative integer; NaN for self < 1, and for other negative `other` unless `self` is even or odd.
 */
export function zeta(self: Operand, other: Operand): Tensor {
  const promoted = resultType('zeta', [self, other]);
  const [s, q] = together('zeta', [self, other], isFloat(promoted) ? promoted : 'float32');
  return customGrad(
    [s, q],
    () => {
      const [zero, one] = [literal(s, 0), literal(s, 1)];
      const pole = raw.and(raw.le(q, zero), raw.eq(q, raw.neg(raw.idiv(raw.neg(q), one))));
      const value = raw.where(pole, literal(s, Infinity), zetaSum(s, q));
      const within = raw.where(raw.lt(one, s), value, literal(s, NaN));
      return raw.where(raw.eq(s, one), literal(s, Infinity), within);
    },
    (gradient) => [undefined, raw.neg(raw.mul(gradient, raw.mul(s, zeta(raw.add(s, literal(s, 1)), q))))],
  );
}

/** The first terms of the sum, and the formula of Euler and Maclaurin for all others (as in Cephes). */
export function zetaSum(s: Tensor, q: Tensor): Tensor {
  const [terms, corrections] = q.dtype === 'float64' ? [10, 12] : [6, 6];
  const minusS = raw.neg(s);
  let sum = raw.pow(q, minusS);
  for (let k = 1; k < terms; k++) sum = raw.add(sum, raw.pow(raw.add(q, literal(q, k)), minusS));
  const a = raw.add(q, literal(q, terms));
  const power = raw.pow(a, minusS);
  const beyond = raw.div(raw.mul(power, a), raw.sub(s, literal(s, 1)));
  sum = raw.add(sum, raw.add(beyond, raw.mul(power, literal(power, 0.5))));
  // Rising factor by factor: s/a, (s + 1)(s + 2)/a², ...
  let factor = raw.mul(power, raw.div(s, a));
  for (let j = 0; j < corrections; j++) {
    if (j > 0) {
      const raised = (by: number) => raw.div(raw.add(s, literal(s, by)), a);
      factor = raw.mul(factor, raw.mul(raised(2 * j - 1), raised(2 * j)));
    }
    sum = raw.add(sum, raw.mul(factor, literal(factor, BERNOULLI[j])));
  }
  return sum;
}
