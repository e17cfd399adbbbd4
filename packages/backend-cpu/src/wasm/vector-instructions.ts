/**
 * The SIMD128 and relaxed SIMD instructions as typed functions: `f32x4.add(a, b)`,
 * `v128.load32_splat(address, offset)`. Names and meaning are those of the WebAssembly specification; a
 * `v128` has no lane type of its own, the instruction chooses how its bits are read.
 */

import { operation } from './expression.ts';
import type { Expr } from './expression.ts';
import { binary, laneAccesses, lanes, loads, stores, ternary, unary } from './families.ts';
import { opcodes } from './opcodes.ts';

export const v128 = {
  /** Sixteen literal bytes. In a loop, prefer a constant of the function's pool. */
  const: (bytes: Uint8Array): Expr<'v128'> =>
    operation('v128', opcodes.constant.v128, [], (out) => out.append(bytes)),
  ...unary(opcodes.v128.unary, 'v128', 'v128'),
  ...binary(opcodes.v128.binary, 'v128', 'v128', 'v128'),
  ...ternary(opcodes.v128.ternary),
  ...unary(opcodes.v128.test, 'v128', 'i32'),
  ...loads(opcodes.v128.load, 'v128'),
  ...stores(opcodes.v128.store, 'v128'),
  ...laneAccesses(opcodes.v128.loadLane, 'v128'),
  ...laneAccesses(opcodes.v128.storeLane, 'void'),
};

export const i8x16 = {
  ...binary(opcodes.i8x16.binary, 'v128', 'v128', 'v128'),
  ...unary(opcodes.i8x16.splat, 'i32', 'v128'),
  /** Bytes picked from `a` (0-15) and `b` (16-31). */
  shuffle: (a: Expr<'v128'>, b: Expr<'v128'>, lanes: readonly number[]): Expr<'v128'> =>
    operation('v128', opcodes.i8x16.shuffle.shuffle, [a, b], (out) => out.append(Uint8Array.from(lanes))),
};

export const i16x8 = {
  ...unary(opcodes.i16x8.unary, 'v128', 'v128'),
  ...binary(opcodes.i16x8.binary, 'v128', 'v128', 'v128'),
  ...binary(opcodes.i16x8.shift, 'v128', 'i32', 'v128'),
};

export const i32x4 = {
  ...lanes(opcodes.i32x4, 'i32'),
  ...binary(opcodes.i32x4.shift, 'v128', 'i32', 'v128'),
  ...unary(opcodes.i32x4.test, 'v128', 'i32'),
  /** 32-bit lanes picked from `a` (0-3) and `b` (4-7). */
  shuffle: (
    a: Expr<'v128'>,
    b: Expr<'v128'>,
    lanes: readonly [number, number, number, number],
  ): Expr<'v128'> =>
    i8x16.shuffle(
      a,
      b,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    ),
};

export const i64x2 = {
  ...lanes(opcodes.i64x2, 'i64'),
  ...binary(opcodes.i64x2.shift, 'v128', 'i32', 'v128'),
  /** 64-bit lanes picked from `a` (0-1) and `b` (2-3). */
  shuffle: (a: Expr<'v128'>, b: Expr<'v128'>, lanes: readonly [number, number]): Expr<'v128'> =>
    i32x4.shuffle(a, b, [2 * lanes[0], 2 * lanes[0] + 1, 2 * lanes[1], 2 * lanes[1] + 1]),
};

export const f32x4 = {
  ...lanes(opcodes.f32x4, 'f32'),
  /** `relaxed_madd(a, b, c)` = a * b + c, `relaxed_nmadd(a, b, c)` = c - a * b, rounded once or twice. */
  ...ternary(opcodes.f32x4.ternary),
};

export const f64x2 = {
  ...lanes(opcodes.f64x2, 'f64'),
  ...ternary(opcodes.f64x2.ternary),
};
