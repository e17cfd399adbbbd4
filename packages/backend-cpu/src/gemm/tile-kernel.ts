/**
 * The innermost loop: a tile of rows x columns of the product, held in registers, over one block of k. Both
 * operands are packed: for every k the rows of a (one after another) and the columns of b (as vectors).
 *
 * V8 has 15 vector registers to give. rows · vectors accumulators, the vectors of b and one splat of a must
 * fit: 6 x 2 with fused multiply-add, 5 x 2 where the product needs a register of its own. Where neighbouring
 * vectors are paired in one register, a tile has twice as many.
 */

import { i32, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import type { LaneType } from './lane-type.ts';

/** Vectors of columns in a tile. */
export function tileVectors(paired: boolean): number {
  return paired ? 4 : 2;
}

/** The most rows of a tile whose accumulators stay in registers. */
export function tileRows(relaxed: boolean): number {
  return relaxed ? 6 : 5;
}

/** Accumulators, row by row. */
export type Tile = readonly (readonly Local<'v128'>[])[];

export function allocateTile(code: FunctionBuilder, rows: number, vectors: number): Tile {
  return Array.from({ length: rows }, () => Array.from({ length: vectors }, () => code.local('v128')));
}

/**
 * Adds the products of `count` steps of k to the tile. Panels of a hold `pitch` rows per step, of which the
 * tile uses its first; a step of b is `columnPitch` bytes, by default those of the tile. Rows of an `a` that is not
 * packed are `rowBytes` apart. The pointers `a` and `b` are moved to the ends of their panels.
 */
export function emitTileLoop(
  code: FunctionBuilder,
  type: LaneType,
  relaxed: boolean,
  tile: Tile,
  pitch: number,
  a: Local<'i32'>,
  b: Local<'i32'>,
  count: Local<'i32'>,
  columnPitch = 16 * tile[0].length,
  rowBytes = type.bytes,
): void {
  const end = code.let(i32.add(a, i32.mul(count, pitch * type.bytes)));
  const columns = tile[0].map(() => code.local('v128'));
  code.block((exit) => {
    // One step per iteration, tested in front once: the form in which V8 keeps every accumulator in a register.
    code.brIf(exit, i32.eqz(count));
    code.loop((next) => {
      columns.forEach((column, v) => code.set(column, v128.load(b, 16 * v)));
      tile.forEach((row, r) => {
        const splat = code.let(type.loadSplat(a, r * rowBytes));
        row.forEach((sum, v) => code.set(sum, type.multiplyAdd(splat, columns[v], sum, relaxed)));
      });
      code.increment(b, columnPitch);
      code.increment(a, pitch * type.bytes);
      code.brIf(next, i32.ne(a, end));
    });
  });
}
