/**
 * Floor division and its remainder (Python's // and %), over float32 and int32 lanes. The quotient
 * rounds towards minus infinity and the remainder has the sign of the divisor, as in PyTorch.
 *
 * An integer division by zero gives 0 and leaves the dividend as remainder; it does not trap.
 */

import { f32x4, f64x2, i32x4, v128 } from '../wasm/index.ts';
import { ROUNDING_MAGIC_64, choose, narrow, nmadd, widen } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { patch } from './host-calls.ts';

/** The bits of the floats below 2^12 and 2^44: up to there float32 and float64 have an exact remainder, then the host. */
const SHORT_QUOTIENT = 0x457fffff;
const LONG_QUOTIENT = 0x557fffff;

/** a - b · floor(a / b) over float32 lanes, exact before its last rounding. */
export function floorMod(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const a = code.let(dividend);
  const b = code.let(divisor);
  const quotient = code.let(f32x4.trunc(f32x4.div(a, b)));
  // The quotient times either half of b's digits is exact, and so is what it leaves. Rounded up it may leave less than 0.
  const high = code.let(v128.and(b, constants.i32x4(-0x1000)));
  const coarse = f32x4.sub(a, f32x4.mul(quotient, high));
  const rest = code.let(f32x4.sub(coarse, f32x4.mul(quotient, f32x4.sub(b, high))));
  const zero = constants.f32x4(0);
  // As integers, in which infinity and NaN are the greatest. What is not finite is no zero less itself.
  const beyond = (limit: number): VectorLocal => {
    const large = i32x4.gt_s(f32x4.abs(quotient), constants.i32x4(limit));
    return code.let(v128.or(large, f32x4.ne(f32x4.sub(rest, rest), zero)));
  };
  code.if(v128.any_true(beyond(SHORT_QUOTIENT)), () => {
    code.set(rest, longRest(m, a, b, quotient));
    const lost = beyond(LONG_QUOTIENT);
    code.if(v128.any_true(lost), () => patch(m, 'mod', rest, lost, [a, b]));
  });

  // Where it has the other sign than b, it lacks one b; a zero has the sign of a.
  const isZero = code.let(f32x4.eq(rest, zero));
  const opposite = i32x4.lt_s(v128.xor(rest, b), constants.i32x4(0));
  const floored = f32x4.add(rest, v128.and(b, v128.andnot(opposite, isZero)));
  return code.let(v128.or(floored, v128.and(v128.and(a, constants.i32x4(-0x80000000)), isZero)));
}

/** What is left of a between -b and b, in two steps through float64: the second quotient errs upwards, if at all. */
function longRest(m: MathContext, a: VectorLocal, b: VectorLocal, quotient: VectorLocal): Vector {
  const { code } = m;
  const inverse = f32x4.div(code.constants.f32x4(1 + 2 ** -21), b);
  const [a64, b64, first, inverse64] = [a, b, quotient, inverse].map((x) => widen(m, x));
  const [low, high] = a64.map((dividend, i) => {
    const coarse = code.let(nmadd(m, first[i], b64[i], dividend, f64x2));
    return nmadd(m, f64x2.trunc(f64x2.mul(coarse, inverse64[i])), b64[i], coarse, f64x2);
  });
  return narrow(low, high);
}

/** floor(a / b) over float32 lanes, consistent with the remainder as in Python and PyTorch; a / 0 as IEEE. */
export function floorDivide(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const a = code.let(dividend);
  const b = code.let(divisor);
  const [a64, b64] = [a, b].map((x) => widen(m, x));
  // The float64 quotient of float32 values is not rounded across an integer below 2^28, and above it fits no digit.
  const [low, high] = a64.map((x, i) => f64x2.floor(f64x2.div(x, b64[i])));
  // An infinite divisor of the other sign still rounds down; an infinite dividend has no remainder: NaN, all ones.
  const zero = constants.f32x4(0);
  const infinity = constants.f32x4(Infinity);
  const below = v128.and(f32x4.eq(f32x4.abs(b), infinity), f32x4.lt(f32x4.mul(a, b), zero));
  const undefinedRest = v128.andnot(f32x4.eq(f32x4.abs(a), infinity), f32x4.eq(b, zero));
  return code.let(v128.or(choose(below, constants.f32x4(-1), narrow(low, high)), undefinedRest));
}

/** floor(a / b) over int32 lanes; 0 where b is 0. The one overflow, -2^31 / -1, wraps to -2^31. */
export function floorDivideI32(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const { code } = m;
  const a = code.let(dividend);
  const b = code.let(divisor);
  const [a64, b64] = [a, b].map((x) => widen(m, x, f64x2.convert_low_i32x4_s));
  // The float64 quotient is never rounded across an integer, so its floor is exact; the sum has it in the low halves.
  const magic = code.constants.f64x2(ROUNDING_MAGIC_64);
  const [low, high] = a64.map((x, i) => f64x2.add(f64x2.floor(f64x2.div(x, b64[i])), magic));
  const quotient = i32x4.shuffle(low, high, [0, 2, 4, 6]);
  return code.let(v128.andnot(quotient, i32x4.eq(b, code.constants.i32x4(0))));
}

/** a - b · floor(a / b) over int32 lanes; a where b is 0. */
export function floorModI32(m: MathContext, dividend: Vector, divisor: Vector): VectorLocal {
  const a = m.code.let(dividend);
  const b = m.code.let(divisor);
  return m.code.let(i32x4.sub(a, i32x4.mul(floorDivideI32(m, a, b), b)));
}
