/**
 * Products with few rows, straight from the operands: packing would cost more than it saves, and the time is
 * that of reading b once. Where b's columns are neighbours in memory, every k adds a row of b to vectors of
 * results; where its k are neighbours, results are dot products, a vector of columns at a time.
 */

import type { MathContext } from '../math/index.ts';
import { i32 } from '../wasm/index.ts';
import type { ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount, mergeAxes } from './axes.ts';
import { emitColumnSums, emitDotProducts } from './direct-tile.ts';
import type { DirectOperand, DirectTile } from './direct-tile.ts';
import { readers } from './element-reader.ts';
import { operandBase } from './packer.ts';
import type { Product, ProductContext, Sides } from './product-context.ts';
import type { Extent, Source } from './spec.ts';
import { allocateTile, tileRows } from './tile-kernel.ts';
import { emitTileEnd, runLocal, staysInRun } from './tile-store.ts';

export type DirectForm = 'columns' | 'dots';

/** Columns per unit of work: a multiple of the columns of every tile here. */
const UNIT = 48;

/** The form in which a product can go without packing, if it is one of few rows and plain strides. */
export function directForm(sides: Sides, k: readonly Extent[], relaxed: boolean): DirectForm | undefined {
  const { rowExtents, rowSource, columnExtents, columnSource } = sides;
  if (rowExtents.some((extent) => typeof extent !== 'number')) return undefined;
  const rows = greatestCount(rowExtents);
  const row = strides(rowSource, rowExtents, k);
  const column = strides(columnSource, columnExtents, k);
  if (rows > tileRows(relaxed) || row === undefined || column === undefined) return undefined;
  if (column.outer === 1) return 'columns';
  return column.k === 1 && row.k === 1 ? 'dots' : undefined;
}

/** The element strides of an operand that is a plain matrix. */
function strides(
  source: Source,
  outer: readonly Extent[],
  k: readonly Extent[],
): { readonly outer: number; readonly k: number } | undefined {
  const outerAxes = mergeAxes(outer, [source.outer]);
  const kAxes = mergeAxes(k, [source.k]);
  if (source.guards.length > 0 || outerAxes.length > 1 || kAxes.length > 1) return undefined;
  // A single index has any stride.
  return { outer: outerAxes[0]?.steps[0] ?? 1, k: kAxes[0]?.steps[0] ?? 1 };
}

/** Vectors of columns beside `rows` accumulators each, so that all fit the registers. */
function tileVectors(form: DirectForm, rows: number): number {
  return form === 'dots' ? 1 : [4, 4, 3, 2, 2, 2][rows - 1];
}

/** Computes ranges of columns, always for all rows. */
export function emitDirectProduct(module: ModuleBuilder, context: ProductContext, form: DirectForm): Product {
  const { spec, sides, type, layout, finish } = context;
  const code = module.func(`${spec.name}_direct`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, , firstColumn, endColumn] = code.params;
  const m: MathContext = { module, code, relaxed: spec.relaxed };
  const rows = greatestCount(sides.rowExtents);
  const vectors = tileVectors(form, rows);
  const operand = (source: Source, outer: readonly Extent[]): DirectOperand => {
    const reader = readers[source.type];
    const steps = strides(source, outer, spec.k);
    return {
      reader,
      base: operandBase(code, { source, batch: spec.batch }, args, batch),
      outerBytes: (steps?.outer ?? 0) * reader.bytes,
      kBytes: (steps?.k ?? 0) * reader.bytes,
    };
  };
  const a = operand(sides.rowSource, sides.rowExtents);
  const b = operand(sides.columnSource, sides.columnExtents);
  const count = code.let(countOf(spec.k, args));
  const scratch = code.let(spec.workspace(args));
  const run = runLocal(code, layout, args);

  const sums = form === 'columns' ? emitColumnSums : emitDotProducts;
  const rowsAtOnce = form === 'columns' ? rows : Math.min(rows, 2);

  const column = code.let(firstColumn);
  /** Tiles of some vectors while whole ones are left, or the last columns with a tile that is clipped. */
  const pass = (vectors: number, clipped: boolean): void => {
    const width = vectors * type.lanes;
    const left = code.let(i32.sub(endColumn, column));
    const step = (): void => {
      for (let row = 0; row < rows; row += rowsAtOnce) {
        const height = Math.min(rowsAtOnce, rows - row);
        const tile = allocateTile(code, height, vectors);
        const valid = clipped ? left : code.let(i32.const(width));
        const tileAt: DirectTile = { tile, row, column, valid: clipped ? left : undefined };
        sums(m, type, a, b, tileAt, count);
        const corner = { args, batch, row: code.let(i32.add(firstRow, row)), column };
        const whole = clipped ? i32.const(0) : staysInRun(column, width, run);
        emitTileEnd(code, type, layout, tile, corner, { whole, validColumns: valid, scratch, finish });
      }
    };
    if (clipped) {
      code.if(i32.gt_s(left, 0), step);
      return;
    }
    const end = code.let(i32.sub(endColumn, width - 1));
    code.countedLoop(column, end, width, step);
  };
  pass(vectors, false);
  if (vectors > 1) pass(1, false);
  pass(1, true);
  return { rectangle: code, splits: 'columns', unitSize: UNIT, workspaceBytes: 16 * rows * vectors };
}
