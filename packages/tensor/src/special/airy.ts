/**
 * Airy's function of the first kind, element by element. Integers become float32. Beyond 2.09 on both sides the rational
 * functions are S. L. Moshier's, of the Cephes library (https://www.netlib.org/cephes); between, the power series
 * (Abramowitz and Stegun, 10.4.3).
 */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { polynomial, rational } from '../ops/polynomial.ts';
import { inFullPrecision } from '../ops/numeric.ts';

/** Airy's function Ai; NaN at infinities, as in PyTorch. As torch.special.airy_ai, and differentiable. */
export function airyAi(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => {
    const size = raw.abs(x);
    // Not nearer to 0 than it is used, so that the gradient of the part that is not taken is finite.
    const distance = raw.max(size, literal(x, 2.09));
    const root = raw.sqrt(distance);
    const zeta = raw.mul(raw.mul(distance, root), literal(x, 2 / 3));
    const amplitude = raw.div(literal(x, 1 / Math.sqrt(Math.PI)), raw.sqrt(root));
    const far = raw.where(raw.lt(x, literal(x, 0)), wave(zeta, amplitude), decay(zeta, amplitude));
    const value = raw.where(raw.lt(size, literal(x, 2.09)), series(x), far);
    return raw.where(raw.eq(size, literal(x, Infinity)), literal(x, NaN), value);
  });
}

/** Left of 0: a wave. */
function wave(zeta: Tensor, amplitude: Tensor): Tensor {
  const z = raw.recip(zeta);
  const square = raw.mul(z, z);
  const phase = raw.add(zeta, literal(zeta, Math.PI / 4));
  const f = raw.add(raw.mul(square, rational(square, COSINE_ABOVE, COSINE_BELOW)), literal(z, 1));
  const g = raw.mul(z, rational(square, SINE_ABOVE, SINE_BELOW));
  return raw.mul(amplitude, raw.sub(raw.mul(raw.sin(phase), f), raw.mul(raw.cos(phase), g)));
}

/** Right of 0: faster than exponential decay. */
function decay(zeta: Tensor, amplitude: Tensor): Tensor {
  const ratio = rational(raw.recip(zeta), DECAYING_ABOVE, DECAYING_BELOW);
  return raw.mul(raw.mul(amplitude, literal(zeta, 0.5)), raw.mul(raw.exp(raw.neg(zeta)), ratio));
}

/** Ai(0) f(x) + Ai'(0) g(x), two series in x³. */
function series(x: Tensor): Tensor {
  const cube = raw.mul(x, raw.mul(x, x));
  const f = raw.mul(polynomial(cube, EVEN), literal(x, 0.35502805388781723926));
  const g = raw.mul(raw.mul(x, polynomial(cube, ODD)), literal(x, 0.258819403792806798405));
  return raw.sub(f, g);
}

const TERMS = 14;
/** 1 / ((2·3)(5·6)...(3k - 1)(3k)), the highest k first. */
const EVEN = coefficients((k) => (3 * k - 1) * (3 * k));
/** 1 / ((3·4)(6·7)...(3k)(3k + 1)), the highest k first. */
const ODD = coefficients((k) => 3 * k * (3 * k + 1));

function coefficients(divisor: (k: number) => number): number[] {
  const list = [1];
  for (let k = 1; k <= TERMS; k++) list.unshift(list[0] / divisor(k));
  return list;
}

const DECAYING_ABOVE = [
  0.346538101525629, 12.007595273964581, 76.27960536152345, 168.08922493463058, 159.75639135016442,
  70.53609068404442, 14.026469116338967, 1,
];
const DECAYING_BELOW = [
  0.5675945326387702, 14.75625625848472, 84.51389701414746, 177.31808814540045, 164.2346928715297,
  71.47784008255756, 14.095913560783403, 1,
];
const COSINE_ABOVE = [
  -0.1316963234183318, -0.6264565444319123, -0.6931580360369335, -0.2797799815451191, -0.04919001326095003,
  -0.004062659235948854, -0.0001592764962392621, -2.776491081552329e-6, -1.6778769848911465e-8,
];
const COSINE_BELOW = [
  1, 13.356042070655324, 32.682503279522464, 26.736704094149957, 9.187074029072596, 1.4752914677166642,
  0.11568717379518804, 0.004402916416152112, 7.547203482874142e-5, 4.5185009297058035e-7,
];
const SINE_ABOVE = [
  0.01973399320916857, 0.39110302961568827, 1.0657989759959559, 0.9391692298166502, 0.35146565610554764,
  0.06338889196289255, 0.005858041130483885, 0.000282851600836737, 6.98793669997261e-6, 8.117892395543892e-8,
  3.415517847659236e-10,
];
const SINE_BELOW = [
  1, 9.30892908077442, 19.835292871831214, 15.564662893286462, 5.476860694229755, 0.9542936116189619,
  0.08645808263523921, 0.004126565238242226, 0.00010125908511650914, 1.1716673321441352e-6,
  4.9183457006293e-9,
];
