/**
 * The products of transformed tiles: for one of the n² positions, a few rows of the result against all its columns. The
 * forward pass sums over channels, with filters as rows and tiles as columns; the gradient of the weights sums over
 * tiles, block after block, with filters as rows and channels as columns.
 */

import { allocateTile, emitTileLoop, float32Lanes } from '../gemm/index.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';

/** (left operand at the first row, right operand, result at the first row, terms, tiles of columns). */
export type Strip = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface StripOptions {
  readonly name: string;
  readonly relaxed: boolean;
  readonly rows: number;
  /** Columns of a tile. */
  readonly columns: number;
  /** Elements from one term to the next in the left operand, whose rows are neighbours. */
  readonly leftPitch: number;
  /** Bytes from one term to the next in the right operand, whose columns are neighbours. */
  readonly rightPitch: number;
  /** Bytes from one row of the result to the next. */
  readonly resultPitch: number;
  /** Adds to the result instead of replacing it. */
  readonly accumulates: boolean;
}

export function emitStrip(module: ModuleBuilder, options: StripOptions): Strip {
  const { relaxed, rows, columns, leftPitch, rightPitch, resultPitch, accumulates } = options;
  const columnBytes = columns * 4;
  const code = module.func(options.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const [left, right, result, terms, tiles] = code.params;
  const tile = allocateTile(code, rows, columns / 4);
  const eachSum = (visit: (sum: (typeof tile)[0][0], offset: number) => void): void =>
    tile.forEach((row, r) => row.forEach((sum, v) => visit(sum, r * resultPitch + 16 * v)));
  const zero = code.constants.i32x4(0);
  const stop = code.let(i32.add(right, i32.mul(tiles, columnBytes)));
  const [a, b] = [code.local('i32'), code.local('i32')];
  code.countedLoop(right, stop, columnBytes, () => {
    eachSum((sum, offset) => code.set(sum, accumulates ? v128.load(result, offset) : zero));
    code.set(a, left);
    code.set(b, right);
    emitTileLoop(code, float32Lanes, relaxed, tile, leftPitch, a, b, terms, rightPitch);
    eachSum((sum, offset) => code.emit(v128.store(result, sum, offset)));
    code.increment(result, columnBytes);
  });
  return code;
}
