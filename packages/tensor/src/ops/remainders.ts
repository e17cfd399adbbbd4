/**
 * Remainders and common divisors, element by element. Division of integers by 0 gives 0.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { DTypeError, byteSize, isFloat, isInt } from '@tenfold/ir';
import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { trunc } from './rounding.ts';

/** The remainder with the sign of the dividend, C's `%`. As torch.fmod. */
export function fmod(self: Operand, other: Operand): Tensor {
  const promoted = resultType('fmod', [self, other]);
  const [a, b] = together('fmod', [self, other], promoted === 'bool' ? 'int64' : promoted);
  const rest = () => {
    const magnitude = raw.mod(raw.abs(a), raw.abs(b));
    return raw.where(raw.lt(a, literal(a, 0)), raw.neg(magnitude), magnitude);
  };
  if (!isFloat(a.dtype)) return rest();
  return customGrad([a, b], rest, (gradient) => [gradient, raw.neg(raw.mul(gradient, trunc(raw.div(a, b))))]);
}

/** What is behind the point, with the sign of the number. As torch.frac. Raises DTypeError for integers and bools. */
export function frac(self: Tensor): Tensor {
  if (!isFloat(self.dtype))
    throw new DTypeError(`frac: needs floats, got ${self.dtype}; whole numbers have no fraction`);
  return raw.sub(self, raw.trunc(self));
}

/** The greatest common divisor, from 0. As torch.gcd. Raises DTypeError for floats and bools. */
export function gcd(self: Operand, other: Operand): Tensor {
  return euclid(...integers('gcd', self, other));
}

/** The least common multiple, from 0. As torch.lcm. Raises DTypeError for floats and bools. */
export function lcm(self: Operand, other: Operand): Tensor {
  const [a, b] = integers('lcm', self, other);
  return raw.abs(raw.mul(raw.idiv(a, euclid(a, b)), b));
}

/** Fibonacci numbers take Euclid's algorithm longest: as many steps as there are of them below the greatest number. */
function euclid(self: Tensor, other: Tensor): Tensor {
  let [a, b] = [raw.abs(self), raw.abs(other)];
  const zero = literal(a, 0);
  const steps = Math.ceil((8 * byteSize(a.dtype)) / Math.log2((1 + Math.sqrt(5)) / 2));
  for (let step = 0; step < steps; step++) {
    [a, b] = [raw.where(raw.eq(b, zero), a, b), raw.mod(a, b)];
  }
  return a;
}

function integers(op: string, self: Operand, other: Operand): [Tensor, Tensor] {
  const dtype = resultType(op, [self, other]);
  if (!isInt(dtype)) throw new DTypeError(`${op}: needs integers, got ${dtype}; cast with long()`);
  return together(op, [self, other], dtype);
}
