/**
 * The two types a product is computed in, as the operations that the tile and the packing need: how many
 * lanes a vector has, and how lanes are loaded, stored, transposed and multiplied.
 */

import { madd } from '../math/index.ts';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local, Operand, Statement } from '../wasm/index.ts';

type Vector = Expr<'v128'>;

export interface LaneType {
  readonly bytes: number;
  readonly lanes: number;
  loadSplat(address: Operand<'i32'>, offset?: number): Vector;
  storeLane(address: Operand<'i32'>, vector: Vector, lane: number, offset?: number): Statement;
  add(a: Vector, b: Vector): Vector;
  /** a * b + c, fused where `relaxed`. */
  multiplyAdd(a: Vector, b: Vector, c: Vector, relaxed: boolean): Vector;
  /** Rows to columns of a square of `lanes` vectors. */
  transpose(code: FunctionBuilder, rows: readonly Local<'v128'>[]): Local<'v128'>[];
}

export const float32Lanes: LaneType = {
  bytes: 4,
  lanes: 4,
  loadSplat: v128.load32_splat,
  storeLane: v128.store32_lane,
  add: f32x4.add,
  multiplyAdd: (a, b, c, relaxed) => madd({ relaxed }, a, b, c),
  transpose(code, [r0, r1, r2, r3]) {
    const low01 = code.let(i32x4.shuffle(r0, r1, [0, 4, 1, 5]));
    const high01 = code.let(i32x4.shuffle(r0, r1, [2, 6, 3, 7]));
    const low23 = code.let(i32x4.shuffle(r2, r3, [0, 4, 1, 5]));
    const high23 = code.let(i32x4.shuffle(r2, r3, [2, 6, 3, 7]));
    return [
      code.let(i64x2.shuffle(low01, low23, [0, 2])),
      code.let(i64x2.shuffle(low01, low23, [1, 3])),
      code.let(i64x2.shuffle(high01, high23, [0, 2])),
      code.let(i64x2.shuffle(high01, high23, [1, 3])),
    ];
  },
};

export const float64Lanes: LaneType = {
  bytes: 8,
  lanes: 2,
  loadSplat: v128.load64_splat,
  storeLane: v128.store64_lane,
  add: f64x2.add,
  multiplyAdd: (a, b, c, relaxed) => madd({ relaxed }, a, b, c, f64x2),
  transpose: (code, [r0, r1]) => [
    code.let(i64x2.shuffle(r0, r1, [0, 2])),
    code.let(i64x2.shuffle(r0, r1, [1, 3])),
  ],
};
