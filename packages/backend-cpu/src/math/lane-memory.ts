/**
 * Four elements of a narrow type between memory and int32 lanes: 8-bit and 16-bit elements widened by sign
 * or zero, and narrowed by dropping the high bits (integers wrap, as in PyTorch). No byte beyond the four
 * elements is touched.
 */

import { i16x8, i32x4, i8x16, v128 } from '../wasm/index.ts';
import type { Expr, Statement } from '../wasm/index.ts';
import type { Vector, VectorLocal } from './context.ts';

type Address = Expr<'i32'>;

export function loadInt8(address: Address, offset = 0): Vector {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(address, offset)));
}

export function loadUint8(address: Address, offset = 0): Vector {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address, offset)));
}

/** Four 16-bit patterns (float16, bfloat16) in the low halves of the lanes. */
export function loadBits16(address: Address, offset = 0): Vector {
  return v128.load16x4_u(address, offset);
}

/** The low bytes of the lanes. */
export function storeInt8(address: Address, lanes: VectorLocal, offset = 0): Statement {
  const bytes = i8x16.shuffle(lanes, lanes, [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]);
  return v128.store32_lane(address, bytes, 0, offset);
}

/** The low halves of the lanes. */
export function storeBits16(address: Address, lanes: VectorLocal, offset = 0): Statement {
  const halves = i8x16.shuffle(lanes, lanes, [0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13]);
  return v128.store64_lane(address, halves, 0, offset);
}
