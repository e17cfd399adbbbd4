/** The rectifier, which PyTorch has as an operation and a method besides `nn.functional`. */

import { literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';

/** `max(x, 0)`; the gradient at 0 is 0. As torch.relu. */
export function relu(self: Tensor): Tensor {
  return customGrad(
    [self],
    () => raw.max(self, literal(self, 0)),
    (gradient, output) => [raw.where(raw.lt(literal(output, 0), output), gradient, literal(gradient, 0))],
  );
}
