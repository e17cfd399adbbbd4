/**
 * e^x over float32 lanes: x = n·ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r, and 2^n applied in two
 * steps so that results reach from the smallest denormal to infinity with one rounding. The polynomial is
 * that of Cephes' expf (S. Moshier).
 */

import { f32x4, i32x4, v128 } from '../wasm/index.ts';
import { madd, nmadd, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** 1.5 · 2^23: adding it to a small float rounds that to an integer, which then stands in the low bits. */
export const ROUNDING_MAGIC = 12582912;
const MAGIC_BITS = 0x4b400000;

/** ln 2 in two parts; the first has so few bits that its product with any n here is exact. */
export const LN2_HIGH = 0.693359375;
export const LN2_LOW = -0.00021219444;

/** Within these bounds, as float32 bits of the magnitude, 2^n is a normal number and one step applies it. */
const NEAR_BITS = 0x42ae0000;

/** NaN gives NaN; above 88.7228 infinity, below -103.97 zero. */
export function exp(m: MathContext, argument: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const x = code.let(argument);
  // A branch would keep the engine from pairing vectors.
  if (m.pairing) return anywhere(m, x);
  const near = reduced(m, x);
  const result = code.let(i32x4.add(near.mantissa, i32x4.shl(near.shifted, 23)));
  const magnitude = v128.and(x, constants.i32x4(0x7fffffff));
  code.if(v128.any_true(i32x4.gt_s(magnitude, constants.i32x4(NEAR_BITS))), () => {
    code.set(result, anywhere(m, x));
  });
  return result;
}

/** e^x for all x, at a few more instructions. */
function anywhere(m: MathContext, x: VectorLocal): VectorLocal {
  const { code } = m;
  const { constants } = code;
  // pmin and pmax keep a NaN that stands on the left.
  const clamped = f32x4.pmax(f32x4.pmin(x, constants.f32x4(89)), constants.f32x4(-104.5));
  const { mantissa, shifted } = reduced(m, code.let(clamped));
  const exponent = code.let(i32x4.sub(shifted, constants.i32x4(MAGIC_BITS)));
  const half = code.let(i32x4.shr_s(exponent, 1));
  const rest = i32x4.sub(exponent, half);
  return code.let(f32x4.mul(f32x4.mul(mantissa, powerOfTwo(m, half)), powerOfTwo(m, rest)));
}

/** e^r, and a number in whose low bits n stands. */
function reduced(m: MathContext, x: VectorLocal): { mantissa: Vector; shifted: VectorLocal } {
  const { code } = m;
  const { constants } = code;
  const magic = constants.f32x4(ROUNDING_MAGIC);
  const shifted = code.let(madd(m, x, constants.f32x4(Math.LOG2E), magic));
  const n = code.let(f32x4.sub(shifted, magic));
  const r = code.let(nmadd(m, n, constants.f32x4(LN2_LOW), nmadd(m, n, constants.f32x4(LN2_HIGH), x)));
  const mantissa = polynomial(
    m,
    r,
    [1, 1, 0.5, 0.16666665, 0.041665796, 0.008333452, 0.00139819995, 1.98756915e-4],
  );
  return { mantissa, shifted };
}

/** 2^n as float32 lanes, for integer lanes -126 <= n <= 127. */
function powerOfTwo(m: MathContext, n: Vector): Vector {
  return i32x4.shl(i32x4.add(n, m.code.constants.i32x4(127)), 23);
}
