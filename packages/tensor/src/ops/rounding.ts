/** Rounding to whole numbers, element by element. Integers are returned as they are; gradients are zero. */

import { isFloat } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { inFullPrecision } from './numeric.ts';

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

export interface RoundOptions {
  /** How many digits behind the point are kept; negative ones round before it. Default 0. */
  readonly decimals?: number;
}

/** The nearest whole number, or number of `decimals` digits, halves to the even one. As torch.round. */
export function round(self: Tensor, { decimals = 0 }: RoundOptions = {}): Tensor {
  if (decimals === 0 || !isFloat(self.dtype)) return rounded('round', self);
  return inFullPrecision(self, (x) => {
    const unit = literal(x, 10 ** Math.abs(decimals));
    const whole = (value: Tensor) => rounded('round', value);
    return decimals > 0 ? raw.div(whole(raw.mul(x, unit)), unit) : raw.mul(whole(raw.div(x, unit)), unit);
  });
}

/** The whole part, towards zero. As torch.trunc. */
export function trunc(self: Tensor): Tensor {
  return rounded('trunc', self);
}
