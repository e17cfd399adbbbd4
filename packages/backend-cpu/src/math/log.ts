/**
 * Natural logarithm over float32 lanes: x = 2^n · (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and a
 * polynomial for log(1 + f), that of Cephes' logf (S. Moshier).
 */

import { f32x4, i32x4, v128 } from '../wasm/index.ts';
import { choose, madd, splitPolynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { LN2_HIGH, LN2_LOW } from './exp.ts';

const SMALLEST_NORMAL = 2 ** -126;
const SQRT_HALF_BITS = 0x3f3504f3;

/** Zero gives -infinity, negative numbers and NaN give NaN, infinity gives infinity. */
export function log(m: MathContext, argument: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const x = code.let(argument);
  // Denormals are scaled up by 2^23 first.
  const tiny = code.let(f32x4.lt(x, constants.f32x4(SMALLEST_NORMAL)));
  const normal = choose(tiny, f32x4.mul(x, constants.f32x4(2 ** 23)), x);
  const bits = code.let(i32x4.sub(normal, constants.i32x4(SQRT_HALF_BITS)));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), choose(tiny, constants.i32x4(23), constants.i32x4(0)));
  const n = code.let(f32x4.convert_i32x4_s(exponent));
  const onePlusF = i32x4.add(v128.and(bits, constants.i32x4(0x7fffff)), constants.i32x4(SQRT_HALF_BITS));
  const f = code.let(f32x4.sub(onePlusF, constants.f32x4(1)));
  const square = code.let(f32x4.mul(f, f));
  const p = splitPolynomial(
    m,
    f,
    square,
    [
      0.3333333, -0.24999994, 0.200007148, -0.16668058, 0.14249323, -0.12420141, 0.116769987, -0.1151461,
      0.070376836,
    ],
  );
  const correction = madd(m, n, constants.f32x4(LN2_LOW), f32x4.mul(f32x4.mul(p, f), square));
  const small = code.let(madd(m, square, constants.f32x4(-0.5), correction));
  const finite = code.let(madd(m, n, constants.f32x4(LN2_HIGH), f32x4.add(small, f)));

  const zero = constants.f32x4(0);
  const positive = choose(f32x4.lt(x, constants.f32x4(Infinity)), finite, x);
  const fromZero = choose(f32x4.eq(x, zero), constants.f32x4(-Infinity), positive);
  // All ones are a NaN.
  return code.let(v128.or(fromZero, f32x4.lt(x, zero)));
}
