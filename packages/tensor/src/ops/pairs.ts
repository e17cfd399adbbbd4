/**
 * Functions of two operands, element by element, beyond the basic arithmetic. Operands broadcast and promote.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { DTypeError, isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, maximum, minimum, sub } from './arithmetic.ts';
import type { AddOptions } from './arithmetic.ts';
import { clamp } from './clamp.ts';

/** `self / other`; integers divide as float32. As torch.true_divide. */
export function trueDivide(self: Operand, other: Operand): Tensor {
  return div(self, other);
}

/** `other - alpha * self`. As torch.rsub. Raises DTypeError for two bools. */
export function rsub(self: Operand, other: Operand, { alpha = 1 }: AddOptions = {}): Tensor {
  return sub(other, self, { alpha });
}

/** `self` to the power `exponent`, in float64 whatever the operands are. As torch.float_power. */
export function floatPower(self: Operand, exponent: Operand): Tensor {
  return raw.pow(...together('floatPower', [self, exponent], 'float64'));
}

/** The length of the hypotenuse, `sqrt(self² + other²)`, without early overflow. As torch.hypot. */
export function hypot(self: Tensor, other: Tensor): Tensor {
  const [a, b] = floats('hypot', self, other);
  return customGrad(
    [a, b],
    () => {
      const [x, y] = [raw.abs(a), raw.abs(b)];
      const [long, short] = [raw.max(x, y), raw.min(x, y)];
      const ratio = raw.div(short, long);
      const length = raw.mul(long, raw.sqrt(raw.add(raw.mul(ratio, ratio), literal(ratio, 1))));
      const infinity = literal(x, Infinity);
      const infinite = raw.or(raw.eq(x, infinity), raw.eq(y, infinity));
      return raw.where(infinite, infinity, raw.where(raw.eq(long, literal(long, 0)), long, length));
    },
    (gradient, length) => {
      const share = raw.div(gradient, length);
      return [raw.mul(share, a), raw.mul(share, b)];
    },
  );
}

/** 0 for negative elements, 1 for positive ones, and `values` where `self` is 0. As torch.heaviside. */
export function heaviside(self: Tensor, values: Tensor): Tensor {
  if (self.dtype !== values.dtype)
    throw new DTypeError(`heaviside: self is ${self.dtype}, values ${values.dtype}; cast one with to()`);
  const [x, atZero] = together('heaviside', [self, values]);
  const zero = literal(x, 0);
  return raw.where(raw.eq(x, zero), atZero, raw.where(raw.lt(zero, x), literal(x, 1), zero));
}

/** The greater of two operands; where one is NaN, the other. The gradient of a tie goes to `self`. As torch.fmax. */
export function fmax(self: Tensor, other: Tensor): Tensor {
  const [a, b] = together('fmax', [self, other]);
  return isFloat(a.dtype) ? winner(a, b, raw.le(b, a)) : maximum(a, b);
}

/** The lesser of two operands; where one is NaN, the other. The gradient of a tie goes to `self`. As torch.fmin. */
export function fmin(self: Tensor, other: Tensor): Tensor {
  const [a, b] = together('fmin', [self, other]);
  return isFloat(a.dtype) ? winner(a, b, raw.le(a, b)) : minimum(a, b);
}

function winner(a: Tensor, b: Tensor, firstWins: Tensor): Tensor {
  return raw.where(raw.or(firstWins, raw.ne(b, b)), a, b);
}

/** Limits elements from below: see `clamp`. As torch.clamp_min. */
export function clampMin(self: Tensor, min: Operand): Tensor {
  return clamp(self, min);
}

/** Limits elements from above: see `clamp`. As torch.clamp_max. */
export function clampMax(self: Tensor, max: Operand): Tensor {
  return clamp(self, undefined, max);
}

/** Two operands as floats: integers become float32. */
function floats(op: string, self: Operand, other: Operand): [Tensor, Tensor] {
  const promoted: DType = resultType(op, [self, other]);
  return together(op, [self, other], isFloat(promoted) ? promoted : 'float32');
}
