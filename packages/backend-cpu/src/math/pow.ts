/**
 * a^b over float32 lanes, with the special cases of C's pow. The logarithm and the exponential are taken
 * in float64, so that the product b · log2 a keeps enough bits up to the largest results. The instructions are
 * those of positive, normal bases; the rest is mended behind a branch.
 */

import { f32x4, f64x2, i32x4, i64x2, v128 } from '../wasm/index.ts';
import { ROUNDING_MAGIC_64, choose, madd, narrow, splitPolynomial, widen } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { patch } from './host-calls.ts';

const SQRT_HALF_BITS = 0x3f3504f3;
/** 2^34: to this power any base but 1 is 0 or infinity. Smaller ones keep b · log2 a below 2^51. */
const FARTHEST_BITS = 0x50800000;

/** (2 / ln 2) · artanh(s) / s in powers of s², |s| <= 0.1716: the last term stands for those left out. */
const LOGARITHM = [1, 3, 5, 7, 9, 11, 12.18].map((k) => 2 / (k * Math.LN2));
/** 2^f in powers of f, |f| <= 1/2: ln 2 to the power k by the factorial of k, the last two for those left out. */
let term = 1;
const EXPONENTIAL = [Math.LN2, 1, 2, 3, 4, 5, 6, 6.989, 8].map((k) => (term *= Math.LN2 / k));

export function pow(m: MathContext, base: Vector, exponent: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const a = code.let(base);
  const b = code.let(exponent);
  const magnitudeBits = constants.i32x4(0x7fffffff);
  const sqrtHalf = constants.i32x4(SQRT_HALF_BITS);
  // |a| = 2^n · mantissa, the mantissa between sqrt(1/2) and sqrt(2).
  const bits = code.let(i32x4.sub(v128.and(a, magnitudeBits), sqrtHalf));
  const n = widen(m, i32x4.shr_s(bits, 23), f64x2.convert_low_i32x4_s);
  const mantissa = widen(m, i32x4.add(v128.and(bits, constants.i32x4(0x7fffff)), sqrtHalf));
  const [low, high] = widen(m, b).map((power, i) => exp2OfProduct(m, power, log2(m, n[i], mantissa[i])));
  const result = code.let(narrow(low, high));

  // As integers, in which NaN is the greatest: anything but normal numbers above zero, and far exponents.
  const unusual = (x: Vector): Vector =>
    i32x4.gt_s(i32x4.sub(x, constants.i32x4(-0x7f800000)), constants.i32x4(-0x1000001));
  const far = code.let(i32x4.gt_s(v128.and(b, magnitudeBits), constants.i32x4(FARTHEST_BITS)));
  code.if(v128.any_true(v128.or(unusual(a), far)), () => {
    code.set(result, ofNegativeAndZero(m, a, b, result));
    const size = v128.and(a, magnitudeBits);
    const rest = code.let(v128.or(v128.andnot(unusual(size), f32x4.eq(a, constants.f32x4(0))), far));
    code.if(v128.any_true(rest), () => patch(m, 'pow', result, rest, [a, b]));
  });
  return result;
}

/** Finite a to the power b, where that of |a| is known. */
function ofNegativeAndZero({ code }: MathContext, a: VectorLocal, b: VectorLocal, ofSize: Vector): Vector {
  const { constants } = code;
  const zero = constants.f32x4(0);
  const atZero = v128.andnot(f32x4.eq(a, zero), f32x4.eq(b, zero));
  const endOfZero = v128.andnot(constants.f32x4(Infinity), f32x4.gt(b, zero));
  const positive = choose(atZero, endOfZero, ofSize);
  // A negative base (or -0) gives a negative result for odd exponents, and NaN (all ones) for those between integers.
  const half = code.let(f32x4.mul(b, constants.f32x4(0.5)));
  const integer = code.let(f32x4.eq(f32x4.trunc(b), b));
  const odd = v128.andnot(integer, f32x4.eq(f32x4.trunc(half), half));
  const sign = v128.and(v128.and(a, constants.i32x4(-0x80000000)), odd);
  return v128.or(v128.xor(positive, sign), v128.andnot(f32x4.lt(a, zero), integer));
}

/** n + log2(mantissa) over float64 lanes. */
function log2(m: MathContext, n: Vector, mantissa: VectorLocal): VectorLocal {
  const { code } = m;
  const one = code.constants.f64x2(1);
  const s = code.let(f64x2.div(f64x2.sub(mantissa, one), f64x2.add(mantissa, one)));
  const square = code.let(f64x2.mul(s, s));
  const fourth = code.let(f64x2.mul(square, square));
  return code.let(madd(m, splitPolynomial(m, square, fourth, LOGARITHM, f64x2), s, n, f64x2));
}

/** 2^(b · logarithm) over float64 lanes; beyond 2^±1000, where float32 is 0 or infinity, no further. */
function exp2OfProduct(m: MathContext, b: VectorLocal, logarithm: VectorLocal): Vector {
  const { code } = m;
  const { constants } = code;
  const magic = constants.f64x2(ROUNDING_MAGIC_64);
  const shifted = code.let(madd(m, b, logarithm, magic, f64x2));
  const fraction = code.let(madd(m, b, logarithm, f64x2.sub(magic, shifted), f64x2));
  const square = code.let(f64x2.mul(fraction, fraction));
  const mantissa = splitPolynomial(m, fraction, square, EXPONENTIAL, f64x2);
  const atMost = f64x2.pmin(shifted, constants.f64x2(ROUNDING_MAGIC_64 + 1000));
  const n = f64x2.pmax(atMost, constants.f64x2(ROUNDING_MAGIC_64 - 1000));
  return i64x2.add(mantissa, i64x2.shl(n, 52));
}
