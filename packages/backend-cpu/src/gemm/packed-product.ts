/** The way of most products: operands packed block by block, and tiles over the panels. */

import type { ModuleBuilder } from '../wasm/index.ts';
import { greatestCount } from './axes.ts';
import { emitBlockedProduct, workspaceLayout } from './blocked-product.ts';
import { chooseBlocking, splitsRows } from './blocking.ts';
import { operandPacker } from './operand-packer.ts';
import type { Product, ProductContext } from './product-context.ts';
import type { Extent } from './spec.ts';
import { emitTileFunction } from './tile-function.ts';
import type { TileFunction } from './tile-function.ts';

export function emitPackedProduct(module: ModuleBuilder, context: ProductContext): Product {
  const { spec, sides, type } = context;
  const { rowExtents, columnExtents } = sides;
  const blocking = chooseBlocking(greatestCount(rowExtents), greatestCount(columnExtents), spec, type);

  const packerOf = operandPacker(context.tabled);
  const operand = { type, relaxed: spec.relaxed, batch: spec.batch, k: spec.k, kBlock: blocking.kBlock };
  const rowPacker = packerOf(module, {
    ...operand,
    name: `${spec.name}_pack_rows`,
    source: sides.rowSource,
    outer: rowExtents,
    width: blocking.rows,
    laneBlock: blocking.rowBlock,
  });
  const columnPacker = packerOf(module, {
    ...operand,
    name: `${spec.name}_pack_columns`,
    source: sides.columnSource,
    outer: columnExtents,
    width: blocking.columns,
    laneBlock: blocking.columnBlock,
  });
  const tiles = new Map<number, TileFunction>();
  for (const rows of tileHeights(rowExtents, blocking.rows)) {
    tiles.set(
      rows,
      emitTileFunction(module, context, { rows, pitch: blocking.rows, manyBlocks: blocking.manyBlocks }),
    );
  }

  const memory = workspaceLayout(blocking, type, rowPacker.workspaceBytes, columnPacker.workspaceBytes);
  const rectangle = emitBlockedProduct(module, context, { blocking, memory, rowPacker, columnPacker, tiles });
  const splitRows = splitsRows(greatestCount(rowExtents), greatestCount(columnExtents), blocking);
  return {
    rectangle,
    splits: splitRows ? 'rows' : 'columns',
    unitSize: splitRows ? blocking.rows : blocking.columns,
    coarse: true,
    workspaceBytes: memory.bytes,
  };
}

/** The heights of tile that the row count can leave: the full one, and the rest. */
export function tileHeights(extents: readonly Extent[], rows: number): number[] {
  if (extents.some((extent) => typeof extent !== 'number'))
    return Array.from({ length: rows }, (_, i) => rows - i);
  const count = greatestCount(extents);
  const heights = count >= rows ? [rows] : [];
  if (count % rows !== 0) heights.push(count % rows);
  return heights;
}
