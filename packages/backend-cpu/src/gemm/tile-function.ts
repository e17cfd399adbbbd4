/**
 * The function that computes one tile over one block of k: it continues from the partial sums of earlier
 * blocks, and either leaves partial sums for the next block or runs the epilogue.
 */

import { call, i32, v128 } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { ProductContext } from './product-context.ts';
import { allocateTile, emitTileLoop, tileVectors } from './tile-kernel.ts';
import { emitWholeTile } from './tile-store.ts';

/** What a call does besides the products; bits of its `mode`. */
export const TILE_MODE = {
  /** Start from the partial sums in memory, not from zero. */
  continue: 1,
  /** This is the last block of k: run the epilogue. */
  last: 2,
  /** All rows are valid and all columns lie in one run, so the epilogue runs on registers. */
  whole: 4,
} as const;

/** (args, a, b, count of k, partial sums, mode, batch, row, column, valid columns). */
export type TileFunction = FunctionRef<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  'void'
>;

export interface TileOptions {
  /** Rows of this tile, and rows per step in a panel of a. */
  readonly rows: number;
  readonly pitch: number;
  /** Whether k may take more than one block. */
  readonly manyBlocks: boolean;
}

export function emitTileFunction(
  module: ModuleBuilder,
  context: ProductContext,
  options: TileOptions,
): TileFunction {
  const { spec, type, layout, finish } = context;
  const { rows, pitch } = options;
  const code = module.func(`${spec.name}_tile${rows}`, {
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  });
  const [args, a, b, count, partial, mode, batch, row, column, validColumns] = code.params;
  const vectors = tileVectors(spec.paired);
  const tile = allocateTile(code, rows, vectors);

  const forEachSum = (visit: (sum: (typeof tile)[0][0], offset: number) => void): void => {
    tile.flat().forEach((sum, i) => visit(sum, 16 * i));
  };
  if (options.manyBlocks) {
    code.if(i32.and(mode, TILE_MODE.continue), () => {
      forEachSum((sum, offset) => code.set(sum, v128.load(partial, offset)));
    });
  }
  emitTileLoop(code, type, spec.relaxed, tile, pitch, a, b, count);

  if (!layout.epilogue.compact) {
    const finishing = TILE_MODE.last | TILE_MODE.whole;
    code.if(i32.eq(i32.and(mode, finishing), finishing), () => {
      emitWholeTile(code, type, layout, tile, { args, batch, row, column });
      code.return();
    });
  }
  forEachSum((sum, offset) => code.emit(v128.store(partial, sum, offset)));
  code.if(i32.and(mode, TILE_MODE.last), () => {
    code.emit(call(finish, args, partial, 16 * vectors, batch, row, column, rows, validColumns));
  });
  return code;
}
