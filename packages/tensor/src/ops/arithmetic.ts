/**
 * Arithmetic of two or more operands, element by element. Operands broadcast and promote as in PyTorch, and any but
 * one may be a plain number, which stays a run-time value: a changed number never makes a new plan.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { DTypeError, isFloat, isInt } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { literal, together } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';
import { asFloat } from './numeric.ts';

export interface AddOptions {
  /** Multiplies the second operand. Default 1. */
  readonly alpha?: number;
}

export interface DivOptions {
  /** 'trunc' rounds quotients towards zero, 'floor' towards minus infinity. */
  readonly roundingMode?: 'trunc' | 'floor';
}

/** `self + alpha * other`. As torch.add. */
export function add(self: Operand, other: Operand, options: AddOptions = {}): Tensor {
  return raw.add(...together('add', [self, scaled(other, options)]));
}

/** `self - alpha * other`. As torch.sub. Raises DTypeError for two bools. */
export function sub(self: Operand, other: Operand, options: AddOptions = {}): Tensor {
  const dtype = resultType('sub', [self, other]);
  if (dtype === 'bool')
    throw new DTypeError('sub: bool tensors have no difference; use logicalXor() or cast one operand');
  return raw.sub(...together('sub', [self, scaled(other, options)], dtype));
}

/** `self * other`. As torch.mul. */
export function mul(self: Operand, other: Operand): Tensor {
  return raw.mul(...together('mul', [self, other]));
}

/** `self / other`; integers divide as float32 unless `roundingMode` is given. As torch.div. */
export function div(self: Operand, other: Operand, options: DivOptions = {}): Tensor {
  const { roundingMode } = options;
  if (roundingMode === 'floor') return floorDivide(self, other);
  const promoted = resultType('div', [self, other]);
  const operands = together('div', [self, other], isFloat(promoted) ? promoted : 'float32');
  const quotient = raw.div(...operands);
  if (roundingMode === undefined) return quotient;
  if (isFloat(promoted)) return raw.trunc(quotient);
  return truncatedQuotient(together('div', [self, other], promoted));
}

/** Exact in the integers: the floored quotient of the magnitudes, with the sign put back. */
function truncatedQuotient([a, b]: readonly Tensor[]): Tensor {
  const magnitude = raw.idiv(raw.abs(a), raw.abs(b));
  const sign = raw.mul(raw.sign(a), raw.sign(b));
  return raw.mul(sign, magnitude);
}

/** The quotient rounded towards minus infinity, Python's `//`. As torch.floor_divide. */
export function floorDivide(self: Operand, other: Operand): Tensor {
  return raw.idiv(...together('floorDivide', [self, other], arithmeticType('floorDivide', [self, other])));
}

/** The remainder with the sign of the divisor, Python's `%`. As torch.remainder. */
export function remainder(self: Operand, other: Operand): Tensor {
  return raw.mod(...together('remainder', [self, other], arithmeticType('remainder', [self, other])));
}

/** Quotients of bools are integers. */
function arithmeticType(op: string, operands: readonly Operand[]): DType {
  const dtype = resultType(op, operands);
  return dtype === 'bool' ? 'int64' : dtype;
}

/**
 * `self` to the power `exponent`. As torch.pow. The plain exponents 1, 2, 3, 0.5, -0.5 and -1 become part of the
 * plan and need no logarithm; any other number is a run-time value.
 * @throws DTypeError for integers to a negative plain exponent.
 */
export function pow(self: Operand, exponent: Operand): Tensor {
  const dtype = resultType('pow', [self, exponent]);
  if (self instanceof Tensor && typeof exponent === 'number') {
    if (isInt(dtype) && exponent < 0) {
      throw new DTypeError(
        `pow: integers to the power ${exponent} are not integers; cast with float() first`,
      );
    }
    const short = dtype === self.dtype ? shortPower(self, exponent) : undefined;
    if (short) return short;
  }
  return raw.pow(...together('pow', [self, exponent], dtype));
}

function shortPower(x: Tensor, exponent: number): Tensor | undefined {
  switch (exponent) {
    case 1:
      return x;
    case 2:
      return square(x);
    case 3:
      return raw.mul(square(x), x);
    case 0.5:
      return raw.sqrt(x);
    case -0.5:
      return rsqrt(x);
    case -1:
      return raw.recip(x);
    default:
      return undefined;
  }
}

/** The greater of two operands; NaN when either is. Ties share the gradient evenly. As torch.maximum. */
export function maximum(self: Operand, other: Operand): Tensor {
  return raw.max(...together('maximum', [self, other]));
}

/** The lesser of two operands; NaN when either is. Ties share the gradient evenly. As torch.minimum. */
export function minimum(self: Operand, other: Operand): Tensor {
  return raw.min(...together('minimum', [self, other]));
}

/** `self * self`. As torch.square. */
export function square(self: Tensor): Tensor {
  return raw.mul(self, self);
}

/** The square root; integers become float32. As torch.sqrt. */
export function sqrt(self: Tensor): Tensor {
  return raw.sqrt(asFloat(self));
}

/** `1 / sqrt(self)`; integers become float32. As torch.rsqrt. */
export function rsqrt(self: Tensor): Tensor {
  return raw.recip(sqrt(self));
}

/** `1 / self`; integers become float32. As torch.reciprocal. */
export function reciprocal(self: Tensor): Tensor {
  return raw.recip(asFloat(self));
}

/** `-self`. As torch.neg. Raises DTypeError for bool. */
export function neg(self: Tensor): Tensor {
  if (self.dtype === 'bool') throw new DTypeError('neg: bool tensors have no negative; use logicalNot()');
  return raw.neg(self);
}

/** The tensor itself. As torch.positive. Raises DTypeError for bool. */
export function positive(self: Tensor): Tensor {
  if (self.dtype === 'bool') throw new DTypeError('positive: bool tensors have no sign; cast with int()');
  return self;
}

/** The magnitude. As torch.abs. Raises DTypeError for bool. */
export function abs(self: Tensor): Tensor {
  if (self.dtype === 'bool')
    throw new DTypeError('abs: bool tensors have no magnitude; cast with int() first');
  return raw.abs(self);
}

/** -1, 0 or 1 as the elements are negative, zero (or NaN) or positive. As torch.sign. */
export function sign(self: Tensor): Tensor {
  return self.dtype === 'bool' ? self : raw.sign(self);
}

/**
 * `self + weight * (end - self)`; counted from the end for weights from 0.5, so that a weight of 1 gives `end` exactly.
 * As torch.lerp.
 */
export function lerp(self: Tensor, end: Tensor, weight: Operand): Tensor {
  const [from, to, share] = together('lerp', [self, end, weight], resultType('lerp', [self, end]));
  const distance = raw.sub(to, from);
  const rest = raw.sub(literal(share, 1), share);
  const forwards = raw.add(from, raw.mul(share, distance));
  const backwards = raw.sub(to, raw.mul(rest, distance));
  return raw.where(raw.lt(share, literal(share, 0.5)), forwards, backwards);
}

/** `self + value * tensor1 * tensor2`. As torch.addcmul. */
export function addcmul(
  self: Tensor,
  tensor1: Tensor,
  tensor2: Tensor,
  { value = 1 }: { readonly value?: number } = {},
): Tensor {
  return add(self, mul(tensor1, tensor2), { alpha: value });
}

/** `self + value * tensor1 / tensor2`. As torch.addcdiv. Raises DTypeError for two integers. */
export function addcdiv(
  self: Tensor,
  tensor1: Tensor,
  tensor2: Tensor,
  { value = 1 }: { readonly value?: number } = {},
): Tensor {
  if (!isFloat(tensor1.dtype) && !isFloat(tensor2.dtype)) {
    throw new DTypeError(
      `addcdiv: integers (${tensor1.dtype} and ${tensor2.dtype}) do not divide here; cast one with float()`,
    );
  }
  return add(self, div(tensor1, tensor2), { alpha: value });
}

function scaled(operand: Operand, { alpha }: AddOptions): Operand {
  if (alpha === undefined || alpha === 1) return operand;
  return operand instanceof Tensor ? mul(operand, alpha) : Number(operand) * alpha;
}
