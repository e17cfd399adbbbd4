/**
 * Sine and cosine over float32 lanes. The argument is reduced by multiples of π/2 in float64, which keeps
 * full accuracy up to 2^27; lanes beyond that (rare) take the host's Math.sin and Math.cos, whose reduction
 * is exact. The polynomials on [-π/4, π/4] are those of Cephes' sinf and cosf (S. Moshier).
 */

import { f32x4, f64x2, i32x4, v128 } from '../wasm/index.ts';
import { ROUNDING_MAGIC_64, choose, madd, narrow, nmadd, polynomial, widen } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';
import { patch } from './host-calls.ts';

/** Arguments up to here are reduced in vectors. */
const LARGEST = 2 ** 27;

/** π/2 in two parts; the first has 25 bits, so that its product with an integer below 2^27 is exact. */
const HALF_PI_HIGH = 1.570796310901641845703125;
const HALF_PI_LOW = 1.5893254773528196692e-8;

export function sin(m: MathContext, x: Vector): VectorLocal {
  return periodic(m, 'sin', x, 0);
}

export function cos(m: MathContext, x: Vector): VectorLocal {
  return periodic(m, 'cos', x, 1);
}

/** sin(x + shift · π/2). */
function periodic(m: MathContext, name: 'sin' | 'cos', argument: Vector, shift: 0 | 1): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const x = code.let(argument);
  const [low, high] = widen(m, x).map((pair) => reduce(m, pair));
  const r = code.let(narrow(low[0], high[0]));
  const multiple = i32x4.shuffle(low[1], high[1], [0, 2, 4, 6]);
  const quadrant = code.let(shift === 0 ? multiple : i32x4.add(multiple, constants.i32x4(shift)));

  const square = code.let(f32x4.mul(r, r));
  const sinTail = polynomial(m, square, [-0.16666655, 0.008332161, -0.00019515296]);
  const sine = f32x4.mul(r, madd(m, sinTail, square, constants.f32x4(1)));
  const cosTail = polynomial(m, square, [0.041666646, -0.0013887316, 2.4433157e-5]);
  const one = constants.f32x4(1);
  const cosine = madd(
    m,
    f32x4.mul(square, square),
    cosTail,
    f32x4.sub(one, f32x4.mul(square, constants.f32x4(0.5))),
  );
  const oneBit = constants.i32x4(1);
  const odd = i32x4.eq(v128.and(quadrant, oneBit), oneBit);
  const sign = i32x4.shl(v128.and(quadrant, constants.i32x4(2)), 30);
  const result = code.let(v128.xor(choose(odd, cosine, sine), sign));

  const huge = code.let(f32x4.gt(f32x4.abs(x), constants.f32x4(LARGEST)));
  code.if(v128.any_true(huge), () => patch(m, name, result, huge, [x]));
  return result;
}

/** x - n · π/2 for the nearest integer n, and n in the low half of each lane. */
function reduce(m: MathContext, x: VectorLocal): readonly [Vector, VectorLocal] {
  const { code } = m;
  const { constants } = code;
  const magic = constants.f64x2(ROUNDING_MAGIC_64);
  const shifted = code.let(f64x2.add(f64x2.mul(x, constants.f64x2(2 / Math.PI)), magic));
  const n = code.let(f64x2.sub(shifted, magic));
  const coarse = nmadd(m, n, constants.f64x2(HALF_PI_HIGH), x, f64x2);
  return [nmadd(m, n, constants.f64x2(HALF_PI_LOW), coarse, f64x2), shifted];
}
