/**
 * tanh and erf over float32 lanes: odd functions that saturate at 1. Each is x·P(x²)/Q(x²), a minimax
 * fraction of relative error below 2^-25 whose coefficients are all positive, so that nothing cancels, and
 * were then tuned against float32 rounding. One fraction over the whole range costs half of what an
 * exponential and a polynomial for small arguments would.
 */

import { f32x4 } from '../wasm/index.ts';
import { copySign, polynomial } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

interface Fraction {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
  /** From here on the nearest float32 is 1, and the fraction evaluates to no less. */
  readonly saturation: number;
}

const TANH: Fraction = {
  numerator: [1, 0.1338268667459488, 0.0034974580630660057, 2.0635770852095447e-5, 1.338415867024878e-8],
  denominator: [1, 0.4671601355075836, 0.025884360074996948, 0.00032885157270357013, 7.790202403157309e-7],
  saturation: 9.008337020874023,
};

const ERF: Fraction = {
  numerator: [
    1.1283791065216064, 0.1907789707183838, 0.05278949439525604, 0.0037793570663779974, 0.0002847955038305372,
    2.041914058281691e-6,
  ],
  denominator: [
    1, 0.5024061799049377, 0.1142553761601448, 0.014996943064033985, 0.001165137393400073,
    3.800279591814615e-5,
  ],
  saturation: 3.9250004291534424,
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
  const numerator = f32x4.mul(magnitude, polynomial(m, square, fraction.numerator));
  const ratio = f32x4.div(numerator, polynomial(m, square, fraction.denominator));
  return code.let(copySign(m, f32x4.pmin(ratio, constants.f32x4(1)), x));
}
