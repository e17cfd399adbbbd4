/**
 * A product of few rows whose columns have k as neighbours in memory: results are dot products of vectors along k.
 * Columns are read one after another from end to end, the order in which memory is fastest, each for up to three rows
 * at a time. The few rows are brought into the form of b's first where they lie otherwise.
 */

import type { MathContext } from '../math/index.ts';
import { i32, lesser, v128 } from '../wasm/index.ts';
import type { Expr, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount } from './axes.ts';
import { directOperand } from './direct-operand.ts';
import type { MatrixStrides } from './direct-operand.ts';
import { readers } from './element-reader.ts';
import type { ElementReader } from './element-reader.ts';
import type { Product, ProductContext } from './product-context.ts';
import { emitTileEnd, runLocal, staysInRun } from './tile-store.ts';

/** Rows whose dot products are accumulated at once, in so many vectors each. */
const ROWS_AT_ONCE = 3;
const ACCUMULATORS = 4;
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

  const plain = readers[spec.compute];
  const sumBytes = 16 * lanes * rows + 16;
  const staged = rowStrides.k !== 1 || source.reader !== plain;
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

  /** The products of one column with some rows, each as a vector whose lanes are still to be added. */
  const dots = (column: Local<'i32'>, first: number, height: number): Local<'v128'>[] => {
    const b0 = code.let(column);
    const pointers = Array.from({ length: height }, (_, r) =>
      code.let(i32.add(a.base, (first + r) * a.outerBytes)),
    );
    const sums = pointers.map(() =>
      Array.from({ length: ACCUMULATORS }, () => code.let(code.constants.i32x4(0))),
    );
    const accumulate = (steps: number, vectors: number, load: Load): void => {
      for (let v = 0; v < vectors; v++) {
        const offset = v * lanes;
        const values = code.let(load(b.reader, b0, offset * b.reader.bytes));
        pointers.forEach((pointer, r) => {
          const sum = type.multiplyAdd(values, load(plain, pointer, 16 * v), sums[r][v], spec.relaxed);
          code.set(sums[r][v], sum);
        });
      }
      for (const pointer of pointers) code.increment(pointer, steps * type.bytes);
      code.increment(b0, steps * b.kBytes);
    };
    const vector: Load = (reader, pointer, offset) => reader.loadVector(m, pointer, offset);
    const k = code.let(i32.const(0));
    const atOnce = lanes * ACCUMULATORS;
    code.countedLoop(k, i32.sub(count, atOnce - 1), atOnce, () => accumulate(atOnce, ACCUMULATORS, vector));
    code.countedLoop(k, i32.sub(count, lanes - 1), lanes, () => accumulate(lanes, 1, vector));
    // The rest one by one: lane 0 counts, the others are cleared.
    const firstLane = code.constants.bytes(
      Uint8Array.from({ length: 16 }, (_, i) => (i < type.bytes ? 255 : 0)),
    );
    code.countedLoop(k, count, 1, () => {
      accumulate(1, 1, (reader, pointer) => v128.and(reader.loadSplat(m, pointer), firstLane));
    });
    return sums.map((parts) =>
      code.let(parts.reduce<Expr<'v128'>>((total, part) => type.add(total, part), code.constants.i32x4(0))),
    );
  };

  const column = code.let(firstColumn);
  code.countedLoop(column, endColumn, lanes, () => {
    const left = code.let(i32.sub(endColumn, column));
    const valid = code.let(lesser(left, lanes));
    const pointer = code.let(i32.add(b.base, i32.mul(column, b.outerBytes)));
    const target = code.let(scratch);
    const end = code.let(i32.add(scratch, i32.mul(valid, 16)));
    code.countedLoop(target, end, 16, () => {
      for (let row = 0; row < rows; row += ROWS_AT_ONCE) {
        dots(pointer, row, Math.min(ROWS_AT_ONCE, rows - row)).forEach((sum, r) =>
          code.emit(v128.store(target, sum, 16 * lanes * (row + r))),
        );
      }
      code.increment(pointer, b.outerBytes);
    });
    const whole = i32.and(i32.eq(valid, lanes), staysInRun(column, lanes, run));
    for (let row = 0; row < rows; row++) {
      // Lane c of the result is the sum over the lanes of column c.
      const columns = Array.from({ length: lanes }, (_, c) =>
        code.let(v128.load(scratch, 16 * (lanes * row + c))),
      );
      const [first, ...rest] = type.transpose(code, columns);
      const sum = rest.reduce<Expr<'v128'>>((total, part) => type.add(total, part), first);
      const tile = [[code.let(sum)]];
      const corner = { args, batch, row: code.let(i32.add(firstRow, row)), column };
      const edge = {
        whole,
        validColumns: valid,
        scratch: code.let(i32.add(scratch, 16 * lanes * rows)),
        finish,
      };
      emitTileEnd(code, type, layout, tile, corner, edge);
    }
  });
  const workspaceBytes = sumBytes + (staged ? rows * pitch : 0);
  return { rectangle: code, splits: 'columns', unitSize: UNIT, workspaceBytes };
}

type Load = (reader: ElementReader, pointer: Local<'i32'>, offset: number) => Expr<'v128'>;
