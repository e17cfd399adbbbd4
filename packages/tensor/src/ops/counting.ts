/** Reductions that leave NaN or zeros out, and both extrema at once. */

import { DTypeError, isFloat } from '@tenfold/ir';
import { castTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf } from './dims.ts';
import type { Dim } from './dims.ts';
import { truth } from './numeric.ts';
import { amax, amin, sum } from './reduce.ts';
import type { ReduceOptions } from './reduce.ts';
import { checkNotEmpty } from './reduce-axes.ts';

/** How many elements are not 0, int64. As torch.count_nonzero. */
export function countNonzero(self: Tensor, dim?: Dim): Tensor {
  const mask = truth(self);
  // A count fits 32 bits, of which a register holds twice as many.
  const dtype = self.numel < 2 ** 31 ? 'int32' : 'int64';
  return castTo(sum(mask, dim, { dtype }), 'int64');
}

/** The sum, with NaN counted as 0. As torch.nansum. */
export function nansum(self: Tensor, dim?: Dim, { keepdim = false, dtype }: ReduceOptions = {}): Tensor {
  return sum(withoutNan(self), dim, { keepdim, dtype });
}

/** The mean of the elements that are not NaN. As torch.nanmean. Raises DTypeError for integers. */
export function nanmean(self: Tensor, dim?: Dim, { keepdim = false, dtype }: ReduceOptions = {}): Tensor {
  if (!isFloat(dtype ?? self.dtype))
    throw new DTypeError(`nanmean: needs floats, got ${dtype ?? self.dtype}; cast with float()`);
  const total = sum(withoutNan(self), dim, { keepdim, dtype });
  const count = castTo(sum(raw.eq(self, self), dim, { keepdim }), total.dtype);
  return raw.div(total, count);
}

function withoutNan(x: Tensor): Tensor {
  return isFloat(x.dtype) ? raw.where(raw.eq(x, x), x, literal(x, 0)) : x;
}

/** The least and the greatest elements. */
export interface MinAndMax {
  readonly min: Tensor;
  readonly max: Tensor;
}

export interface AminmaxOptions {
  /** The axis; all unless given. */
  readonly dim?: number;
  /** Keep the reduced axes with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** Both `amin` and `amax`. As torch.aminmax. */
export function aminmax(self: Tensor, { dim, keepdim = false }: AminmaxOptions = {}): MinAndMax {
  checkNotEmpty('aminmax', self, axesOf('aminmax', dim, self.ndim));
  return { min: amin(self, dim, { keepdim }), max: amax(self, dim, { keepdim }) };
}
