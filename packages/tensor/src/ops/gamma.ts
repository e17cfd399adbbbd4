/**
 * The logarithm of the gamma function and its derivatives, element by element. Integers become float32. Negative
 * arguments are reflected to positive ones (Abramowitz and Stegun, 6.1.17, 6.3.7); from 3 on there are the asymptotic
 * series (6.1.41, 6.3.18); below 3, rational functions fitted to lgamma(2 + u) / u and to ψ(2 + u) over the distance
 * from its zero, so that the results are accurate next to their zeros too (relative error of the fits: 1e-15).
 */

import { ArgumentError } from '@tenfold/ir';
import { source } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from './differentiable.ts';
import { inFullPrecision } from './numeric.ts';
import { polynomial, rational } from './polynomial.ts';
import { reduceAxes } from './reduce-axes.ts';
import { round } from './rounding.ts';
import { unsqueeze } from './shape.ts';
import { zetaSum } from './zeta.ts';

/** The logarithm of the magnitude of the gamma function. As torch.lgamma. */
export function lgamma(self: Tensor): Tensor {
  return differentiable(self, logGamma, digamma);
}

/** The derivative of `lgamma`. As torch.digamma. */
export function digamma(self: Tensor): Tensor {
  return differentiable(self, psi, (x) => polygamma(1, x));
}

/** The `n`-th derivative of `digamma`. As torch.polygamma; the method is `x.polygamma(n)`. */
export function polygamma(n: number, self: Tensor): Tensor {
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`polygamma: n is ${n}, expected a whole number from 0`);
  if (n === 0) return digamma(self);
  return differentiable(
    self,
    (x) => polygammaValue(n, x),
    (x) => polygamma(n + 1, x),
  );
}

/**
 * The logarithm of the multivariate gamma function of dimension `p`. As torch.mvlgamma. PyTorch raises for elements up
 * to `(p - 1) / 2`, where the function does not exist; here the values are not looked at.
 */
export function mvlgamma(self: Tensor, p: number): Tensor {
  if (!Number.isInteger(p) || p < 1)
    throw new ArgumentError(`mvlgamma: p is ${p}, expected a whole number from 1`);
  return inFullPrecision(self, (x) => {
    const shape = [...x.shape, p];
    const column = expandTo(unsqueeze(x, -1), shape);
    const index = castTo(source(x.home, 'iota', { shape, axis: x.ndim }), x.dtype);
    const argument = raw.sub(column, raw.mul(index, literal(index, 0.5)));
    const sum = reduceAxes('sum', lgamma(argument), [x.ndim]);
    return raw.add(sum, literal(sum, ((p * (p - 1)) / 4) * Math.log(Math.PI)));
  });
}

// --- values --------------------------------------------------------------------------------------------------------

/** lgamma(2 + u) / u for u from -0.5 to 1. */
const NEAR_TWO_ABOVE = [
  7.3626616914780865e-6, 0.0005586985184765332, 0.011449172124364212, 0.09945833312560347, 0.4290612740943932,
  0.9568129527559912, 1.0390965106163543, 0.42278433509846713,
];
const NEAR_TWO_BELOW = [
  1.471319017023137e-6, 0.0001839628248920233, 0.005412930846945558, 0.06441837500234462, 0.37462686424145913,
  1.1295971563125828, 1.6950237217879347, 1,
];
/** ψ(2 + u) / (2 + u - its zero) for u from -1 to 1. */
const PSI_ABOVE = [
  7.273116925981812e-9, 6.806169978031673e-6, 0.00041964411777413213, 0.008769188371985582,
  0.08343590932610663, 0.3948983714374197, 0.9011495707796635, 0.7853075386041053,
];
const PSI_BELOW = [
  1.279084401110862e-6, 0.0001110943409262988, 0.003056970892248644, 0.03827876601656457, 0.24796264183740202,
  0.8552959760988688, 1.4795331361875597, 1,
];
/** The zero of ψ, as a number with few bits and what is left. */
const PSI_ZERO = [1.4616317749023438, 3.7006601859126265e-7] as const;
/** B(2k) / 2k(2k - 1), the highest first: Stirling's series of lgamma in powers of 1/x². */
const STIRLING = [-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];
/** B(2k) / 2k, the highest first: the series of ψ. */
const PSI_SERIES = [-3617 / 8160, 1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12];
/** Where the asymptotic series are good enough for float64; by this much arguments from 3 on are moved up. */
const MOVED_UP = 5;

function logGamma(x: Tensor): Tensor {
  const zero = literal(x, 0);
  const negative = raw.lt(x, zero);
  const value = positiveLogGamma(raw.where(negative, raw.sub(literal(x, 1), x), x));
  const sine = raw.abs(raw.sin(raw.mul(fraction(x), literal(x, Math.PI))));
  const reflected = raw.sub(raw.log(raw.div(literal(x, Math.PI), sine)), value);
  const infinite = raw.eq(raw.abs(x), literal(x, Infinity));
  return raw.where(infinite, literal(x, Infinity), raw.where(negative, reflected, value));
}

function positiveLogGamma(x: Tensor): Tensor {
  const [one, two] = [literal(x, 1), literal(x, 2)];
  // lgamma(x) = lgamma(x + n) - log(x ... (x + n - 1)), with n such that nothing cancels.
  const [underHalf, underThreeHalves] = [raw.lt(x, literal(x, 0.5)), raw.lt(x, literal(x, 1.5))];
  const u = raw.where(underHalf, x, raw.sub(x, raw.where(underThreeHalves, one, two)));
  const factor = raw.where(underThreeHalves, x, one);
  const product = raw.where(underHalf, raw.mul(x, raw.add(x, one)), factor);
  const near = raw.sub(raw.mul(u, rational(u, NEAR_TWO_ABOVE, NEAR_TWO_BELOW)), raw.log(product));
  return raw.where(raw.lt(x, literal(x, 3)), near, stirling(x));
}

function stirling(x: Tensor): Tensor {
  const moved = x.dtype === 'float64' ? raw.lt(x, literal(x, 3 + MOVED_UP)) : undefined;
  const z = moved ? raw.where(moved, raw.add(x, literal(x, MOVED_UP)), x) : x;
  const inverse = raw.recip(z);
  const tail = raw.mul(inverse, polynomial(raw.mul(inverse, inverse), STIRLING));
  const main = raw.mul(raw.sub(z, literal(z, 0.5)), raw.sub(raw.log(z), literal(z, 1)));
  const sum = raw.add(main, raw.add(tail, literal(z, Math.log(2 * Math.PI) / 2 - 0.5)));
  if (!moved) return sum;
  let product = x;
  for (let k = 1; k < MOVED_UP; k++) product = raw.mul(product, raw.add(x, literal(x, k)));
  return raw.where(moved, raw.sub(sum, raw.log(product)), sum);
}

function psi(x: Tensor): Tensor {
  const zero = literal(x, 0);
  const negative = raw.lt(x, zero);
  const value = positivePsi(raw.where(negative, raw.sub(literal(x, 1), x), x));
  const part = fraction(x);
  const angle = raw.mul(part, literal(x, Math.PI));
  const cotangent = raw.div(raw.mul(raw.cos(angle), literal(x, Math.PI)), raw.sin(angle));
  const reflected = raw.where(raw.eq(part, zero), literal(x, NaN), raw.sub(value, cotangent));
  return raw.where(negative, reflected, value);
}

function positivePsi(x: Tensor): Tensor {
  const one = literal(x, 1);
  const underOne = raw.lt(x, one);
  const u = raw.sub(x, raw.where(underOne, one, literal(x, 2)));
  const fromZero = raw.sub(raw.add(u, literal(u, 2 - PSI_ZERO[0])), literal(u, PSI_ZERO[1]));
  const centre = raw.mul(fromZero, rational(u, PSI_ABOVE, PSI_BELOW));
  const near = raw.where(underOne, raw.sub(centre, raw.recip(x)), centre);
  return raw.where(raw.lt(x, literal(x, 3)), near, psiSeries(x));
}

function psiSeries(x: Tensor): Tensor {
  const moved = x.dtype === 'float64' ? raw.lt(x, literal(x, 3 + MOVED_UP)) : undefined;
  const z = moved ? raw.where(moved, raw.add(x, literal(x, MOVED_UP)), x) : x;
  const inverse = raw.recip(z);
  const square = raw.mul(inverse, inverse);
  const tail = raw.add(raw.mul(inverse, literal(z, 0.5)), raw.mul(square, polynomial(square, PSI_SERIES)));
  const sum = raw.sub(raw.log(z), tail);
  if (!moved) return sum;
  let steps = raw.recip(x);
  for (let k = 1; k < MOVED_UP; k++) steps = raw.add(steps, raw.recip(raw.add(x, literal(x, k))));
  return raw.where(moved, raw.sub(sum, steps), sum);
}

/** (-1)ⁿ⁺¹ n! ζ(n + 1, x), where a negative x leaves a sum over all integers, which is a polynomial of the cotangent. */
function polygammaValue(n: number, x: Tensor): Tensor {
  const zero = literal(x, 0);
  const negative = raw.lt(x, zero);
  const order = literal(x, n + 1);
  const value = zetaSum(order, raw.where(negative, raw.sub(literal(x, 1), x), x));
  const angle = raw.mul(fraction(x), literal(x, Math.PI));
  const everywhere = polynomial(raw.div(raw.cos(angle), raw.sin(angle)), cotangentSum(n + 1));
  const reflected = n % 2 === 0 ? raw.add(everywhere, value) : raw.sub(everywhere, value);
  let factor = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) factor *= k;
  return raw.mul(raw.where(negative, reflected, value), literal(x, factor));
}

/**
 * The coefficients, the highest first, of the polynomial in cot(πx) that is the sum of (x + k)^-s over all integers k:
 * π cot(πx) for s = 1, and from s to s + 1 by the derivative with respect to x over -s.
 */
function cotangentSum(s: number): number[] {
  let rising = [0, Math.PI];
  for (let order = 1; order < s; order++) {
    const next = Array.from({ length: rising.length + 1 }, () => 0);
    rising.forEach((coefficient, power) => {
      if (power === 0) return;
      const slope = (coefficient * power * Math.PI) / order;
      next[power - 1] += slope;
      next[power + 1] += slope;
    });
    rising = next;
  }
  return rising.reverse();
}

/** The distance from the nearest whole number, which is exact. */
function fraction(x: Tensor): Tensor {
  return raw.sub(x, round(x));
}
