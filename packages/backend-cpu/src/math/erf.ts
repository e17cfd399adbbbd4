/**
 * The error function over float32 lanes: the odd rational function x·P(x²)/Q(x²), a minimax fit of relative
 * error 2^-25.6 on [0, 3.93]. All its coefficients are positive, so nothing cancels. Beyond, the result is 1.
 */

import { f32x4 } from '../wasm/index.ts';
import { copySign, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** From here on the nearest float32 to erf is 1. */
const SATURATION = 3.9192059;

export function erf(m: MathContext, argument: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const x = code.let(argument);
  // pmin keeps a NaN that stands on the left.
  const magnitude = code.let(f32x4.pmin(f32x4.abs(x), constants.f32x4(SATURATION)));
  const square = code.let(f32x4.mul(magnitude, magnitude));
  const p = polynomial(
    m,
    square,
    [
      1.1283791065216064, 0.1907789707183838, 0.05278949439525604, 0.0037793568335473537,
      0.00028479553293436766, 2.0419129214133136e-6,
    ],
  );
  const q = polynomial(
    m,
    square,
    [
      1, 0.5024061799049377, 0.1142553761601448, 0.014996943064033985, 0.0011651375098153949,
      3.8002788642188534e-5,
    ],
  );
  const ratio = f32x4.div(f32x4.mul(magnitude, p), q);
  return code.let(copySign(m, f32x4.pmin(ratio, constants.f32x4(1)), x));
}
