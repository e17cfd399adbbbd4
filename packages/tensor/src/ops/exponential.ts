/**
 * Exponentials and logarithms, element by element. Integers become float32.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { forRange } from '../core/autocast.ts';
import { literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { asFloat, inFullPrecision } from './numeric.ts';

/** e to the power of each element. As torch.exp. */
export function exp(self: Tensor): Tensor {
  return raw.exp(forRange(asFloat(self)));
}

/** 2 to the power of each element. As torch.exp2. */
export function exp2(self: Tensor): Tensor {
  const x = asFloat(self);
  return raw.pow(literal(x, 2), x);
}

/** `exp(self) - 1`, accurate near 0. As torch.expm1. */
export function expm1(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => {
        // tanh(x/2) = (e^x - 1) / (e^x + 1), and the sum in the denominator loses nothing.
        const sum = raw.add(raw.exp(x), literal(x, 1));
        const half = raw.mul(x, literal(x, 0.5));
        return raw.mul(raw.tanh(half), sum);
      },
      (gradient, y) => [raw.mul(gradient, raw.add(y, literal(y, 1)))],
    ),
  );
}

/** The natural logarithm. As torch.log. */
export function log(self: Tensor): Tensor {
  return raw.log(forRange(asFloat(self)));
}

/** The logarithm to base 2. As torch.log2. */
export function log2(self: Tensor): Tensor {
  return logarithm(self, Math.LN2);
}

/** The logarithm to base 10. As torch.log10. */
export function log10(self: Tensor): Tensor {
  return logarithm(self, Math.LN10);
}

function logarithm(self: Tensor, base: number): Tensor {
  return inFullPrecision(self, (x) => raw.div(raw.log(x), literal(x, base)));
}

/** `log(1 + self)`, accurate near 0. As torch.log1p. */
export function log1p(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => accurateLog1p(x),
      (gradient) => [raw.div(gradient, raw.add(x, literal(x, 1)))],
    ),
  );
}

/**
 * With u = 1 + x rounded, log(u) · x / (u - 1) repairs the rounding of u (Kahan; Goldberg, "What every computer
 * scientist should know about floating-point arithmetic", theorem 4). Beyond 1 there is nothing to repair.
 */
function accurateLog1p(x: Tensor): Tensor {
  const one = literal(x, 1);
  const u = raw.add(x, one);
  const logU = raw.log(u);
  const ratio = raw.div(x, raw.sub(u, one));
  const repaired = raw.mul(logU, ratio);
  const small = raw.where(raw.eq(u, one), x, repaired);
  return raw.where(raw.lt(one, x), logU, small);
}

/** `1 / (1 + exp(-self))`. As torch.sigmoid. */
export function sigmoid(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => {
    const one = literal(x, 1);
    return customGrad(
      [x],
      () => {
        const decay = raw.exp(raw.neg(x));
        return raw.recip(raw.add(one, decay));
      },
      (gradient, y) => {
        const slope = raw.mul(y, raw.sub(one, y));
        return [raw.mul(gradient, slope)];
      },
    );
  });
}

/** The Gauss error function. As torch.special.erf. */
export function erf(self: Tensor): Tensor {
  return raw.erf(asFloat(self));
}
