/**
 * e^x over float32 lanes: x = n·ln 2 + r with |r| <= ln 2 / 2, a minimax polynomial for e^r of relative error
 * 2^-28, and 2^n, a float whose exponent bits are n. From the smallest denormal to infinity 2^n does not fit one
 * float: it takes two, or one where only one of the tails is wanted. There are no branches: a branch costs as much as it
 * saves, keeps the engine from interleaving vectors, and from pairing them.
 */

import { f32x4, i32x4 } from '../wasm/index.ts';
import { madd, nmadd, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** 1.5 · 2^23: adding it to a small float rounds that to an integer, which then stands in the low bits. */
export const ROUNDING_MAGIC = 12582912;

/** ln 2 in two parts; the first has so few bits that its product with any n here is exact. */
export const LN2_HIGH = 0.693359375;
export const LN2_LOW = -0.00021219444;

const COEFFICIENTS = [1, 1, 0.49999994, 0.16666521, 0.04166839, 0.008368716, 0.00138146];

/** The exponent bits of 1. */
const BIAS = 127;

/**
 * A tail that one step reaches. `small`: results down to the smallest denormal, of arguments up to 71. `large`: results
 * up to infinity; those below 2^-126 are 0.
 */
export type ExpTail = 'small' | 'large';

/** Where x is cut, and by which power of two the polynomial is moved so that 2^n divided by it is a float. */
const ONE_STEP = {
  small: { least: -104.7, most: undefined, shift: -24 },
  large: { least: -87.6, most: 89.5, shift: 1 },
} as const;

/** NaN gives NaN; above 88.7228 infinity, below -103.97 zero. */
export function exp(m: MathContext, argument: Vector): VectorLocal {
  const { code } = m;
  const { mantissa, bits } = reduced(m, argument, -105.5, 89.5, 2 * BIAS, 0);
  const half = code.let(i32x4.shr_u(bits, 1));
  const scaled = f32x4.mul(mantissa, i32x4.shl(half, 23));
  return code.let(f32x4.mul(scaled, i32x4.shl(i32x4.sub(bits, half), 23)));
}

/** As exp, with one tail. */
export function expOneTail(m: MathContext, argument: Vector, tail: ExpTail): VectorLocal {
  const { least, most, shift } = ONE_STEP[tail];
  const { mantissa, bits } = reduced(m, argument, least, most, BIAS - shift, shift);
  return m.code.let(f32x4.mul(mantissa, i32x4.shl(bits, 23)));
}

/** Of x between the bounds: e^r · 2^shift, and a number whose low bits are n + bias. */
function reduced(
  m: MathContext,
  argument: Vector,
  least: number,
  most: number | undefined,
  bias: number,
  shift: number,
): { readonly mantissa: Vector; readonly bits: VectorLocal } {
  const { code } = m;
  const { constants } = code;
  // pmin and pmax keep a NaN that stands on the left.
  const bounded = most === undefined ? argument : f32x4.pmin(argument, constants.f32x4(most));
  const x = code.let(f32x4.pmax(bounded, constants.f32x4(least)));
  const magic = constants.f32x4(ROUNDING_MAGIC + bias);
  const bits = code.let(madd(m, x, constants.f32x4(Math.LOG2E), magic));
  const n = code.let(f32x4.sub(bits, magic));
  const r = code.let(nmadd(m, n, constants.f32x4(LN2_LOW), nmadd(m, n, constants.f32x4(LN2_HIGH), x)));
  const coefficients = COEFFICIENTS.map((coefficient) => coefficient * 2 ** shift);
  return { mantissa: polynomial(m, r, coefficients), bits };
}
