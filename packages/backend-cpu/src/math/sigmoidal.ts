/**
 * tanh and erf over float32 lanes: odd functions that saturate at 1. Each is x·P(x²)/Q(x²), a minimax
 * fraction of relative error below 2^-25 whose coefficients are all positive, so that nothing cancels, and
 * were then tuned against float32 rounding. One fraction over the whole range costs half of what an
 * exponential and a polynomial for small arguments would.
 */

import { f32x4 } from '../wasm/index.ts';
import { copySign, splitPolynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

interface Fraction {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
  /** From here on the nearest float32 is 1, and the fraction evaluates to no less. */
  readonly saturation: number;
}

const TANH: Fraction = {
  numerator: [1, 0.1338269, 0.003497456, 2.0635762e-5, 1.3384167e-8],
  denominator: [1, 0.4671601, 0.025884364, 0.0003288513, 7.7901916e-7],
  saturation: 9.012888,
};

const ERF: Fraction = {
  numerator: [1.1283791, 0.19077897, 0.052789487, 0.0037793573, 0.00028479547, 2.0419143e-6],
  denominator: [1, 0.5024062, 0.11425536, 0.01499694, 0.0011651379, 3.8002763e-5],
  saturation: 3.9187782,
};

export function tanh(m: MathContext, x: Vector): VectorLocal {
  return oddFraction(m, x, TANH);
}

export function erf(m: MathContext, x: Vector): VectorLocal {
  return oddFraction(m, x, ERF);
}

function oddFraction(m: MathContext, argument: Vector, fraction: Fraction): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const x = code.let(argument);
  // pmin keeps a NaN that stands on the left.
  const magnitude = code.let(f32x4.pmin(f32x4.abs(x), constants.f32x4(fraction.saturation)));
  const square = code.let(f32x4.mul(magnitude, magnitude));
  const fourth = code.let(f32x4.mul(square, square));
  const numerator = f32x4.mul(magnitude, splitPolynomial(m, square, fourth, fraction.numerator));
  const ratio = f32x4.div(numerator, splitPolynomial(m, square, fourth, fraction.denominator));
  return code.let(copySign(m, f32x4.pmin(ratio, constants.f32x4(1)), x));
}
