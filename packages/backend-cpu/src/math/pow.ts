/**
 * a^b over float32 lanes, with the special cases of C's pow. The logarithm and the exponential are taken
 * in float64, so that the product b · log2 a keeps enough bits up to the largest results.
 */

import { f32x4, f64x2, i64x2, v128 } from '../wasm/index.ts';
import { choose, madd, narrow, polynomial, widen } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

const SQRT_HALF_BITS = 0x3fe6a09e667f3bcdn;
/** 1.5 · 2^52: adding it to a float64 leaves the nearest integer in the low bits. */
const ROUNDING_MAGIC_64 = 6755399441055744;

export function pow(m: MathContext, base: Vector, exponent: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const a = code.let(base);
  const b = code.let(exponent);
  const magnitude = code.let(f32x4.abs(a));
  const [aLow, aHigh] = widen(m, magnitude);
  const [bLow, bHigh] = widen(m, b);
  const positive = narrow(powerOfPositive(m, aLow, bLow), powerOfPositive(m, aHigh, bHigh));

  // A negative base (or -0) gives a negative result for odd exponents, and NaN for exponents between integers.
  const zero = constants.f32x4(0);
  const half = code.let(f32x4.mul(b, constants.f32x4(0.5)));
  const integer = code.let(f32x4.eq(f32x4.trunc(b), b));
  const odd = v128.andnot(integer, f32x4.eq(f32x4.trunc(half), half));
  const sign = v128.and(v128.and(a, constants.i32x4(-0x80000000)), odd);
  const signed = v128.xor(positive, sign);
  const finiteNegative = v128.and(f32x4.lt(a, zero), f32x4.gt(a, constants.f32x4(-Infinity)));
  const undefinedPower = v128.andnot(finiteNegative, integer);
  const result = code.let(choose(undefinedPower, constants.f32x4(NaN), signed));

  return code.let(choose(f32x4.eq(b, zero), constants.f32x4(1), result));
}

/** a^b for float64 lanes that hold float32 values, a >= 0; 1 where a is 1. */
function powerOfPositive(m: MathContext, a: VectorLocal, b: VectorLocal): VectorLocal {
  const { constants } = m.code;
  const product = f64x2.mul(b, log2(m, a));
  const isOne = f64x2.eq(a, constants.f64x2(1));
  return exp2(m, choose(isOne, constants.f64x2(0), product));
}

/** Base-2 logarithm of non-negative float64 lanes that are not denormal, to a relative error of 2^-45. */
function log2(m: MathContext, a: VectorLocal): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const magic = constants.f64x2(ROUNDING_MAGIC_64);
  const offset = constants.i64x2(SQRT_HALF_BITS);
  const bits = code.let(i64x2.sub(a, offset));
  // The exponent as a float64, through the low bits of the magic number.
  const n = f64x2.sub(i64x2.add(i64x2.shr_s(bits, 52), magic), magic);
  const mantissa = code.let(i64x2.add(v128.and(bits, constants.i64x2(0xfffffffffffffn)), offset));
  // log2(mantissa) = (2 / ln 2) · artanh(s), s = (mantissa - 1) / (mantissa + 1), |s| <= 0.1716.
  const one = constants.f64x2(1);
  const s = code.let(f64x2.div(f64x2.sub(mantissa, one), f64x2.add(mantissa, one)));
  const square = code.let(f64x2.mul(s, s));
  const series = polynomial(
    m,
    square,
    [1, 3, 5, 7, 9, 11, 13, 15].map((k) => 2 / (k * Math.LN2)),
    f64x2,
  );
  const finite = code.let(madd(m, series, s, n, f64x2));
  const atZero = choose(f64x2.eq(a, constants.f64x2(0)), constants.f64x2(-Infinity), finite);
  return code.let(choose(f64x2.lt(a, constants.f64x2(Infinity)), atZero, a));
}

/** 2^p over float64 lanes to a relative error of 2^-36; beyond the range of float32 it stops being exact. */
function exp2(m: MathContext, p: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const magic = constants.f64x2(ROUNDING_MAGIC_64);
  const clamped = code.let(f64x2.pmax(f64x2.pmin(p, constants.f64x2(1000)), constants.f64x2(-1000)));
  const shifted = code.let(f64x2.add(clamped, magic));
  const fraction = code.let(f64x2.sub(clamped, f64x2.sub(shifted, magic)));
  const factorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880];
  const mantissa = polynomial(
    m,
    fraction,
    factorials.map((factorial, k) => Math.LN2 ** k / factorial),
    f64x2,
  );
  const scale = i64x2.shl(i64x2.add(shifted, constants.i64x2(1023n)), 52);
  return code.let(f64x2.mul(mantissa, scale));
}
