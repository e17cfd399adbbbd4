/**
 * A product of few rows whose columns have k as neighbours in memory: results are dot products of vectors along k.
 * Of up to three rows the first reads columns one after another from end to end, the order in which memory is fastest;
 * the others find them in the cache. The few rows are brought into the form of b's first where they lie otherwise.
 */

import type { MathContext } from '../math/index.ts';
import { i32, lesser, v128 } from '../wasm/index.ts';
import type { Expr, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount } from './axes.ts';
import { directOperand } from './direct-operand.ts';
import type { MatrixStrides } from './direct-operand.ts';
import { readers } from './element-reader.ts';
import type { ElementReader } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import { lanePointers } from './panel.ts';
import type { Product, ProductContext } from './product-context.ts';
import { emitTileEnd, runLocal, staysInRun } from './tile-store.ts';

/** Vectors in which the first row's dot product is accumulated, and further rows that take all columns at once. */
const ACCUMULATORS = 4;
const ROWS_AT_ONCE = 2;
/** From so many rows on arithmetic takes longer than reading. */
const MANY_ROWS = 4;
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
  const { lanes } = type;
  const code = module.func(`${spec.name}_dots`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, , firstColumn, endColumn] = code.params;
  const m: MathContext = { module, code, relaxed: spec.relaxed };
  const rows = greatestCount(sides.rowExtents);
  const source = directOperand(code, spec, sides.rowSource, rowStrides, args, batch);
  const b = directOperand(code, spec, sides.columnSource, columnStrides, args, batch);
  const count = code.let(countOf(spec.k, args));
  const scratch = code.let(spec.workspace(args));
  const run = runLocal(code, layout, args);

  const streams = rows < MANY_ROWS;
  const plain = readers[spec.compute];
  const sumBytes = 16 * lanes + 16;
  const staged = rowStrides.k !== 1 || source.reader !== plain;
  const edge = code.let(i32.add(scratch, 16 * lanes));
  const pitch = Math.ceil((greatestCount(spec.k) * type.bytes) / 16) * 16;
  const a = staged
    ? { base: code.let(i32.add(scratch, sumBytes)), outerBytes: pitch }
    : { base: source.base, outerBytes: source.outerBytes };
  if (staged) {
    for (let row = 0; row < rows; row++) {
      const from = code.let(i32.add(source.base, row * source.outerBytes));
      const to = code.let(i32.add(a.base, row * pitch));
      const k = code.let(i32.const(0));
      code.countedLoop(k, count, 1, () => {
        code.emit(type.storeLane(to, code.let(source.reader.loadSplat(m, from)), 0));
        code.increment(from, source.kBytes);
        code.increment(to, type.bytes);
      });
    }
  }

  // The rest of k goes one by one: lane 0 counts, the others are cleared.
  const firstLane = code.constants.bytes(
    Uint8Array.from({ length: 16 }, (_, i) => (i < type.bytes ? 255 : 0)),
  );
  const vector: Load = (reader, pointer, count) => reader.loadVectors(m, pointer, count);
  const single: Load = (reader, pointer) => [v128.and(reader.loadSplat(m, pointer), firstLane)];

  /** Adds the products of columns with some rows to `sums`, by row and column, as vectors whose lanes are still to be added. */
  const dots = (columns: readonly Local<'i32'>[], first: number, sums: readonly Sums[]): void => {
    const rowPointers = sums.map((_, r) => code.let(i32.add(a.base, (first + r) * a.outerBytes)));
    const accumulate = (steps: number, vectors: number, load: Load): void => {
      const loaded = columns.map((pointer) => load(b.reader, pointer, vectors));
      const values = rowPointers.map((pointer) => load(plain, pointer, vectors));
      for (let v = 0; v < vectors; v++) {
        const row = values.map((list) => code.let(list[v]));
        loaded.forEach((list, c) => {
          const column = code.let(list[v]);
          row.forEach((value, r) => {
            const sum = sums[r][c * vectors + v];
            code.set(sum, type.multiplyAdd(value, column, sum, spec.relaxed));
          });
        });
      }
      for (const pointer of rowPointers) code.increment(pointer, steps * type.bytes);
      for (const pointer of columns) code.increment(pointer, steps * b.kBytes);
    };
    const k = code.let(i32.const(0));
    const atOnce = sums[0].length / columns.length;
    if (atOnce > 1) {
      const steps = atOnce * lanes;
      code.countedLoop(k, i32.sub(count, steps - 1), steps, () => accumulate(steps, atOnce, vector));
    }
    code.countedLoop(k, i32.sub(count, lanes - 1), lanes, () => accumulate(lanes, 1, vector));
    code.countedLoop(k, count, 1, () => accumulate(1, 1, single));
  };
  const zeros = (length: number): Sums => Array.from({ length }, () => code.let(code.constants.i32x4(0)));

  const column = code.let(firstColumn);
  code.countedLoop(column, endColumn, lanes, () => {
    const left = code.let(i32.sub(endColumn, column));
    const valid = code.let(lesser(left, lanes));
    const whole = i32.and(i32.eq(valid, lanes), staysInRun(column, lanes, run));
    const start = code.let(i32.add(b.base, i32.mul(column, b.outerBytes)));
    /** Lane c of the result is the sum over the lanes of column c. */
    const finishRow = (row: number, columns: Sums): void => {
      const tile = [[code.let(addUp(type, type.transpose(code, columns)))]];
      const corner = { args, batch, row: code.let(i32.add(firstRow, row)), column };
      emitTileEnd(code, type, layout, tile, corner, { whole, validColumns: valid, scratch: edge, finish });
    };

    // A first row that goes one column after another.
    if (streams) {
      const pointer = code.let(start);
      const target = code.let(scratch);
      code.countedLoop(target, code.let(i32.add(scratch, i32.mul(valid, 16))), 16, () => {
        const sums = zeros(ACCUMULATORS);
        const at = code.let(pointer);
        dots([at], 0, [sums]);
        code.emit(v128.store(target, addUp(type, sums)));
        code.increment(pointer, b.outerBytes);
      });
      finishRow(
        0,
        Array.from({ length: lanes }, (_, c) => code.let(v128.load(scratch, 16 * c))),
      );
    }
    for (let row = streams ? 1 : 0; row < rows; row += ROWS_AT_ONCE) {
      const sums = Array.from({ length: Math.min(ROWS_AT_ONCE, rows - row) }, () => zeros(lanes));
      dots(lanePointers(code, start, lanes, b.outerBytes, valid), row, sums);
      sums.forEach((columns, r) => finishRow(row + r, columns));
    }
  });
  const workspaceBytes = sumBytes + (staged ? rows * pitch : 0);
  return { rectangle: code, splits: 'columns', unitSize: UNIT, coarse: false, workspaceBytes };
}

type Sums = readonly Local<'v128'>[];
type Load = (reader: ElementReader, pointer: Local<'i32'>, count: number) => readonly Expr<'v128'>[];

function addUp(type: LaneType, parts: Sums): Expr<'v128'> {
  const [first, ...rest] = parts;
  return rest.reduce<Expr<'v128'>>((total, part) => type.add(total, part), first);
}
