/**
 * Signs, exponents and neighbours of floats, read from their bits. Half-width floats are read as float32, which holds
 * them all.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { DTypeError, computeType, isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { asFloat } from './numeric.ts';

/** Where the sign bit is set: negative numbers, -0 and -NaN. As torch.signbit. */
export function signbit(self: Tensor): Tensor {
  if (!isFloat(self.dtype)) {
    const number = self.dtype === 'bool' ? castTo(self, 'int32') : self;
    return raw.lt(number, literal(number, 0));
  }
  const bits = bitsOf(self);
  return raw.lt(bits, literal(bits, 0));
}

/** The magnitude of `self` with the sign of `other`; integers become float32. As torch.copysign. */
export function copysign(self: Operand, other: Operand): Tensor {
  const promoted = resultType('copysign', [self, other]);
  const [a, b] = together('copysign', [self, other], isFloat(promoted) ? promoted : 'float32');
  const signed = (x: Tensor, flip: Tensor) => raw.where(flip, raw.neg(x), x);
  return customGrad(
    [a, b],
    () => signed(raw.abs(a), signbit(b)),
    (gradient) => {
      const slope = signed(gradient, raw.xor(signbit(a), signbit(b)));
      const zero = literal(gradient, 0);
      return [raw.where(raw.eq(a, literal(a, 0)), zero, slope), zero];
    },
  );
}

/** The next float after `self` towards `other`. As torch.nextafter. Raises DTypeError for other dtypes. */
export function nextafter(self: Tensor, other: Tensor): Tensor {
  const dtype = resultType('nextafter', [self, other]);
  if (!isFloat(dtype) || dtype === 'float16')
    throw new DTypeError(`nextafter: needs float32, float64 or bfloat16, got ${dtype}; cast one with to()`);
  const [a, b] = together('nextafter', [self, other], dtype);
  const [from, to] = [bitsOf(a), bitsOf(b)];
  // The upper half of a float32 is a bfloat16.
  const unit = literal(from, dtype === 'bfloat16' ? 65536 : 1);
  const zero = literal(from, 0);
  // Counting the bits of a positive number up goes away from 0, and of a negative one too.
  const away = raw.eq(raw.lt(a, b), raw.lt(literal(a, 0), a));
  const stepped = raw.where(away, raw.add(from, unit), raw.sub(from, unit));
  const least = raw.where(raw.lt(to, zero), raw.or(unit, signBit(unit)), unit);
  const moved = raw.where(raw.eq(a, literal(a, 0)), least, stepped);
  const next = castTo(fromBits(moved, computeType(dtype)), dtype);
  const exists = raw.and(raw.eq(a, a), raw.eq(b, b));
  return raw.where(exists, raw.where(raw.eq(a, b), b, next), raw.add(a, b));
}

/** `self · 2^other`. As torch.ldexp. */
export function ldexp(self: Tensor, other: Tensor): Tensor {
  const exponent = asFloat(other);
  const power = raw.pow(literal(exponent, 2), exponent);
  return raw.mul(...together('ldexp', [self, power]));
}

/** Mantissa and exponent of a float: `self = mantissa · 2^exponent`. */
export interface MantissaAndExponent {
  /** From 0.5 up to but without 1 in magnitude, or 0; what is not finite is its own. */
  readonly mantissa: Tensor;
  /** int32. */
  readonly exponent: Tensor;
}

/** Splits floats into mantissa and exponent. As torch.frexp. Raises DTypeError for integers. */
export function frexp(self: Tensor): MantissaAndExponent {
  if (!isFloat(self.dtype))
    throw new DTypeError(`frexp: needs floats, got ${self.dtype}; cast with float() first`);
  const x = castTo(self, computeType(self.dtype));
  const { width, bias } = x.dtype === 'float64' ? { width: 52, bias: 1023 } : { width: 23, bias: 127 };
  const size = raw.abs(apply('detach', [x], undefined));
  const special = raw.or(raw.eq(size, literal(size, 0)), raw.not(raw.lt(size, literal(size, Infinity))));
  // Numbers without a leading 1 are given one first.
  const tiny = raw.lt(size, literal(size, 2 ** (1 - bias)));
  const raised = raw.where(tiny, raw.mul(size, literal(size, 2 ** width)), size);
  const field = raw.shr(bitsOf(raised), literal(bitsOf(raised), width));
  const base = raw.where(tiny, literal(field, bias - 1 + width), literal(field, bias - 1));
  const exponent = raw.where(special, literal(field, 0), raw.sub(field, base));
  // In two steps: the power of two may be beyond what a float holds.
  const half = raw.shr(exponent, literal(exponent, 1));
  const [first, second] = [half, raw.sub(exponent, half)].map((part) => powerOfTwo(raw.neg(part), x));
  const mantissa = raw.where(special, x, raw.mul(raw.mul(x, first), second));
  return { mantissa: castTo(mantissa, self.dtype), exponent: castTo(exponent, 'int32') };
}

/** 2 to the power of an integer in the range of exponents, by its bits. */
function powerOfTwo(exponent: Tensor, like: Tensor): Tensor {
  const [width, bias] = like.dtype === 'float64' ? [52, 1023] : [23, 127];
  const field = raw.add(exponent, literal(exponent, bias));
  return fromBits(raw.shl(field, literal(field, width)), like.dtype);
}

function bitsOf(x: Tensor): Tensor {
  const wide = castTo(x, computeType(x.dtype));
  return apply('bitcast', [apply('detach', [wide], undefined)], {
    dtype: wide.dtype === 'float64' ? 'int64' : 'int32',
  });
}

function fromBits(bits: Tensor, dtype: DType): Tensor {
  return apply('bitcast', [bits], { dtype });
}

/** The bit that only negative numbers have. */
function signBit(bits: Tensor): Tensor {
  const one = literal(bits, 1);
  return raw.shl(one, literal(bits, bits.dtype === 'int64' ? 63 : 31));
}
