/**
 * Trigonometric and hyperbolic functions, element by element, of angles in radians. Integers become float32.
 * https://pytorch.org/docs/stable/torch.html#pointwise-ops
 */

import { isFloat } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { asFloat, inFullPrecision } from './numeric.ts';

/** The sine. As torch.sin. */
export function sin(self: Tensor): Tensor {
  return apply('sin', [asFloat(self)], undefined);
}

/** The cosine. As torch.cos. */
export function cos(self: Tensor): Tensor {
  return apply('cos', [asFloat(self)], undefined);
}

/** The tangent. As torch.tan. */
export function tan(self: Tensor): Tensor {
  return inFullPrecision(self, (x) => apply('div', [sin(x), cos(x)], undefined));
}

/** The angle of the point (`other`, `self`), from -π to π. As torch.atan2. */
export function atan2(self: Operand, other: Operand): Tensor {
  const dtype = resultType('atan2', [self, other]);
  return apply('atan2', together('atan2', [self, other], isFloat(dtype) ? dtype : 'float32'), undefined);
}

/** The hyperbolic tangent. As torch.tanh. */
export function tanh(self: Tensor): Tensor {
  return apply('tanh', [asFloat(self)], undefined);
}

/** The hyperbolic sine. As torch.sinh. */
export function sinh(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => apply('mul', [apply('tanh', [x], undefined), hyperbolicCosine(x)], undefined),
      (gradient) => [apply('mul', [gradient, cosh(x)], undefined)],
    ),
  );
}

/** The hyperbolic cosine. As torch.cosh. */
export function cosh(self: Tensor): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => hyperbolicCosine(x),
      (gradient) => [apply('mul', [gradient, sinh(x)], undefined)],
    ),
  );
}

/** (e^x + e^-x) / 2 with e^x as a square, so that it overflows no earlier than the result. */
function hyperbolicCosine(x: Tensor): Tensor {
  const half = literal(x, 0.5);
  const root = apply('exp', [apply('mul', [half, x], undefined)], undefined);
  const halfRoot = apply('mul', [half, root], undefined);
  const growing = apply('mul', [halfRoot, root], undefined);
  const shrinking = apply('div', [apply('div', [half, root], undefined), root], undefined);
  return apply('add', [growing, shrinking], undefined);
}
