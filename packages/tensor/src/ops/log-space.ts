/**
 * Sums, odds and products in terms of logarithms, which neither overflow nor give NaN at 0.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { isFloat } from '@tenfold/ir';
import { expandTo, literal, numberTensor, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { exp, exp2, log, log1p, sigmoid } from './exponential.ts';
import { inFullPrecision } from './numeric.ts';

/** `log(exp(self) + exp(other))`. As torch.logaddexp. */
export function logaddexp(self: Tensor, other: Tensor): Tensor {
  return logOfSum('logaddexp', self, other, exp, 1);
}

/** `log2(2^self + 2^other)`. As torch.logaddexp2. */
export function logaddexp2(self: Tensor, other: Tensor): Tensor {
  return logOfSum('logaddexp2', self, other, exp2, 1 / Math.LN2);
}

/** `unit` is the logarithm of e to the base of `power`. */
function logOfSum(
  op: string,
  self: Tensor,
  other: Tensor,
  power: (x: Tensor) => Tensor,
  unit: number,
): Tensor {
  const [a, b] = floats(op, self, other);
  const infinite = raw.and(raw.eq(a, b), raw.eq(raw.abs(a), literal(a, Infinity)));
  return customGrad(
    [a, b],
    () => {
      const smaller = power(raw.neg(raw.abs(raw.sub(a, b))));
      const sum = raw.add(raw.max(a, b), raw.mul(log1p(smaller), literal(a, unit)));
      return raw.where(infinite, a, sum);
    },
    (gradient) => {
      const share = (x: Tensor, y: Tensor) => {
        const lead = raw.where(infinite, literal(x, 0), raw.sub(x, y));
        return raw.mul(gradient, sigmoid(raw.mul(lead, literal(x, 1 / unit))));
      };
      return [share(a, b), share(b, a)];
    },
  );
}

/** `self · log(other)`, and 0 where `self` is 0, unless `other` is NaN. As torch.xlogy. */
export function xlogy(self: Operand, other: Operand): Tensor {
  return timesLogarithm('xlogy', self, other, log, 0);
}

/** `self · log(1 + other)`, and 0 where `self` is 0, unless `other` is NaN. As torch.special.xlog1py. */
export function xlog1py(self: Operand, other: Operand): Tensor {
  return timesLogarithm('xlog1py', self, other, log1p, 1);
}

function timesLogarithm(
  op: string,
  self: Operand,
  other: Operand,
  logarithm: (y: Tensor) => Tensor,
  shift: number,
): Tensor {
  const [a, b] = floats(op, self, other);
  const isZero = raw.eq(a, literal(a, 0));
  return customGrad(
    [a, b],
    () => {
      const product = raw.mul(a, logarithm(b));
      return raw.where(raw.and(isZero, raw.eq(b, b)), literal(a, 0), product);
    },
    (gradient) => {
      const outside = raw.and(isZero, raw.le(b, literal(b, -shift)));
      const slope = raw.where(outside, literal(b, 0), logarithm(raw.where(outside, literal(b, 1), b)));
      const toOther = raw.div(raw.mul(gradient, a), raw.add(b, literal(b, shift)));
      return [raw.mul(gradient, slope), toOther];
    },
  );
}

export interface LogitOptions {
  /** Limits the input to the range from `eps` to `1 - eps` first. Without it, there is NaN outside of 0 to 1. */
  readonly eps?: number;
}

/** The logarithm of the odds, `log(self / (1 - self))`. As torch.logit. */
export function logit(self: Tensor, { eps }: LogitOptions = {}): Tensor {
  return inFullPrecision(self, (x) => {
    const one = literal(x, 1);
    const [low, high] = eps === undefined ? [literal(x, 0), one] : limits(x, eps);
    const within = raw.and(raw.le(low, x), raw.le(x, high));
    return customGrad(
      [x],
      () => {
        const p = eps === undefined ? x : raw.where(raw.lt(x, low), low, raw.where(raw.lt(high, x), high, x));
        return raw.log(raw.div(p, raw.sub(one, p)));
      },
      (gradient) => {
        const slope = raw.div(gradient, raw.mul(x, raw.sub(one, x)));
        return [raw.where(within, slope, literal(x, eps === undefined ? NaN : 0))];
      },
    );
  });
}

function limits(x: Tensor, eps: number): [Tensor, Tensor] {
  const low = expandTo(numberTensor(x.home, eps, x.dtype), x.shape);
  return [low, raw.sub(literal(x, 1), low)];
}

/** Two operands as floats; integers become float32. */
function floats(op: string, self: Operand, other: Operand): [Tensor, Tensor] {
  const promoted = resultType(op, [self, other]);
  return together(op, [self, other], isFloat(promoted) ? promoted : 'float32');
}
