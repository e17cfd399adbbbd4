/** Rounding to whole numbers, element by element. Integers are returned as they are; gradients are zero. */

import { isFloat } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';

function rounded(op: 'floor' | 'ceil' | 'round' | 'trunc', self: Tensor): Tensor {
  return isFloat(self.dtype) ? apply(op, [self], undefined) : self;
}

/** The next whole number below. As torch.floor. */
export function floor(self: Tensor): Tensor {
  return rounded('floor', self);
}

/** The next whole number above. As torch.ceil. */
export function ceil(self: Tensor): Tensor {
  return rounded('ceil', self);
}

/** The nearest whole number, halves to the even one. As torch.round. */
export function round(self: Tensor): Tensor {
  return rounded('round', self);
}

/** The whole part, towards zero. As torch.trunc. */
export function trunc(self: Tensor): Tensor {
  return rounded('trunc', self);
}
