/**
 * Truth values and bits, element by element. For the logical operations anything but 0 is true, and the results are
 * bool; the bitwise ones take integers and bools.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { DTypeError, isFloat } from '@tenfold/ir';
import { together } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { truth } from './numeric.ts';

/** Whether both are true. As torch.logical_and. */
export function logicalAnd(self: Tensor, other: Tensor): Tensor {
  return raw.and(...together('logicalAnd', [truth(self), truth(other)]));
}

/** Whether either is true. As torch.logical_or. */
export function logicalOr(self: Tensor, other: Tensor): Tensor {
  return raw.or(...together('logicalOr', [truth(self), truth(other)]));
}

/** Whether exactly one is true. As torch.logical_xor. */
export function logicalXor(self: Tensor, other: Tensor): Tensor {
  return raw.xor(...together('logicalXor', [truth(self), truth(other)]));
}

/** Whether elements are false. As torch.logical_not. */
export function logicalNot(self: Tensor): Tensor {
  return raw.not(truth(self));
}

/** `self & other`. As torch.bitwise_and. Raises DTypeError for floats. */
export function bitwiseAnd(self: Operand, other: Operand): Tensor {
  return raw.and(...integers('bitwiseAnd', [self, other]));
}

/** `self | other`. As torch.bitwise_or. Raises DTypeError for floats. */
export function bitwiseOr(self: Operand, other: Operand): Tensor {
  return raw.or(...integers('bitwiseOr', [self, other]));
}

/** `self ^ other`. As torch.bitwise_xor. Raises DTypeError for floats. */
export function bitwiseXor(self: Operand, other: Operand): Tensor {
  return raw.xor(...integers('bitwiseXor', [self, other]));
}

/** All bits inverted; the opposite of a bool. As torch.bitwise_not. Raises DTypeError for floats. */
export function bitwiseNot(self: Tensor): Tensor {
  return raw.not(...integers('bitwiseNot', [self]));
}

/** `self << other`. As torch.bitwise_left_shift. Raises DTypeError for floats. */
export function bitwiseLeftShift(self: Operand, other: Operand): Tensor {
  return raw.shl(...integers('bitwiseLeftShift', [self, other]));
}

/** `self >> other`, keeping the sign. As torch.bitwise_right_shift. Raises DTypeError for floats. */
export function bitwiseRightShift(self: Operand, other: Operand): Tensor {
  return raw.shr(...integers('bitwiseRightShift', [self, other]));
}

function integers<T extends readonly Operand[]>(
  op: string,
  operands: readonly [...T],
): { [K in keyof T]: Tensor } {
  const dtype = resultType(op, operands);
  if (isFloat(dtype))
    throw new DTypeError(`${op}: needs integers or bools, got ${dtype}; cast with long() or bool()`);
  return together(op, operands, dtype);
}
