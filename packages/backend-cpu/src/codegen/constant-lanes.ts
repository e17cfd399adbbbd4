/**
 * JavaScript's numbers as elements of each dtype: constants of kernels in registers, and what is written to argument
 * blocks. As in casts, integers saturate at 32 or 64 bits, wrap to narrower ones, and are 0 for NaN.
 */

import type { DType } from '@tenfold/ir';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import { kindOf } from './lanes.ts';

/** A number in all lanes. */
export function constantLanes({ constants }: FunctionBuilder, dtype: DType, value: number): Local<'v128'> {
  switch (kindOf(dtype)) {
    case 'f32':
      return constants.f32x4(value);
    case 'f64':
      return constants.f64x2(value);
    case 'i64':
      return constants.i64x2(toInt64(value));
    default:
      return constants.i32x4(toLane32(dtype, value));
  }
}

/** The int32 lane of a bool or of an integer of up to 32 bits. */
export function toLane32(dtype: DType, value: number): number {
  if (dtype === 'bool') return value === 0 ? 0 : -1;
  const whole = Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
  if (dtype === 'int8') return (whole << 24) >> 24;
  return dtype === 'uint8' ? whole & 0xff : whole;
}

export function toInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}
