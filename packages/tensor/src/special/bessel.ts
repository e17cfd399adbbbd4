/**
 * Bessel functions of order 0 and 1 of both kinds, and the spherical one, element by element. Integers become float32. The
 * rational functions are those of Cephes, see the tables.
 */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from '../ops/differentiable.ts';
import { polynomial, rational } from '../ops/polynomial.ts';
import { ORDER_ONE, ORDER_ZERO } from './bessel-tables.ts';

/** The Bessel function of the first kind of order 0. As torch.special.bessel_j0. */
export function besselJ0(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const size = raw.abs(x);
      const square = raw.mul(x, x);
      const zeros = raw.mul(less(square, 5.78318596294678452118), less(square, 30.4712623436620863991));
      const near = raw.mul(zeros, rational(square, ORDER_ZERO.nearAbove, ORDER_ZERO.nearBelow));
      return split(size, near, wave(size, ORDER_ZERO, Math.PI / 4, 'cos'));
    },
    (x) => raw.neg(besselJ1(x)),
  );
}

/** The Bessel function of the first kind of order 1. As torch.special.bessel_j1. */
export function besselJ1(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const size = raw.abs(x);
      const square = raw.mul(x, x);
      const zeros = raw.mul(less(square, 14.6819706421238932572), less(square, 49.2184563216946036703));
      const ratio = rational(square, ORDER_ONE.nearAbove, ORDER_ONE.nearBelow);
      const near = raw.mul(raw.mul(ratio, size), zeros);
      const value = split(size, near, wave(size, ORDER_ONE, (3 * Math.PI) / 4, 'cos'));
      return raw.where(raw.lt(x, literal(x, 0)), raw.neg(value), value);
    },
    (x, y) => raw.sub(besselJ0(x), overArgument(x, y)),
  );
}

/** The Bessel function of the second kind of order 0; NaN below 0. As torch.special.bessel_y0. */
export function besselY0(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const square = raw.mul(x, x);
      const series = rational(square, ORDER_ZERO.secondAbove, ORDER_ZERO.secondBelow);
      const logarithmic = raw.mul(raw.mul(raw.log(x), besselJ0(x)), literal(x, 2 / Math.PI));
      return secondKind(x, raw.add(series, logarithmic), wave(x, ORDER_ZERO, Math.PI / 4, 'sin'));
    },
    (x) => raw.neg(besselY1(x)),
  );
}

/** The Bessel function of the second kind of order 1; NaN below 0. As torch.special.bessel_y1. */
export function besselY1(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const square = raw.mul(x, x);
      const series = raw.mul(x, rational(square, ORDER_ONE.secondAbove, ORDER_ONE.secondBelow));
      const logarithmic = raw.sub(raw.mul(besselJ1(x), raw.log(x)), raw.recip(x));
      const near = raw.add(series, raw.mul(logarithmic, literal(x, 2 / Math.PI)));
      return secondKind(x, near, wave(x, ORDER_ONE, (3 * Math.PI) / 4, 'sin'));
    },
    (x, y) => raw.sub(besselY0(x), raw.div(y, x)),
  );
}

/** The spherical Bessel function of order 0, `sin(self) / self`. As torch.special.spherical_bessel_j0. */
export function sphericalBesselJ0(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const near = polynomial(raw.mul(x, x), SPHERICAL);
      const value = raw.where(isNear(x), near, raw.div(raw.sin(x), x));
      return raw.where(raw.eq(raw.abs(x), literal(x, Infinity)), literal(x, 0), value);
    },
    (x, y) => {
      const series = raw.mul(x, polynomial(raw.mul(x, x), SPHERICAL_SLOPE));
      const safe = raw.where(isNear(x), literal(x, 1), x);
      return raw.where(isNear(x), series, raw.div(raw.sub(raw.cos(safe), y), safe));
    },
  );
}

// --- values ----------------------------------------------------------------------------------------------------------

/** (-1)ᵏ / (2k + 1)! for k from 7 down to 0. */
const SPHERICAL = [
  -1 / 1307674368000,
  1 / 6227020800,
  -1 / 39916800,
  1 / 362880,
  -1 / 5040,
  1 / 120,
  -1 / 6,
  1,
];
/** The same after d/dx, over x. */
const SPHERICAL_SLOPE = SPHERICAL.slice(0, -1).map((c, i) => c * 2 * (7 - i));

function isNear(x: Tensor): Tensor {
  return raw.lt(raw.abs(x), literal(x, 1));
}

function less(x: Tensor, value: number): Tensor {
  return raw.sub(x, literal(x, value));
}

function split(size: Tensor, near: Tensor, far: Tensor): Tensor {
  const value = raw.where(raw.le(size, literal(size, 5)), near, far);
  return raw.where(raw.eq(size, literal(size, Infinity)), literal(size, 0), value);
}

function secondKind(x: Tensor, near: Tensor, far: Tensor): Tensor {
  const zero = literal(x, 0);
  const inside = raw.where(raw.lt(x, zero), literal(x, NaN), split(x, near, far));
  return raw.where(raw.eq(x, zero), literal(x, -Infinity), inside);
}

/** Hankel's asymptotic form: a wave whose amplitude falls like 1 / sqrt(x). */
function wave(
  x: Tensor,
  table: typeof ORDER_ZERO | typeof ORDER_ONE,
  lag: number,
  leading: 'cos' | 'sin',
): Tensor {
  const ratio = raw.div(literal(x, 5), x);
  const z = raw.mul(ratio, ratio);
  const p = rational(z, table.cosineAbove, table.cosineBelow);
  const q = raw.mul(ratio, rational(z, table.sineAbove, table.sineBelow));
  const phase = raw.sub(x, literal(x, lag));
  const [cosine, sine] = [raw.cos(phase), raw.sin(phase)];
  const sum =
    leading === 'cos'
      ? raw.sub(raw.mul(p, cosine), raw.mul(q, sine))
      : raw.add(raw.mul(p, sine), raw.mul(q, cosine));
  return raw.mul(sum, raw.div(literal(x, Math.sqrt(2 / Math.PI)), raw.sqrt(x)));
}

/** y / x for a function with the slope 1/2 at 0. */
function overArgument(x: Tensor, y: Tensor): Tensor {
  const zero = raw.eq(x, literal(x, 0));
  return raw.where(zero, literal(x, 0.5), raw.div(y, raw.where(zero, literal(x, 1), x)));
}
