/** The products of transformed tiles and weights: for each position, one panel of filters against all columns of a block. */

import { allocateTile, emitTileLoop, float32Lanes } from '../gemm/index.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';

/** (weights of the panel, transformed inputs, products, channels, column panels). */
export type Strip = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface StripOptions {
  readonly name: string;
  readonly relaxed: boolean;
  /** Filters of the panel, and those that are computed. */
  readonly panelRows: number;
  readonly rows: number;
  /** Columns of the tile. */
  readonly columns: number;
  /** Bytes between channels of the inputs, and between filters of the products. */
  readonly pitch: number;
}

export function emitStrip(module: ModuleBuilder, options: StripOptions): Strip {
  const { relaxed, panelRows, rows, columns, pitch } = options;
  const columnBytes = columns * 4;
  const code = module.func(options.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const [weights, inputs, products, channels, columnPanels] = code.params;
  const tile = allocateTile(code, rows, columns / 4);
  const zero = code.constants.i32x4(0);
  const stop = code.let(i32.add(inputs, i32.mul(columnPanels, columnBytes)));
  const [a, b] = [code.local('i32'), code.local('i32')];
  code.countedLoop(inputs, stop, columnBytes, () => {
    tile.flat().forEach((sum) => code.set(sum, zero));
    code.set(a, weights);
    code.set(b, inputs);
    emitTileLoop(code, float32Lanes, relaxed, tile, panelRows, a, b, channels, pitch);
    tile.forEach((row, r) => {
      row.forEach((sum, v) => code.emit(v128.store(products, sum, r * pitch + 16 * v)));
    });
    code.increment(products, columnBytes);
  });
  return code;
}
