/** The normal distribution's function, its inverse and its logarithm, and the terms of an entropy. */

import { isFloat } from '@tenfold/ir';
import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { differentiable } from '../ops/differentiable.ts';
import { erfc, erfcx, normalQuantile } from '../ops/error-function.ts';
import { exp, log1p } from '../ops/exponential.ts';
import { asFloat } from '../ops/numeric.ts';

/** How much of the standard normal distribution lies below `self`. As torch.special.ndtr. */
export function ndtr(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => raw.mul(erfc(raw.mul(x, literal(x, -Math.SQRT1_2))), literal(x, 0.5)),
    (x) => raw.mul(exp(raw.mul(raw.mul(x, x), literal(x, -0.5))), literal(x, 1 / Math.sqrt(2 * Math.PI))),
  );
}

/** Where the standard normal distribution has reached `self`; infinite at 0 and 1, NaN beyond. As torch.special.ndtri. */
export function ndtri(self: Tensor): Tensor {
  return differentiable(
    self,
    (p) => normalQuantile(raw.sub(p, literal(p, 0.5)), raw.min(p, raw.sub(literal(p, 1), p))),
    (p, y) => raw.mul(exp(raw.mul(raw.mul(y, y), literal(p, 0.5))), literal(p, Math.sqrt(2 * Math.PI))),
  );
}

/** The logarithm of `ndtr`, also where that is too small for a float. As torch.special.log_ndtr. */
export function logNdtr(self: Tensor): Tensor {
  return differentiable(
    self,
    (x) => {
      const t = raw.mul(x, literal(x, -Math.SQRT1_2));
      const half = literal(x, 0.5);
      const upper = log1p(raw.neg(raw.mul(erfc(raw.neg(t)), half)));
      const lower = raw.sub(raw.log(raw.mul(erfcx(t), half)), raw.mul(t, t));
      return raw.where(raw.lt(x, literal(x, -1)), lower, upper);
    },
    (x) => {
      const scaled = erfcx(raw.mul(x, literal(x, -Math.SQRT1_2)));
      return raw.div(literal(x, Math.sqrt(2 / Math.PI)), scaled);
    },
  );
}

/** `-x · log(x)`, 0 at 0 and -Infinity below. As torch.special.entr. */
export function entr(self: Tensor): Tensor {
  const x = isFloat(self.dtype) ? self : asFloat(self);
  const zero = literal(x, 0);
  const positive = raw.lt(zero, x);
  const product = raw.neg(raw.mul(x, raw.log(raw.where(positive, x, literal(x, 1)))));
  const outside = raw.where(raw.eq(x, zero), zero, literal(x, -Infinity));
  return raw.where(raw.or(positive, raw.ne(x, x)), raw.where(positive, product, x), outside);
}
