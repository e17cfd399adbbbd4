/**
 * The angle of (x, y) over float32 lanes, in [-π, π], with the special cases of C's atan2. The quotient of
 * the smaller by the larger magnitude goes through a minimax polynomial of relative error 2^-28.5.
 */

import { f32x4, i32x4, v128 } from '../wasm/index.ts';
import { choose, madd, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** π/2 less its nearest float32. */
const HALF_PI_REST = -4.371139e-8;

export function atan2(m: MathContext, ordinate: Vector, abscissa: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const y = code.let(ordinate);
  const x = code.let(abscissa);
  const height = code.let(f32x4.abs(y));
  const width = code.let(f32x4.abs(x));
  // 0/0 becomes 0, the angle 0, and inf/inf 1, the angle π/4; so does NaN, for now.
  const one = constants.f32x4(1);
  const larger = f32x4.pmax(f32x4.pmax(height, width), constants.f32x4(2 ** -149));
  const q = code.let(f32x4.pmin(one, f32x4.div(f32x4.pmin(height, width), larger)));
  const square = code.let(f32x4.mul(q, q));
  const p = polynomial(
    m,
    square,
    [
      -0.333333, 0.19998549, -0.14264241, 0.10952181, -0.08403437, 0.05795736, -0.031177612, 0.010914481,
      -0.0017935939,
    ],
  );
  const angle = madd(m, f32x4.mul(square, p), q, q);

  // The angle is added to 0, 1 or 2 times π/2, or taken from it; the part of those below float32 goes with the angle.
  const steep = code.let(f32x4.gt(height, width));
  const leftwards = code.let(i32x4.lt_s(x, constants.i32x4(0)));
  const signBit = constants.i32x4(-0x80000000);
  const backwards = v128.and(v128.xor(steep, leftwards), signBit);
  const quarters = code.let(choose(steep, one, v128.and(leftwards, constants.f32x4(2))));
  const offset = madd(m, quarters, constants.f32x4(HALF_PI_REST), v128.xor(angle, backwards));
  const magnitude = madd(m, quarters, constants.f32x4(Math.PI / 2), offset);
  // All ones are a NaN.
  const isNaN = v128.or(f32x4.ne(x, x), f32x4.ne(y, y));
  return code.let(v128.or(v128.or(magnitude, v128.and(y, signBit)), isNaN));
}
