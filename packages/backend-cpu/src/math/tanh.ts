/**
 * Hyperbolic tangent over float32 lanes: the odd rational function x·P(x²)/Q(x²), a minimax fit of relative
 * error 2^-25.4 on [0, 9.02]. All its coefficients are positive, so nothing cancels. Beyond, the result is 1.
 */

import { f32x4 } from '../wasm/index.ts';
import { copySign, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** From here on the nearest float32 to tanh is 1. */
const SATURATION = 9.0109;

export function tanh(m: MathContext, argument: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const x = code.let(argument);
  // pmin keeps a NaN that stands on the left.
  const magnitude = code.let(f32x4.pmin(f32x4.abs(x), constants.f32x4(SATURATION)));
  const square = code.let(f32x4.mul(magnitude, magnitude));
  const p = polynomial(
    m,
    square,
    [1, 0.13382688164710999, 0.0034974573645740747, 2.0635779947042465e-5, 1.3384172881103495e-8],
  );
  const q = polynomial(
    m,
    square,
    [1, 0.46716007590293884, 0.025884361937642097, 0.0003288515144959092, 7.790213203406893e-7],
  );
  const ratio = f32x4.div(f32x4.mul(magnitude, p), q);
  return code.let(copySign(m, f32x4.pmin(ratio, constants.f32x4(1)), x));
}
