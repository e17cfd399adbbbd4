/**
 * Comparisons, element by element; the results are bool. Operands broadcast and promote.
 * https://pytorch.org/docs/stable/torch.html#comparison-ops
 */

import { ArgumentError, isFloat, sameShape } from '@tenfold/ir';
import { constant } from '../core/apply.ts';
import { expandTo, literal, together } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { abs, add, mul, sub } from './arithmetic.ts';
import { logicalAnd, logicalOr } from './logical.ts';
import { all } from './reduce.ts';

export interface CloseOptions {
  /** Tolerance relative to the second operand. Default 1e-5. */
  readonly rtol?: number;
  /** Absolute tolerance. Default 1e-8. */
  readonly atol?: number;
  /** Whether two NaN are close. Default false. */
  readonly equalNan?: boolean;
}

/** `self == other`. As torch.eq. */
export function eq(self: Operand, other: Operand): Tensor {
  return raw.eq(...together('eq', [self, other]));
}

/** `self != other`. As torch.ne. */
export function ne(self: Operand, other: Operand): Tensor {
  return raw.ne(...together('ne', [self, other]));
}

/** `self < other`. As torch.lt. */
export function lt(self: Operand, other: Operand): Tensor {
  return raw.lt(...together('lt', [self, other]));
}

/** `self <= other`. As torch.le. */
export function le(self: Operand, other: Operand): Tensor {
  return raw.le(...together('le', [self, other]));
}

/** `self > other`. As torch.gt. */
export function gt(self: Operand, other: Operand): Tensor {
  const [a, b] = together('gt', [self, other]);
  return raw.lt(b, a);
}

/** `self >= other`. As torch.ge. */
export function ge(self: Operand, other: Operand): Tensor {
  const [a, b] = together('ge', [self, other]);
  return raw.le(b, a);
}

/** Where elements are NaN. As torch.isnan. */
export function isnan(self: Tensor): Tensor {
  return isFloat(self.dtype) ? raw.ne(self, self) : everywhere(self, false);
}

/** Where elements are infinite, of either sign. As torch.isinf. */
export function isinf(self: Tensor): Tensor {
  return isFloat(self.dtype) ? raw.eq(abs(self), literal(self, Infinity)) : everywhere(self, false);
}

/** Where elements are neither infinite nor NaN. As torch.isfinite. */
export function isfinite(self: Tensor): Tensor {
  return isFloat(self.dtype) ? raw.lt(abs(self), literal(self, Infinity)) : everywhere(self, true);
}

function everywhere(self: Tensor, value: boolean): Tensor {
  return expandTo(constant(self.home, Number(value), 'bool'), self.shape);
}

/** Where `|self - other| <= atol + rtol * |other|`, or both are the same infinity. As torch.isclose. */
export function isclose(self: Tensor, other: Tensor, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0 && atol >= 0))
    throw new ArgumentError(`isclose: rtol is ${rtol} and atol ${atol}, expected numbers of at least 0`);
  const [a, b] = together('isclose', [self, other]);
  const same = eq(a, b);
  const exact = equalNan ? logicalOr(same, logicalAnd(isnan(a), isnan(b))) : same;
  if (!isFloat(a.dtype)) return exact;
  const distance = abs(sub(a, b));
  const near = le(distance, add(mul(abs(b), rtol), atol));
  return logicalOr(exact, logicalAnd(isfinite(distance), near));
}

/** Whether all elements are close, as `isclose` says. As torch.allclose, but read with await. */
export async function allclose(self: Tensor, other: Tensor, options: CloseOptions = {}): Promise<boolean> {
  return (await all(isclose(self, other, options)).item()) !== 0;
}

/** Whether two tensors have the same shape and the same elements. As torch.equal, but read with await. */
export async function equal(self: Tensor, other: Tensor): Promise<boolean> {
  return sameShape(self.shape, other.shape) && (await all(eq(self, other)).item()) !== 0;
}
