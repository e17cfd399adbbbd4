/**
 * A product of few rows whose operands both have k as neighbours in memory: results are dot products of
 * vectors along k, of two rows with a vector of columns at a time. Nothing is packed; b is read once or a few
 * times from the first cache.
 */

import type { MathContext } from '../math/index.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { Expr, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount } from './axes.ts';
import { directOperand } from './direct-operand.ts';
import type { DirectOperand, MatrixStrides } from './direct-operand.ts';
import type { ElementReader } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import { lanePointers } from './panel.ts';
import type { Product, ProductContext } from './product-context.ts';
import { allocateTile } from './tile-kernel.ts';
import type { Tile } from './tile-kernel.ts';
import { emitTileEnd, runLocal, staysInRun } from './tile-store.ts';

/** Rows whose dot products are accumulated at once. */
const ROWS_AT_ONCE = 2;
/** Columns per unit of work. */
const UNIT = 32;

/** Computes ranges of columns, always for all rows. */
export function emitDotProduct(
  module: ModuleBuilder,
  context: ProductContext,
  rowStrides: MatrixStrides,
  columnStrides: MatrixStrides,
): Product {
  const { spec, sides, type, layout, finish } = context;
  const code = module.func(`${spec.name}_dots`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, , firstColumn, endColumn] = code.params;
  const m: MathContext = { module, code, relaxed: spec.relaxed };
  const rows = greatestCount(sides.rowExtents);
  const a = directOperand(code, spec, sides.rowSource, rowStrides, args, batch);
  const b = directOperand(code, spec, sides.columnSource, columnStrides, args, batch);
  const count = code.let(countOf(spec.k, args));
  const scratch = code.let(spec.workspace(args));
  const run = runLocal(code, layout, args);
  const column = code.let(firstColumn);

  const columns = (valid: Local<'i32'> | undefined): void => {
    for (let row = 0; row < rows; row += ROWS_AT_ONCE) {
      const tile = allocateTile(code, Math.min(ROWS_AT_ONCE, rows - row), 1);
      const first = code.let(i32.add(b.base, i32.mul(column, b.outerBytes)));
      const pointers = lanePointers(code, first, type.lanes, b.outerBytes, valid);
      emitDots(m, type, tile, { a, row, b, pointers }, count);
      const corner = { args, batch, row: code.let(i32.add(firstRow, row)), column };
      const whole = valid === undefined ? staysInRun(column, type.lanes, run) : i32.const(0);
      const validColumns = valid ?? i32.const(type.lanes);
      emitTileEnd(code, type, layout, tile, corner, { whole, validColumns, scratch, finish });
    }
  };
  code.countedLoop(column, i32.sub(endColumn, type.lanes - 1), type.lanes, () => columns(undefined));
  const left = code.let(i32.sub(endColumn, column));
  code.if(i32.gt_s(left, 0), () => columns(left));
  return { rectangle: code, splits: 'columns', unitSize: UNIT, workspaceBytes: 16 * ROWS_AT_ONCE };
}

interface DotOperands {
  readonly a: DirectOperand;
  /** The first row of the tile. */
  readonly row: number;
  readonly b: DirectOperand;
  /** The columns at k = 0; moved to the end. */
  readonly pointers: readonly Local<'i32'>[];
}

/** The dot products of a tile's rows with as many columns as a vector has lanes. */
function emitDots(
  m: MathContext,
  type: LaneType,
  tile: Tile,
  operands: DotOperands,
  count: Local<'i32'>,
): void {
  const { code } = m;
  const { a, row, b, pointers } = operands;
  const aPointers = tile.map((_, r) => code.let(i32.add(a.base, (row + r) * a.outerBytes)));
  const dots = tile.map(() => pointers.map(() => code.let(code.constants.i32x4(0))));
  const accumulate = (load: (reader: ElementReader, pointer: Local<'i32'>) => Expr<'v128'>): void => {
    const rows = aPointers.map((pointer) => code.let(load(a.reader, pointer)));
    pointers.forEach((pointer, c) => {
      const column = code.let(load(b.reader, pointer));
      rows.forEach((values, r) =>
        code.set(dots[r][c], type.multiplyAdd(values, column, dots[r][c], m.relaxed)),
      );
    });
  };
  const advance = (steps: number): void => {
    for (const pointer of aPointers) code.increment(pointer, steps * a.kBytes);
    for (const pointer of pointers) code.increment(pointer, steps * b.kBytes);
  };

  const k = code.let(i32.const(0));
  code.countedLoop(k, i32.and(count, -type.lanes), type.lanes, () => {
    accumulate((reader, pointer) => reader.loadVector(m, pointer));
    advance(type.lanes);
  });
  // The rest one by one: lane 0 counts, the others are cleared.
  const firstLane = code.constants.bytes(
    Uint8Array.from({ length: 16 }, (_, i) => (i < type.bytes ? 255 : 0)),
  );
  code.countedLoop(k, count, 1, () => {
    accumulate((reader, pointer) => v128.and(reader.loadSplat(m, pointer), firstLane));
    advance(1);
  });
  // Lane c of the result is the sum over the lanes of column c.
  dots.forEach((columns, r) => {
    const [first, ...rest] = type.transpose(code, columns);
    const sum = rest.reduce<Expr<'v128'>>((total, part) => type.add(total, part), first);
    code.set(tile[r][0], sum);
  });
}
