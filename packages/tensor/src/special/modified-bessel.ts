/**
 * Modified Bessel functions of order 0 and 1, plain and scaled by an exponential, element by element. Integers become
 * float32. The Chebyshev series are those of Cephes, see the tables.
 */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from '../ops/differentiable.ts';
import { chebyshevSeries } from '../ops/polynomial.ts';
import {
  I0_FAR,
  I0_NEAR,
  I1_FAR,
  I1_NEAR,
  K0_FAR,
  K0_NEAR,
  K1_FAR,
  K1_NEAR,
} from './modified-bessel-tables.ts';

/** The modified Bessel function of the first kind of order 0. As torch.special.i0. */
export function i0(self: Tensor): Tensor {
  return differentiable(self, (x) => raw.mul(raw.exp(raw.abs(x)), scaledI0(x)), i1);
}

/** `exp(-|self|) · i0(self)`. As torch.special.i0e. */
export function i0e(self: Tensor): Tensor {
  return differentiable(self, scaledI0, (x, y) => raw.sub(i1e(x), raw.mul(raw.sign(x), y)));
}

/** The modified Bessel function of the first kind of order 1. As torch.special.i1. */
export function i1(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => raw.mul(raw.exp(raw.abs(x)), scaledI1(x)),
    (x, y) => raw.sub(i0(x), overArgument(x, y)),
  );
}

/** `exp(-|self|) · i1(self)`. As torch.special.i1e. */
export function i1e(self: Tensor): Tensor {
  return differentiable(self, scaledI1, (x, y) =>
    raw.sub(raw.sub(i0e(x), overArgument(x, y)), raw.mul(raw.sign(x), y)),
  );
}

/** As `i0`. As torch.special.modified_bessel_i0. */
export function modifiedBesselI0(self: Tensor): Tensor {
  return i0(self);
}

/** As `i1`. As torch.special.modified_bessel_i1. */
export function modifiedBesselI1(self: Tensor): Tensor {
  return i1(self);
}

/** The modified Bessel function of the second kind of order 0; NaN below 0. As torch.special.modified_bessel_k0. */
export function modifiedBesselK0(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => secondKind(x, nearK0(x), raw.mul(raw.exp(raw.neg(x)), farK(x, K0_FAR))),
    (x) => raw.neg(modifiedBesselK1(x)),
  );
}

/** The modified Bessel function of the second kind of order 1; NaN below 0. As torch.special.modified_bessel_k1. */
export function modifiedBesselK1(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => secondKind(x, nearK1(x), raw.mul(raw.exp(raw.neg(x)), farK(x, K1_FAR))),
    (x, y) => raw.neg(raw.add(modifiedBesselK0(x), raw.div(y, x))),
  );
}

/** `exp(self) · modifiedBesselK0(self)`. As torch.special.scaled_modified_bessel_k0. */
export function scaledModifiedBesselK0(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => secondKind(x, raw.mul(raw.exp(x), nearK0(x)), farK(x, K0_FAR)),
    (x, y) => raw.sub(y, scaledModifiedBesselK1(x)),
  );
}

/** `exp(self) · modifiedBesselK1(self)`. As torch.special.scaled_modified_bessel_k1. */
export function scaledModifiedBesselK1(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => secondKind(x, raw.mul(raw.exp(x), nearK1(x)), farK(x, K1_FAR)),
    (x, y) => raw.sub(raw.sub(y, scaledModifiedBesselK0(x)), raw.div(y, x)),
  );
}

// --- values ----------------------------------------------------------------------------------------------------------

function scaledI0(x: Tensor): Tensor {
  const size = raw.abs(x);
  return firstKind(size, chebyshevSeries(nearPlace(size), I0_NEAR), chebyshevSeries(farPlace(size), I0_FAR));
}

function scaledI1(x: Tensor): Tensor {
  const size = raw.abs(x);
  const near = raw.mul(chebyshevSeries(nearPlace(size), I1_NEAR), size);
  const value = firstKind(size, near, chebyshevSeries(farPlace(size), I1_FAR));
  return raw.where(raw.lt(x, literal(x, 0)), raw.neg(value), value);
}

function firstKind(size: Tensor, near: Tensor, far: Tensor): Tensor {
  return raw.where(raw.le(size, literal(size, 8)), near, raw.div(far, raw.sqrt(size)));
}

function nearPlace(size: Tensor): Tensor {
  return raw.sub(raw.mul(size, literal(size, 0.5)), literal(size, 2));
}

function farPlace(size: Tensor): Tensor {
  return raw.sub(raw.div(literal(size, 32), size), literal(size, 2));
}

function nearK0(x: Tensor): Tensor {
  return raw.sub(chebyshevSeries(squarePlace(x), K0_NEAR), raw.mul(logOfHalf(x), i0(x)));
}

function nearK1(x: Tensor): Tensor {
  return raw.add(raw.div(chebyshevSeries(squarePlace(x), K1_NEAR), x), raw.mul(logOfHalf(x), i1(x)));
}

function squarePlace(x: Tensor): Tensor {
  return raw.sub(raw.mul(x, x), literal(x, 2));
}

function logOfHalf(x: Tensor): Tensor {
  return raw.log(raw.mul(x, literal(x, 0.5)));
}

function farK(x: Tensor, coefficients: readonly number[]): Tensor {
  const place = raw.sub(raw.div(literal(x, 8), x), literal(x, 2));
  return raw.div(chebyshevSeries(place, coefficients), raw.sqrt(x));
}

function secondKind(x: Tensor, near: Tensor, far: Tensor): Tensor {
  const zero = literal(x, 0);
  const value = raw.where(raw.le(x, literal(x, 2)), near, far);
  const inside = raw.where(raw.lt(x, zero), literal(x, NaN), value);
  return raw.where(raw.eq(x, zero), literal(x, Infinity), inside);
}

/** y / x for a function with the slope 1/2 at 0. */
function overArgument(x: Tensor, y: Tensor): Tensor {
  const zero = raw.eq(x, literal(x, 0));
  return raw.where(zero, literal(x, 0.5), raw.div(y, raw.where(zero, literal(x, 1), x)));
}
