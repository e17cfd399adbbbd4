/**
 * How a value of a kernel stands in registers. Generated code computes on *units* of four elements: one v128 for types
 * of up to 32 bits, two for the 64-bit types. A bool is a mask (all ones or all zeros in its 32-bit lane), the narrow
 * integers are int32 lanes that are wrapped after each operation, and the half floats are float32.
 *
 * A value that is the same for all elements is `uniform`: one register with equal lanes. Code outside vector loops
 * computes on uniform values only, so there is no scalar twin of anything.
 */

import type { DType } from '@tenfold/ir';
import { i32x4, i64x2 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';

export type Kind = 'f32' | 'f64' | 'i32' | 'i64' | 'mask';

const KINDS: { readonly [D in DType]: Kind } = {
  float32: 'f32',
  float16: 'f32',
  bfloat16: 'f32',
  float64: 'f64',
  int64: 'i64',
  int32: 'i32',
  int8: 'i32',
  uint8: 'i32',
  bool: 'mask',
};

export function kindOf(dtype: DType): Kind {
  return KINDS[dtype];
}

/** Elements of one unit. */
export const UNIT = 4;

/** Registers that a unit takes. */
export function registersOf(kind: Kind): 1 | 2 {
  return kind === 'f64' || kind === 'i64' ? 2 : 1;
}

export interface Lanes {
  readonly kind: Kind;
  readonly uniform: boolean;
  /** One register if uniform, else those of each unit in turn. */
  readonly registers: readonly Local<'v128'>[];
}

/** Register `i` of a value as if it were not uniform. */
export function register(x: Lanes, i: number): Local<'v128'> {
  return x.uniform ? x.registers[0] : x.registers[i];
}

/** A mask over 32-bit lanes as the mask that belongs to register `i` of a value of `kind`. */
export function maskFor(kind: Kind, mask: Lanes, i: number): Expr<'v128'> {
  if (mask.uniform || registersOf(kind) === 1) return register(mask, i);
  const half = mask.registers[i >> 1];
  return i % 2 === 0 ? i64x2.extend_low_i32x4_s(half) : i64x2.extend_high_i32x4_s(half);
}

/** Two masks over 64-bit lanes as one over 32-bit lanes. */
export function narrowMask(low: Expr<'v128'>, high: Expr<'v128'>): Expr<'v128'> {
  return i32x4.shuffle(low, high, [0, 2, 4, 6]);
}
