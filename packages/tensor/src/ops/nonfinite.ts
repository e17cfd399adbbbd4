/** Infinities and NaN: finding them, and putting numbers in their place. */

import { isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { constant } from '../core/apply.ts';
import { expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';

export interface NanToNumOptions {
  /** What NaN becomes; 0 unless given. */
  readonly nan?: number;
  /** What Infinity becomes; the greatest number of the dtype unless given. */
  readonly posinf?: number;
  /** What -Infinity becomes; the least number of the dtype unless given. */
  readonly neginf?: number;
}

/** The greatest finite number of each float dtype. */
const GREATEST: { readonly [D in DType]?: number } = {
  float32: (2 - 2 ** -23) * 2 ** 127,
  float16: 65504,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float64: Number.MAX_VALUE,
};

/** Numbers in the place of NaN and the infinities. As torch.nan_to_num. */
export function nanToNum(self: Tensor, { nan, posinf, neginf }: NanToNumOptions = {}): Tensor {
  if (!isFloat(self.dtype)) return self;
  const greatest = GREATEST[self.dtype] ?? Infinity;
  const number = (value: number) => expandTo(numberTensor(self.home, value, self.dtype), self.shape);
  const is = (value: number) => raw.eq(self, literal(self, value));
  const bounded = raw.where(is(-Infinity), number(neginf ?? -greatest), self);
  const finite = raw.where(is(Infinity), number(posinf ?? greatest), bounded);
  return raw.where(raw.ne(self, self), number(nan ?? 0), finite);
}

/** Where elements are Infinity. As torch.isposinf. */
export function isposinf(self: Tensor): Tensor {
  return isValue(self, Infinity);
}

/** Where elements are -Infinity. As torch.isneginf. */
export function isneginf(self: Tensor): Tensor {
  return isValue(self, -Infinity);
}

function isValue(self: Tensor, value: number): Tensor {
  return isFloat(self.dtype) ? raw.eq(self, literal(self, value)) : everywhere(self, 0);
}

/** True everywhere: there are no complex tensors. As torch.isreal. */
export function isreal(self: Tensor): Tensor {
  return everywhere(self, 1);
}

function everywhere(self: Tensor, value: 0 | 1): Tensor {
  return expandTo(constant(self.home, value, 'bool'), self.shape);
}
