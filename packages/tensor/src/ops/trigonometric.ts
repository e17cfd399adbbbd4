/**
 * Trigonometric and hyperbolic functions, element by element, of angles in radians. Integers become float32.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { isFloat } from '@tenfold/ir';
import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { asFloat, inFullPrecision } from './numeric.ts';

/** The sine. As torch.sin. */
export function sin(self: Tensor): Tensor {
  return raw.sin(asFloat(self));
}

/** The cosine. As torch.cos. */
export function cos(self: Tensor): Tensor {
  return raw.cos(asFloat(self));
}

/** The tangent. As torch.tan. */
export function tan(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => raw.div(sin(x), cos(x)));
}

/** The angle of the point (`other`, `self`), from -π to π. As torch.atan2. */
export function atan2(self: Operand, other: Operand): Tensor {
  const dtype = resultType('atan2', [self, other]);
  return raw.atan2(...together('atan2', [self, other], isFloat(dtype) ? dtype : 'float32'));
}

/** The hyperbolic tangent. As torch.tanh. */
export function tanh(self: Tensor): Tensor {
  return raw.tanh(asFloat(self));
}

/** The hyperbolic sine. As torch.sinh. */
export function sinh(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => raw.mul(raw.tanh(x), hyperbolicCosine(x)),
      (gradient) => [raw.mul(gradient, cosh(x))],
    ),
  );
}

/** The hyperbolic cosine. As torch.cosh. */
export function cosh(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => hyperbolicCosine(x),
      (gradient) => [raw.mul(gradient, sinh(x))],
    ),
  );
}

/** (e^x + e^-x) / 2 with e^x as a square, so that it overflows no earlier than the result. */
function hyperbolicCosine(x: Tensor): Tensor {
  const half = literal(x, 0.5);
  const root = raw.exp(raw.mul(half, x));
  const halfRoot = raw.mul(half, root);
  const growing = raw.mul(halfRoot, root);
  const shrinking = raw.div(raw.div(half, root), root);
  return raw.add(growing, shrinking);
}
