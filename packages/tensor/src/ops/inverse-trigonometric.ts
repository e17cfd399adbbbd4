/**
 * Inverse trigonometric and hyperbolic functions, element by element. Integers become float32; outside of the domain
 * the result is NaN.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from './differentiable.ts';
import { log1p } from './exponential.ts';

/** The angle whose sine is `self`, from -π/2 to π/2. As torch.asin. */
export function asin(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => raw.atan2(x, leg(x)),
    (x) => raw.recip(leg(x)),
  );
}

/** The angle whose cosine is `self`, from 0 to π. As torch.acos. */
export function acos(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => raw.atan2(leg(x), x),
    (x) => raw.neg(raw.recip(leg(x))),
  );
}

/** sqrt(1 - x²), the product of two factors that lose nothing near 1 and -1. */
function leg(x: Tensor): Tensor {
  const one = literal(x, 1);
  return raw.sqrt(raw.mul(raw.sub(one, x), raw.add(one, x)));
}

/** The angle whose tangent is `self`, from -π/2 to π/2. As torch.atan. */
export function atan(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => raw.atan2(x, literal(x, 1)),
    (x) => raw.recip(raw.add(raw.mul(x, x), literal(x, 1))),
  );
}

/** Beyond this the square of a number drowns the 1 that is added to it, in every float dtype. */
const HUGE = 2 ** 30;

/** The number whose hyperbolic sine is `self`. As torch.asinh. */
export function asinh(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const size = raw.abs(x);
      const huge = raw.lt(literal(x, HUGE), size);
      const square = raw.mul(size, size);
      const one = literal(x, 1);
      // x + sqrt(x² + 1) - 1, without the difference.
      const excess = raw.div(square, raw.add(one, raw.sqrt(raw.add(square, one))));
      const usual = log1p(raw.add(size, excess));
      const magnitude = raw.where(huge, logOfTwice(size), usual);
      return raw.where(raw.lt(x, literal(x, 0)), raw.neg(magnitude), raw.where(isZero(x), x, magnitude));
    },
    (x) => {
      const size = raw.abs(x);
      const huge = raw.lt(literal(x, HUGE), size);
      return raw.where(huge, raw.recip(size), raw.recip(raw.sqrt(raw.add(raw.mul(x, x), literal(x, 1)))));
    },
  );
}

/** The number from 0 whose hyperbolic cosine is `self`. As torch.acosh. */
export function acosh(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const above = raw.sub(x, literal(x, 1));
      const root = raw.sqrt(raw.mul(above, raw.add(above, literal(x, 2))));
      const usual = raw.where(raw.lt(x, literal(x, 1)), literal(x, NaN), log1p(raw.add(above, root)));
      return raw.where(raw.lt(literal(x, HUGE), x), logOfTwice(x), usual);
    },
    (x) => {
      const one = literal(x, 1);
      return raw.recip(raw.mul(raw.sqrt(raw.sub(x, one)), raw.sqrt(raw.add(x, one))));
    },
  );
}

/** The number whose hyperbolic tangent is `self`. As torch.atanh. */
export function atanh(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const one = literal(x, 1);
      const size = raw.abs(x);
      const ratio = raw.div(raw.add(size, size), raw.sub(one, size));
      const half = raw.mul(log1p(ratio), literal(x, 0.5));
      return raw.where(raw.lt(x, literal(x, 0)), raw.neg(half), raw.where(isZero(x), x, half));
    },
    (x) => {
      const one = literal(x, 1);
      return raw.recip(raw.mul(raw.sub(one, x), raw.add(one, x)));
    },
  );
}

function isZero(x: Tensor): Tensor {
  return raw.eq(x, literal(x, 0));
}

function logOfTwice(x: Tensor): Tensor {
  return raw.add(raw.log(x), literal(x, Math.LN2));
}
