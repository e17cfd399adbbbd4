/**
 * The regularised incomplete gamma functions, element by element, by quadrature: what is integrated falls so evenly, once
 * the variable is the logarithm of Euler's, that Gauss and Legendre's rule over the part that counts gives all digits. The
 * nodes are one more axis, which is summed within the same kernel.
 *
 * Below max(x, 1) the lower function is integrated, at a + 1, so that there is no singular point; above, the upper one. The
 * other is 1 minus it.
 */

import { isFloat } from '@tenfold/ir';
import { castTo, expandTo, literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { tensor } from '../creation/from-data.ts';
import { expm1, log1p } from '../ops/exponential.ts';
import { lgamma } from '../ops/gamma.ts';
import { polynomial } from '../ops/polynomial.ts';
import { reduceAxes } from '../ops/reduce-axes.ts';
import { unsqueeze } from '../ops/shape.ts';

/** The share of the gamma function's integral below `other`. As torch.special.gammainc. The gradient reaches `other`. */
export function gammainc(self: Tensor, other: Tensor): Tensor {
  return incomplete('gammainc', self, other, 'lower');
}

/** The share of the gamma function's integral above `other`. As torch.special.gammaincc. The gradient reaches `other`. */
export function gammaincc(self: Tensor, other: Tensor): Tensor {
  return incomplete('gammaincc', self, other, 'upper');
}

/** As `gammainc`. As torch.igamma. */
export function igamma(self: Tensor, other: Tensor): Tensor {
  return gammainc(self, other);
}

/** As `gammaincc`. As torch.igammac. */
export function igammac(self: Tensor, other: Tensor): Tensor {
  return gammaincc(self, other);
}

function incomplete(op: string, self: Tensor, other: Tensor, side: 'lower' | 'upper'): Tensor {
  const promoted = resultType(op, [self, other]);
  const dtype = isFloat(promoted) ? promoted : 'float32';
  const [a, x] = together(op, [self, other], dtype === 'float64' ? dtype : 'float32');
  const value = customGrad(
    [a, x],
    () => share(a, x, side),
    (gradient) => {
      const slope = raw.div(density(a, x), x);
      return [undefined, raw.mul(gradient, side === 'lower' ? slope : raw.neg(slope))];
    },
  );
  return castTo(value, dtype);
}

function share(a: Tensor, x: Tensor, side: 'lower' | 'upper'): Tensor {
  const [zero, one, infinity] = [0, 1, Infinity].map((value) => literal(x, value));
  const ordinary = raw.and(
    raw.and(raw.lt(zero, a), raw.lt(zero, x)),
    raw.and(raw.lt(a, infinity), raw.lt(x, infinity)),
  );
  const [safeA, safeX] = [raw.where(ordinary, a, one), raw.where(ordinary, x, one)];
  const below = raw.lt(safeX, raw.max(safeA, one));
  const found = raw.where(below, lowerShare(safeA, safeX), upperShare(safeA, safeX));
  const isFound = side === 'lower' ? below : raw.not(below);
  const inside = raw.where(isFound, found, raw.sub(one, found));
  // At the edges of the quadrant one of the two is all; there is nothing at its corners and outside.
  const full = raw.or(
    raw.and(raw.eq(a, zero), raw.lt(zero, x)),
    raw.and(raw.eq(x, infinity), raw.lt(a, infinity)),
  );
  const empty = raw.or(
    raw.and(raw.eq(x, zero), raw.lt(zero, a)),
    raw.and(raw.eq(a, infinity), raw.lt(x, infinity)),
  );
  const [whenFull, whenEmpty] = side === 'lower' ? [one, zero] : [zero, one];
  const outside = raw.or(raw.lt(a, zero), raw.lt(x, zero));
  const edge = raw.where(full, whenFull, raw.where(empty, whenEmpty, literal(x, NaN)));
  return raw.where(ordinary, inside, raw.where(outside, literal(x, NaN), edge));
}

/** Exponents below minus this count as nothing. */
const depthOf = (x: Tensor) => (x.dtype === 'float64' ? 40 : 20);

/** P(a, x) = P(a + 1, x) + xᵃ e⁻ˣ / Γ(a + 1), with ∫ exp(-(b v - x (1 - e⁻ᵛ))) dv from 0 for b = a + 1. */
function lowerShare(a: Tensor, x: Tensor): Tensor {
  const b = raw.add(a, literal(a, 1));
  const depth = depthOf(x);
  // Up to 1, 1 - e⁻ᵛ is below v - v² / 3, so that a quadratic equation bounds what counts.
  const slope = raw.sub(b, x);
  const root = raw.sqrt(raw.add(raw.mul(slope, slope), raw.mul(x, literal(x, (4 * depth) / 3))));
  const near = raw.div(literal(x, 2 * depth), raw.add(slope, root));
  const usable = raw.and(raw.le(near, literal(x, 1)), raw.lt(literal(x, 0), raw.add(slope, root)));
  const reach = raw.where(usable, near, raw.div(raw.add(x, literal(x, depth)), b));
  const integral = integrate(reach, [b, x], (v, [bb, xx]) =>
    raw.neg(raw.add(raw.mul(bb, v), raw.mul(xx, expm1(raw.neg(v))))),
  );
  return raw.mul(density(b, x), raw.add(integral, raw.recip(x)));
}

/** Q(a, x) with ∫ exp(-(x (eᵛ - 1) - a v)) dv from 0. */
function upperShare(a: Tensor, x: Tensor): Tensor {
  const depth = depthOf(x);
  const slope = raw.sub(x, a);
  const root = raw.sqrt(raw.add(raw.mul(slope, slope), raw.mul(x, literal(x, 2 * depth))));
  const quadratic = raw.div(literal(x, 2 * depth), raw.add(slope, root));
  const rise = raw.div(raw.add(literal(x, depth), raw.mul(a, quadratic)), x);
  const reach = raw.min(quadratic, log1p(rise));
  const integral = integrate(reach, [a, x], (v, [aa, xx]) => raw.sub(raw.mul(aa, v), raw.mul(xx, expm1(v))));
  return raw.mul(density(a, x), integral);
}

/** What Stirling's formula leaves out of lgamma, in powers of 1/a², the highest first. */
const STIRLING_TAIL = [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];

/** xᵃ e⁻ˣ / Γ(a). From 10 on in terms of the distance from the greatest place, where the large terms cancel. */
function density(a: Tensor, x: Tensor): Tensor {
  const small = raw.sub(raw.sub(raw.mul(a, raw.log(x)), x), lgamma(a));
  const relative = raw.div(raw.sub(x, a), a);
  const distance = raw.mul(a, raw.sub(log1p(relative), relative));
  const inverse = raw.recip(a);
  const tail = raw.mul(inverse, polynomial(raw.mul(inverse, inverse), STIRLING_TAIL));
  const large = raw.mul(
    raw.sqrt(raw.mul(a, literal(a, 1 / (2 * Math.PI)))),
    raw.exp(raw.sub(distance, tail)),
  );
  return raw.where(raw.lt(a, literal(a, 10)), raw.exp(small), large);
}

// --- the quadrature ----------------------------------------------------------------------------------------------------

/** The integral of exp(exponent(v)) from 0 to `reach`. */
function integrate(
  reach: Tensor,
  parameters: readonly Tensor[],
  exponent: (v: Tensor, parameters: readonly Tensor[]) => Tensor,
): Tensor {
  const { dtype, home } = reach;
  const rule = legendreRule(dtype === 'float64' ? 40 : 20);
  const shape = [...reach.shape, rule.nodes.length];
  const wide = (x: Tensor) => expandTo(unsqueeze(x, -1), shape);
  const row = (data: readonly number[]) => expandTo(tensor([...data], { dtype, device: home.name }), shape);
  const v = raw.mul(wide(reach), row(rule.nodes));
  const values = raw.mul(row(rule.weights), raw.exp(exponent(v, parameters.map(wide))));
  return raw.mul(reach, reduceAxes('sum', values, [reach.ndim]));
}

interface Rule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

const rules = new Map<number, Rule>();

/** Gauss and Legendre's rule on [0, 1]: the zeros of Legendre's polynomial by Newton's method. */
function legendreRule(count: number): Rule {
  const known = rules.get(count);
  if (known) return known;
  const zeros = Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      const legendre = legendreAt(count, x);
      ({ slope } = legendre);
      x -= legendre.value / slope;
    }
    return { x, weight: 1 / ((1 - x * x) * slope * slope) };
  });
  const rule = { nodes: zeros.map(({ x }) => (1 - x) / 2), weights: zeros.map(({ weight }) => weight) };
  rules.set(count, rule);
  return rule;
}

function legendreAt(degree: number, x: number): { value: number; slope: number } {
  let [previous, value] = [1, x];
  for (let k = 1; k < degree; k++) {
    [previous, value] = [value, ((2 * k + 1) * x * value - k * previous) / (k + 1)];
  }
  return { value, slope: (degree * (x * value - previous)) / (x * x - 1) };
}
