/**
 * A small product whose b has its columns as neighbours in memory: both operands stay in the first cache wherever they
 * lie, so tiles read them there, and nothing is packed.
 */

import { call, i32, lesser } from '../wasm/index.ts';
import type { FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount } from './axes.ts';
import { balancedTile, splitsRows } from './blocking.ts';
import { directOperand } from './direct-operand.ts';
import type { MatrixStrides } from './direct-operand.ts';
import { tileHeights } from './packed-product.ts';
import type { Product, ProductContext, Sides } from './product-context.ts';
import type { GemmSpec } from './spec.ts';
import { allocateTile, emitTileLoop, tileRows, tileVectors } from './tile-kernel.ts';
import { emitTileEnd, runLocal, staysInRun } from './tile-store.ts';

/** Bytes of b that stay in the first cache beside a row of tiles of a, if its rows are not far apart. */
const MOST_BYTES = 36864;
const MOST_PITCH = 512;

/** Whether a product is of this kind: plain numbers, whole tiles of columns, stored as they are read. */
export function isSmallProduct(
  spec: GemmSpec,
  { rowsAre, columnExtents, rowSource, columnSource }: Sides,
  rows: MatrixStrides,
  columns: MatrixStrides,
): boolean {
  const lanes = spec.compute === 'float32' ? 4 : 2;
  const written = spec.epilogue.operands.filter((operand) => operand.written);
  const width = greatestCount(columnExtents);
  const bytes = 16 / lanes;
  return (
    rowSource.type === spec.compute &&
    columnSource.type === spec.compute &&
    rows.k !== 0 &&
    columns.outer === 1 &&
    written.every((operand) => operand[rowsAre === 'm' ? 'n' : 'm'].at(-1) === 1) &&
    [...spec.k, ...columnExtents].every((extent) => typeof extent === 'number') &&
    width % (lanes * tileVectors(spec.paired)) === 0 &&
    columns.k * bytes <= MOST_PITCH &&
    columns.k * greatestCount(spec.k) * bytes <= MOST_BYTES
  );
}

/** (args, a, b, count of k, batch, row, column, workspace). A count that the engine knew would cost it the registers. */
type Tile = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

/** Computes rectangles of whole tiles of columns. */
export function emitSmallProduct(
  module: ModuleBuilder,
  context: ProductContext,
  rowStrides: MatrixStrides,
  columnStrides: MatrixStrides,
): Product {
  const { spec, sides, type } = context;
  const vectors = tileVectors(spec.paired);
  const rowCount = greatestCount(sides.rowExtents);
  const rows = balancedTile(rowCount, tileRows(spec.relaxed));
  const columns = vectors * type.lanes;
  const code = module.func(`${spec.name}_small`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, endRow, firstColumn, endColumn] = code.params;
  const a = directOperand(code, spec, sides.rowSource, rowStrides, args, batch);
  const b = directOperand(code, spec, sides.columnSource, columnStrides, args, batch);
  const workspace = code.let(spec.workspace(args));
  const count = code.let(countOf(spec.k, args));
  const tiles = tileHeights(sides.rowExtents, rows).map((height): [number, Tile] => [
    height,
    emitTile(module, context, height, vectors, rowStrides, columnStrides),
  ]);

  const column = code.let(firstColumn);
  code.countedLoop(column, endColumn, columns, () => {
    const bAt = code.let(i32.add(b.base, i32.mul(column, b.outerBytes)));
    const row = code.let(firstRow);
    code.countedLoop(row, endRow, rows, () => {
      const aAt = code.let(i32.add(a.base, i32.mul(row, a.outerBytes)));
      const left = code.let(i32.sub(endRow, row));
      const valid = code.let(lesser(left, rows));
      for (const [height, tile] of tiles) {
        code.if(i32.eq(valid, height), () =>
          code.emit(call(tile, args, aAt, bAt, count, batch, row, column, workspace)),
        );
      }
    });
  });
  const splitRows = splitsRows(rowCount, greatestCount(sides.columnExtents), { rows, columns });
  return {
    rectangle: code,
    splits: splitRows ? 'rows' : 'columns',
    unitSize: splitRows ? rows : columns,
    coarse: true,
    workspaceBytes: 16 * vectors * rows,
  };
}

function emitTile(
  module: ModuleBuilder,
  { spec, type, layout, finish }: ProductContext,
  height: number,
  vectors: number,
  rowStrides: MatrixStrides,
  columnStrides: MatrixStrides,
): Tile {
  const code = module.func(`${spec.name}_tile${height}`, {
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  });
  const [args, a, b, count, batch, row, column, scratch] = code.params;
  const tile = allocateTile(code, height, vectors);
  const [bPitch, aPitch] = [columnStrides.k * type.bytes, rowStrides.outer * type.bytes];
  emitTileLoop(code, type, spec.relaxed, tile, rowStrides.k, a, b, count, bPitch, aPitch);
  const columns = vectors * type.lanes;
  const whole = staysInRun(column, columns, runLocal(code, layout, args));
  const corner = { args, batch, row, column };
  const validColumns: Local<'i32'> = code.let(i32.const(columns));
  emitTileEnd(code, type, layout, tile, corner, { whole, validColumns, scratch, finish });
  return code;
}
