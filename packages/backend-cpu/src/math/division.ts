/**
 * Floor division and its remainder (Python's // and %), over float32 and int32 lanes. The quotient
 * rounds towards minus infinity and the remainder has the sign of the divisor, as in PyTorch.
 *
 * An integer division by zero gives 0 and leaves the dividend as remainder; it does not trap.
 */

import { f32x4, f64x2, i32x4, v128 } from '../wasm/index.ts';
import { choose, copySign, narrow, nmadd, widen } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { patch } from './host-calls.ts';

/** Quotients below this keep the float64 remainder of two float32 values exact. */
const LARGEST_QUOTIENT = 2 ** 28;

/** a - b · floor(a / b) over float32 lanes, exact before its last rounding. */
export function floorMod(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const { code } = m;
  const a = code.let(dividend);
  const b = code.let(divisor);
  const rest = truncatedMod(m, a, b);
  return code.let(choose(roundsDown(m, rest, b), f32x4.add(rest, b), rest));
}

/** floor(a / b) over float32 lanes, consistent with the remainder as in Python and PyTorch; a / 0 as IEEE. */
export function floorDivide(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const a = code.let(dividend);
  const b = code.let(divisor);
  const [aLow, aHigh] = widen(m, a);
  const [bLow, bHigh] = widen(m, b);
  // The float64 quotient of float32 values is not rounded across an integer below 2^28, and above it fits no digit.
  const whole = code.let(narrow(f64x2.floor(f64x2.div(aLow, bLow)), f64x2.floor(f64x2.div(aHigh, bHigh))));
  // An infinite divisor of the other sign still rounds down; an infinite dividend has no remainder.
  const zero = constants.f32x4(0);
  const infinity = constants.f32x4(Infinity);
  const infiniteDivisor = f32x4.eq(f32x4.abs(b), infinity);
  const below = v128.and(infiniteDivisor, f32x4.lt(f32x4.mul(a, copySign(m, constants.f32x4(1), b)), zero));
  const undefinedRest = v128.andnot(f32x4.eq(f32x4.abs(a), infinity), f32x4.eq(b, zero));
  const adjusted = choose(below, constants.f32x4(-1), whole);
  return code.let(choose(undefinedRest, constants.f32x4(NaN), adjusted));
}

/** a - b · trunc(a / b) over float32 lanes (C's fmod), exact. */
function truncatedMod(m: MathContext, a: VectorLocal, b: VectorLocal): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const [aLow, aHigh] = widen(m, a);
  const [bLow, bHigh] = widen(m, b);
  const rest = narrow(truncatedRest(m, aLow, bLow), truncatedRest(m, aHigh, bHigh));
  const infinity = constants.f32x4(Infinity);
  const magnitude = code.let(f32x4.abs(a));
  const breadth = code.let(f32x4.abs(b));
  const wholeDividend = v128.and(f32x4.lt(magnitude, infinity), f32x4.eq(breadth, infinity));
  const result = code.let(copySign(m, choose(wholeDividend, a, rest), a));
  const large = code.let(f32x4.ge(f32x4.div(magnitude, breadth), constants.f32x4(LARGEST_QUOTIENT)));
  code.if(v128.any_true(large), () => patch(m, 'fmod', result, large, [a, b]));
  return result;
}

/** a - b · trunc(a / b) over float64 lanes, exact for float32 values with a quotient below 2^28. */
function truncatedRest(m: MathContext, a: VectorLocal, b: VectorLocal): Vector {
  const quotient = m.code.let(f64x2.trunc(f64x2.div(a, b)));
  return nmadd(m, quotient, b, a, f64x2);
}

/** Where flooring goes one below truncation: the remainder is not zero and has the other sign than the divisor. */
function roundsDown(m: MathContext, rest: VectorLocal, b: VectorLocal): Vector {
  const opposite = i32x4.lt_s(v128.xor(rest, b), m.code.constants.i32x4(0));
  return v128.andnot(opposite, f32x4.eq(rest, m.code.constants.f32x4(0)));
}

/** floor(a / b) over int32 lanes; 0 where b is 0. The one overflow, -2^31 / -1, wraps to -2^31. */
export function floorDivideI32(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const { code } = m;
  const a = code.let(dividend);
  const b = code.let(divisor);
  const low = integerQuotient(f64x2.convert_low_i32x4_s(a), f64x2.convert_low_i32x4_s(b));
  const high = integerQuotient(
    f64x2.convert_low_i32x4_s(i32x4.shuffle(a, a, [2, 3, 2, 3])),
    f64x2.convert_low_i32x4_s(i32x4.shuffle(b, b, [2, 3, 2, 3])),
  );
  const quotient = i32x4.shuffle(low, high, [0, 1, 4, 5]);
  const overflow = v128.and(
    i32x4.eq(a, code.constants.i32x4(-0x80000000)),
    i32x4.eq(b, code.constants.i32x4(-1)),
  );
  const byZero = i32x4.eq(b, code.constants.i32x4(0));
  return code.let(v128.andnot(choose(overflow, a, quotient), byZero));
}

/** The float64 quotient of int32 values is never rounded across an integer, so its floor is exact. */
function integerQuotient(a: Vector, b: Vector): Vector {
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.div(a, b)));
}

/** a - b · floor(a / b) over int32 lanes; a where b is 0. */
export function floorModI32(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const a = m.code.let(dividend);
  const b = m.code.let(divisor);
  return m.code.let(i32x4.sub(a, i32x4.mul(floorDivideI32(m, a, b), b)));
}
