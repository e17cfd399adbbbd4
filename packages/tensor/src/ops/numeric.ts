/** In which dtype an operation computes: what compositions share. */

import { computeType, isFloat } from '@tenfold/ir';
import { autocastDType } from '../core/autocast.ts';
import { castTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';

/** Integers and bools as float32; floats as they are. What PyTorch's float-only functions do first. */
export function asFloat(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : castTo(x, 'float32');
}

/**
 * Runs a composition on the float form of `x`, in float32 if that is a half-width float, so that no step of it
 * overflows or rounds early; the result has the dtype of the float form, or stays float32 inside `autocast`.
 */
export function inFullPrecision(x: Tensor, body: (x: Tensor) => Tensor): Tensor {
  const float = asFloat(x);
  const result = body(castTo(float, computeType(float.dtype)));
  return autocastDType() ? result : castTo(result, float.dtype);
}

/** Anything but 0 as true; NaN is true. */
export function truth(x: Tensor): Tensor {
  return castTo(x, 'bool');
}
