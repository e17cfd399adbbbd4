/**
 * The angle of (x, y) over float32 lanes, in [-π, π], with the special cases of C's atan2. The quotient of
 * the smaller by the larger magnitude goes through a minimax polynomial of relative error 2^-28.5.
 */

import { f32x4, i32x4, v128 } from '../wasm/index.ts';
import { choose, copySign, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** π/2 and π less their nearest float32. */
const HALF_PI_REST = -4.371139e-8;
const PI_REST = -8.742278e-8;

export function atan2(m: MathContext, ordinate: Vector, abscissa: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const y = code.let(ordinate);
  const x = code.let(abscissa);
  const height = code.let(f32x4.abs(y));
  const width = code.let(f32x4.abs(x));
  const steep = code.let(f32x4.gt(height, width));
  const larger = code.let(choose(steep, height, width));
  const smaller = code.let(choose(steep, width, height));
  // 0/0 is the angle 0 and inf/inf the angle π/4; NaN stays.
  const zero = constants.f32x4(0);
  const one = constants.f32x4(1);
  const quotient = code.let(f32x4.div(smaller, larger));
  const bothZero = f32x4.eq(larger, zero);
  const bothInfinite = f32x4.eq(smaller, constants.f32x4(Infinity));
  const q = code.let(choose(bothZero, zero, choose(bothInfinite, one, quotient)));
  const p = polynomial(
    m,
    code.let(f32x4.mul(q, q)),
    [
      -0.333333, 0.19998549, -0.14264241, 0.10952181, -0.08403437, 0.05795736, -0.031177612, 0.010914481,
      -0.0017935939,
    ],
  );
  const angle = code.let(f32x4.add(q, f32x4.mul(f32x4.mul(f32x4.mul(q, q), p), q)));

  // The angle is added to 0, π/2 or π, or taken from it; the part of those below float32 goes with the angle.
  const leftwards = code.let(i32x4.lt_s(x, constants.i32x4(0)));
  const backwards = v128.and(v128.xor(steep, leftwards), constants.i32x4(-0x80000000));
  const multipleOf = (quarter: number, half: number): Vector =>
    choose(steep, constants.f32x4(quarter), v128.and(leftwards, constants.f32x4(half)));
  const offset = f32x4.add(v128.xor(angle, backwards), multipleOf(HALF_PI_REST, PI_REST));
  const magnitude = f32x4.add(multipleOf(Math.PI / 2, Math.PI), offset);
  const isNaN = v128.or(f32x4.ne(x, x), f32x4.ne(y, y));
  return code.let(choose(isNaN, f32x4.add(x, y), copySign(m, magnitude, y)));
}
