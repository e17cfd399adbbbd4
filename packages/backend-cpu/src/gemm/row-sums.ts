/**
 * A product of few rows whose b has its columns as neighbours in memory: the rows of b, each times an element
 * of a, are added to rows of results that stay in the first cache. Nothing is packed, and b is read once, a
 * few of its rows side by side from end to end, the way that memory is fastest.
 */

import type { MathContext } from '../math/index.ts';
import { call, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { Expr, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount } from './axes.ts';
import { directOperand } from './direct-operand.ts';
import type { DirectOperand, MatrixStrides } from './direct-operand.ts';
import type { LaneType } from './lane-type.ts';
import { lanePointers } from './panel.ts';
import type { Product, ProductContext } from './product-context.ts';

/** Columns per unit of work. */
const UNIT = 64;
/** Bytes of results that are worked on at a time. */
const RESULT_BYTES = 16384;

/** Computes ranges of columns, always for all rows. */
export function emitRowSums(
  module: ModuleBuilder,
  context: ProductContext,
  rowStrides: MatrixStrides,
  columnStrides: MatrixStrides,
): Product {
  const { spec, sides, type, finish } = context;
  const code = module.func(`${spec.name}_rows`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, , firstColumn, endColumn] = code.params;
  const m: MathContext = { module, code, relaxed: spec.relaxed };
  const rows = greatestCount(sides.rowExtents);
  const a = directOperand(code, spec, sides.rowSource, rowStrides, args, batch);
  const b = directOperand(code, spec, sides.columnSource, columnStrides, args, batch);
  const count = code.let(countOf(spec.k, args));
  const results = code.let(spec.workspace(args));
  const block = Math.floor(RESULT_BYTES / type.bytes / rows / UNIT) * UNIT;
  const pitch = block * type.bytes;

  const column = code.let(firstColumn);
  code.countedLoop(column, endColumn, block, () => {
    const left = code.let(i32.sub(endColumn, column));
    const columns = code.let(lesser(left, block));
    code.emit(memory.fill(results, 0, rows * pitch));
    const aPointer = code.let(a.base);
    const bPointer = code.let(i32.add(b.base, i32.mul(column, b.outerBytes)));
    const k = code.let(i32.const(0));
    const sums: RowSums = { type, a, aPointer, b, bPointer, rows, results, pitch, columns };
    const atOnce = stepsAtOnce(rows);
    const end = code.let(i32.sub(count, atOnce - 1));
    code.countedLoop(k, end, atOnce, () => emitSteps(m, sums, atOnce));
    if (atOnce > 1) code.countedLoop(k, count, 1, () => emitSteps(m, sums, 1));
    code.emit(call(finish, args, results, pitch, batch, firstRow, column, rows, columns));
  });
  return { rectangle: code, splits: 'columns', unitSize: UNIT, workspaceBytes: rows * pitch };
}

/** Steps of k at once, so that an element of a per row and step, and a few vectors, fit the registers. */
function stepsAtOnce(rows: number): number {
  return [8, 4, 3, 2, 2, 1][rows - 1];
}

interface RowSums {
  readonly type: LaneType;
  readonly a: DirectOperand;
  readonly aPointer: Local<'i32'>;
  readonly b: DirectOperand;
  readonly bPointer: Local<'i32'>;
  readonly rows: number;
  readonly results: Local<'i32'>;
  readonly pitch: number;
  readonly columns: Local<'i32'>;
}

/** Adds some rows of b to all results, and moves both operands on. */
function emitSteps(m: MathContext, sums: RowSums, steps: number): void {
  const { code } = m;
  const { type, a, aPointer, b, bPointer, rows, results, pitch, columns } = sums;
  const stepIndices = Array.from({ length: steps }, (_, step) => step);
  const rowIndices = Array.from({ length: rows }, (_, row) => row);
  const factors = rowIndices.map((row) =>
    stepIndices.map((step) =>
      code.let(a.reader.loadSplat(m, i32.add(aPointer, row * a.outerBytes + step * a.kBytes))),
    ),
  );
  const pointers = stepIndices.map((step) => code.let(i32.add(bPointer, step * b.kBytes)));
  const result = code.let(results);
  const add = (vectors: readonly Expr<'v128'>[]): void => {
    const loaded = vectors.map((vector) => code.let(vector));
    for (const row of rowIndices) {
      const sum = loaded.reduce<Expr<'v128'>>(
        (total, vector, step) => type.multiplyAdd(factors[row][step], vector, total, m.relaxed),
        v128.load(result, row * pitch),
      );
      code.emit(v128.store(result, sum, row * pitch));
    }
  };

  const end = code.let(i32.add(results, i32.mul(i32.and(columns, -type.lanes), type.bytes)));
  code.countedLoop(result, end, 16, () => {
    add(pointers.map((pointer) => b.reader.loadVector(m, pointer)));
    for (const pointer of pointers) code.increment(pointer, type.lanes * b.reader.bytes);
  });
  // The last columns are read one by one; lanes beyond them are computed and never used.
  const left = code.let(i32.and(columns, type.lanes - 1));
  code.if(left, () => {
    const vectors = pointers.map((pointer) => {
      const bits = code.let(code.constants.i32x4(0));
      lanePointers(code, pointer, type.lanes, b.reader.bytes, left).forEach((lanePointer, lane) => {
        code.set(bits, b.reader.gatherLane(lanePointer, bits, lane));
      });
      return b.reader.convert(m, bits);
    });
    add(vectors);
  });
  code.increment(aPointer, steps * a.kBytes);
  code.increment(bPointer, steps * b.kBytes);
}
