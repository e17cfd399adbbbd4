/**
 * Exponentials and logarithms, element by element. Integers become float32.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { apply } from '../core/apply.ts';
import { literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import type { Tensor } from '../core/tensor.ts';
import { asFloat, inFullPrecision } from './numeric.ts';

/** e to the power of each element. As torch.exp. */
export function exp(self: Tensor): Tensor {
  return apply('exp', [asFloat(self)], undefined);
}

/** 2 to the power of each element. As torch.exp2. */
export function exp2(self: Tensor): Tensor {
  const x = asFloat(self);
  return apply('pow', [literal(x, 2), x], undefined);
}

/** `exp(self) - 1`, accurate near 0. As torch.expm1. */
export function expm1(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => {
        // tanh(x/2) = (e^x - 1) / (e^x + 1), and the sum in the denominator loses nothing.
        const sum = apply('add', [apply('exp', [x], undefined), literal(x, 1)], undefined);
        const half = apply('mul', [x, literal(x, 0.5)], undefined);
        return apply('mul', [apply('tanh', [half], undefined), sum], undefined);
      },
      (gradient, y) => [apply('mul', [gradient, apply('add', [y, literal(y, 1)], undefined)], undefined)],
    ),
  );
}

/** The natural logarithm. As torch.log. */
export function log(self: Tensor): Tensor {
  return apply('log', [asFloat(self)], undefined);
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
  return inFullPrecision(self, (x) =>
    apply('div', [apply('log', [x], undefined), literal(x, base)], undefined),
  );
}

/** `log(1 + self)`, accurate near 0. As torch.log1p. */
export function log1p(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => accurateLog1p(x),
      (gradient) => [apply('div', [gradient, apply('add', [x, literal(x, 1)], undefined)], undefined)],
    ),
  );
}

/**
 * With u = 1 + x rounded, log(u) · x / (u - 1) repairs the rounding of u (Kahan; Goldberg, "What every computer
 * scientist should know about floating-point arithmetic", theorem 4). Beyond 1 there is nothing to repair.
 */
function accurateLog1p(x: Tensor): Tensor {
  const one = literal(x, 1);
  const u = apply('add', [x, one], undefined);
  const logU = apply('log', [u], undefined);
  const ratio = apply('div', [x, apply('sub', [u, one], undefined)], undefined);
  const repaired = apply('mul', [logU, ratio], undefined);
  const small = apply('where', [apply('eq', [u, one], undefined), x, repaired], undefined);
  return apply('where', [apply('lt', [one, x], undefined), logU, small], undefined);
}

/** `1 / (1 + exp(-self))`. As torch.sigmoid. */
export function sigmoid(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => {
    const one = literal(x, 1);
    return customGrad(
      [x],
      () => {
        const decay = apply('exp', [apply('neg', [x], undefined)], undefined);
        return apply('recip', [apply('add', [one, decay], undefined)], undefined);
      },
      (gradient, y) => {
        const slope = apply('mul', [y, apply('sub', [one, y], undefined)], undefined);
        return [apply('mul', [gradient, slope], undefined)];
      },
    );
  });
}

/** The Gauss error function. As torch.special.erf. */
export function erf(self: Tensor): Tensor {
  return apply('erf', [asFloat(self)], undefined);
}
