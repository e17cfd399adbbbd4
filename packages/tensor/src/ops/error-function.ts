/**
 * The complementary error function, its scaled form and the inverse, element by element. Integers become float32.
 * erfc follows W. J. Cody, "Rational Chebyshev approximations for the error function" (Mathematics of Computation 23,
 * 1969), accurate in its tail too; the inverse M. J. Wichura's algorithm AS 241 (Applied Statistics 37, 1988).
 */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from './differentiable.ts';
import { rational } from './polynomial.ts';

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** `1 - erf(self)`, accurate where that is small. As torch.erfc. */
export function erfc(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const size = raw.abs(x);
      const tail = raw.mul(expSquare(size, -1), scaledTail(size));
      const negative = raw.lt(x, literal(x, 0));
      const far = raw.where(negative, raw.sub(literal(x, 2), tail), tail);
      return raw.where(isSmall(size), raw.sub(literal(x, 1), smallErf(x)), far);
    },
    (x) => raw.mul(raw.exp(raw.neg(raw.mul(x, x))), literal(x, -TWO_OVER_ROOT_PI)),
  );
}

/** `exp(self²) · erfc(self)`, which falls slowly. As torch.special.erfcx. */
export function erfcx(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const size = raw.abs(x);
      const power = expSquare(size, 1);
      const tail = scaledTail(size);
      const small = raw.mul(power, raw.sub(literal(x, 1), smallErf(x)));
      const negative = raw.lt(x, literal(x, 0));
      const far = raw.where(negative, raw.sub(raw.add(power, power), tail), tail);
      return raw.where(isSmall(size), small, far);
    },
    (x, y) => raw.sub(raw.mul(raw.add(x, x), y), literal(x, TWO_OVER_ROOT_PI)),
  );
}

/** The number whose `erf` is `self`; infinite at 1 and -1, NaN beyond. As torch.erfinv. */
export function erfinv(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const half = literal(x, 0.5);
      const tail = raw.mul(raw.sub(literal(x, 1), raw.abs(x)), half);
      return raw.mul(normalQuantile(raw.mul(x, half), tail), literal(x, Math.SQRT1_2));
    },
    (x, y) => raw.mul(raw.exp(raw.mul(y, y)), literal(x, 1 / TWO_OVER_ROOT_PI)),
  );
}

// --- the complementary error function ------------------------------------------------------------------------------

const SMALL = 0.46875;
const SMALL_ABOVE = [
  1.8577770618460315e-1, 3.1611237438705656, 1.1386415415105016e2, 3.77485237685302021e2,
  3.20937758913846947e3,
];
const SMALL_BELOW = [
  1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3,
];
const MIDDLE_ABOVE = [
  2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
  2.98635138197400131e2, 8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3,
  1.23033935479799725e3,
];
const MIDDLE_BELOW = [
  1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
  3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
];
const FAR_ABOVE = [
  1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
  1.60837851487422766e-2, 6.58749161529837803e-4,
];
const FAR_BELOW = [
  1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
  2.33520497626869185e-3,
];

function isSmall(size: Tensor): Tensor {
  return raw.lt(size, literal(size, SMALL));
}

function smallErf(x: Tensor): Tensor {
  return raw.mul(x, rational(raw.mul(x, x), SMALL_ABOVE, SMALL_BELOW));
}

/** exp(x²) · erfc(x) for x beyond the small ones. */
function scaledTail(x: Tensor): Tensor {
  const inverse = raw.recip(x);
  const z = raw.mul(inverse, inverse);
  const correction = raw.mul(z, rational(z, FAR_ABOVE, FAR_BELOW));
  const far = raw.mul(raw.sub(literal(x, TWO_OVER_ROOT_PI / 2), correction), inverse);
  return raw.where(raw.lt(x, literal(x, 4)), rational(x, MIDDLE_ABOVE, MIDDLE_BELOW), far);
}

/** exp(±x²) with the square in two parts, of which the first is exact: rounding a large square would cost digits. */
function expSquare(size: Tensor, sign: 1 | -1): Tensor {
  const x = raw.min(size, literal(size, 30));
  const coarse = raw.mul(raw.trunc(raw.mul(x, literal(x, 16))), literal(x, 1 / 16));
  const rest = raw.mul(raw.sub(x, coarse), raw.add(x, coarse));
  const signed = (part: Tensor) => (sign > 0 ? part : raw.neg(part));
  return raw.mul(raw.exp(signed(raw.mul(coarse, coarse))), raw.exp(signed(rest)));
}

// --- the inverse ---------------------------------------------------------------------------------------------------

const CENTRE = 0.425;
const CENTRE_ABOVE = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRE_BELOW = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const NEAR_TAIL_ABOVE = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const NEAR_TAIL_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_TAIL_ABOVE = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_TAIL_BELOW = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];

/** Where the normal distribution has reached 0.5 + `q`, a distance of `tail` from 0 or 1. */
export function normalQuantile(q: Tensor, tail: Tensor): Tensor {
  const central = raw.sub(literal(q, CENTRE * CENTRE), raw.mul(q, q));
  const middle = raw.mul(q, rational(central, CENTRE_ABOVE, CENTRE_BELOW));
  const depth = raw.sqrt(raw.neg(raw.log(tail)));
  const near = shiftedRational(depth, 1.6, NEAR_TAIL_ABOVE, NEAR_TAIL_BELOW);
  const far = shiftedRational(depth, 5, FAR_TAIL_ABOVE, FAR_TAIL_BELOW);
  const distance = raw.where(raw.le(depth, literal(depth, 5)), near, far);
  const ended = raw.where(raw.eq(tail, literal(tail, 0)), literal(tail, Infinity), distance);
  const outer = raw.where(raw.lt(q, literal(q, 0)), raw.neg(ended), ended);
  return raw.where(raw.le(raw.abs(q), literal(q, CENTRE)), middle, outer);
}

function shiftedRational(x: Tensor, by: number, above: readonly number[], below: readonly number[]): Tensor {
  return rational(raw.sub(x, literal(x, by)), above, below);
}
