/** The activation functions that tensors have as methods; all others are in `nn.functional`. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { expandTo, literal, numberTensor } from '../core/broadcast.ts';
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

/** `x` where positive, `weight · x` elsewhere; `weight` has one element, or one for each channel (axis 1). As torch.prelu. */
export function prelu(self: Tensor, weight: Tensor): Tensor {
  const channels = self.shape[1] ?? 1;
  if (weight.numel !== 1 && (weight.ndim !== 1 || weight.numel !== channels)) {
    throw new ShapeError(
      `prelu: weight has shape ${formatShape(weight.shape)}, expected one element or [${channels}], one for each ` +
        `channel of ${formatShape(self.shape)}`,
    );
  }
  const shape = self.shape.map((size, axis) => (weight.numel > 1 && axis === 1 ? size : 1));
  const slopes = expandTo(weight.reshape(shape), self.shape);
  return raw.where(raw.lt(literal(self, 0), self), self, raw.mul(self, slopes));
}

/** 0 where `x` is at most `lambd` in magnitude, `x` elsewhere. As torch.nn.functional.hardshrink. */
export function hardshrink(self: Tensor, lambd = 0.5): Tensor {
  const limit = expandTo(numberTensor(self.home, lambd, self.dtype), self.shape);
  return raw.where(raw.le(raw.abs(self), limit), literal(self, 0), self);
}
