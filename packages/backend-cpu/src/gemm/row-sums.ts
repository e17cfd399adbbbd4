/**
 * A product of few rows whose b has its columns as neighbours in memory: each row of b, times an element of a, is
 * added to rows of results that stay in the cache. Nothing is packed, and b is read once, one row after another from
 * end to end: a single stream is what memory is fastest at. So threads do not share rows of b between them; a large b
 * is cut into parts of k that depend on the sizes alone, and a second stage adds up the parts.
 */

import { tuning } from '../tuning.ts';
import { call, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount } from './axes.ts';
import { directOperand } from './direct-operand.ts';
import type { DirectOperand, MatrixStrides } from './direct-operand.ts';
import { readers } from './element-reader.ts';
import type { Product, ProductContext } from './product-context.ts';
import { emitRowPass } from './row-pass.ts';
import type { GemmSpec } from './spec.ts';

/** Columns per unit of work, where those are shared. */
const UNIT = 64;
/** Bytes of results that are worked on at a time: they stay in the second cache while rows of b run past them. */
const RESULT_BYTES = 196608;
/** Rows of b that are read once from memory and then used by all further rows of a. */
const STEPS = 4;
/** Apart, so that rows of results do not fall onto the same lines of the cache. */
const PADDING = 64;
/** Parts of k: the most there are, and the least k for each row, because their sums are read again. */
const MOST_PARTS = 16;
const PART_STEPS = 48;
/** Bytes of b that are read in a nanosecond. */
const SPEED = 25;

/** Computes ranges of columns for all rows, or, where b is large, parts of k for all rows and columns. */
export function emitRowSums(
  module: ModuleBuilder,
  context: ProductContext,
  rowStrides: MatrixStrides,
  columnStrides: MatrixStrides,
): Product {
  const { spec, sides, type, finish } = context;
  const rows = greatestCount(sides.rowExtents);
  const most = greatestCount(sides.columnExtents);
  const code = module.func(`${spec.name}_rows`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, , first, end] = code.params;
  const a = directOperand(code, spec, sides.rowSource, rowStrides, args, batch);
  const b = directOperand(code, spec, sides.columnSource, columnStrides, args, batch);
  const perRow = Math.floor(RESULT_BYTES / type.bytes / rows / UNIT) * UNIT;
  const block = Math.min(perRow, Math.ceil(most / UNIT) * UNIT);
  const blockPitch = block * type.bytes + PADDING;
  const workspace = code.let(spec.workspace(args));
  const sums = new RowSums(module, code, context, { a, b, rows, staging: blockPitch, workspace });

  const kPart = partOfK(context, most);
  if (kPart === undefined || spec.scratch === undefined) {
    const count = code.let(countOf(spec.k, args));
    const results = code.let(i32.add(workspace, sums.stagingBytes));
    const column = code.let(first);
    code.countedLoop(column, end, block, () => {
      const left = code.let(i32.sub(end, column));
      const columns = code.let(lesser(left, block));
      code.emit(memory.fill(results, 0, rows * blockPitch));
      sums.add(results, blockPitch, column, columns, i32.const(0), count);
      code.emit(call(finish, args, results, blockPitch, batch, firstRow, column, rows, columns));
    });
    const workspaceBytes = sums.stagingBytes + rows * blockPitch;
    return { rectangle: code, splits: 'columns', unitSize: UNIT, coarse: false, workspaceBytes };
  }

  const pitch = Math.ceil((most * type.bytes) / 64) * 64 + PADDING;
  const partBytes = rows * pitch;
  const parts = Math.ceil(greatestCount(spec.k) / kPart);
  const k = code.let(first);
  const partial = code.let(i32.add(spec.scratch.address(args), i32.mul(i32.div_u(first, kPart), partBytes)));
  code.countedLoop(k, end, kPart, () => {
    const left = code.let(i32.sub(end, k));
    const count = code.let(lesser(left, kPart));
    code.emit(memory.fill(partial, 0, partBytes));
    const column = code.let(i32.const(0));
    code.countedLoop(column, i32.const(most), block, () => {
      const width = code.let(i32.sub(most, column));
      const columns = code.let(lesser(width, block));
      const results = code.let(i32.add(partial, i32.mul(column, type.bytes)));
      sums.add(results, pitch, column, columns, k, count);
    });
    code.increment(partial, partBytes);
  });
  return {
    rectangle: code,
    splits: 'k',
    unitSize: kPart,
    coarse: false,
    workspaceBytes: sums.stagingBytes,
    scratchBytes: parts * partBytes,
    second: emitAddParts(module, context, { scratch: spec.scratch, rows, pitch, parts }),
  };
}

/** The length of a part of k, where the product is worth being done in parts. */
function partOfK({ spec, sides, type }: ProductContext, columns: number): number | undefined {
  const extents = [...spec.batch, ...spec.k, ...sides.columnExtents];
  if (greatestCount(spec.batch) > 1 || extents.some((extent) => typeof extent !== 'number')) return undefined;
  const count = greatestCount(spec.k);
  const rows = greatestCount(sides.rowExtents);
  const bytes = count * columns * readers[sides.columnSource.type].bytes;
  const worth = bytes / SPEED / tuning.part;
  const parts = Math.floor(Math.min(MOST_PARTS, worth, count / rows / PART_STEPS));
  return parts < 2 ? undefined : Math.ceil(count / parts / type.lanes) * type.lanes;
}

interface RowSumsOptions {
  readonly a: DirectOperand;
  readonly b: DirectOperand;
  readonly rows: number;
  /** Bytes from one staged row to the next. */
  readonly staging: number;
  readonly workspace: Local<'i32'>;
}

/** Emits the sums over a range of k for a block of columns. */
class RowSums {
  /** Rows of narrow elements are staged as they are converted, where several rows of a want them. */
  readonly stagingBytes: number;
  readonly #code: FunctionBuilder;
  readonly #options: RowSumsOptions;
  readonly #one: ReturnType<typeof emitRowPass>;
  readonly #several: ReturnType<typeof emitRowPass> | undefined;

  constructor(
    module: ModuleBuilder,
    code: FunctionBuilder,
    context: ProductContext,
    options: RowSumsOptions,
  ) {
    const { spec, sides, type } = context;
    const { a, b, rows, staging } = options;
    const plain = readers[spec.compute];
    const staged = rows > 1 && b.reader !== plain;
    this.stagingBytes = staged ? STEPS * staging : 0;
    this.#code = code;
    this.#options = options;
    const whole = sides.columnExtents.every((extent) => typeof extent === 'number');
    const tail = !whole || greatestCount(sides.columnExtents) % type.lanes !== 0;
    const shared = { type, relaxed: spec.relaxed, tail, a: a.reader, aBytes: a.kBytes };
    const name = `${spec.name}_pass`;
    const source = { b: b.reader, bBytes: b.kBytes };
    this.#one = emitRowPass(module, { ...shared, ...source, name, steps: 1, stages: staged });
    if (rows > 1) {
      const again = staged ? { b: plain, bBytes: staging, tail: false } : source;
      this.#several = emitRowPass(module, {
        ...shared,
        ...again,
        name: `${name}es`,
        steps: STEPS,
        stages: false,
        padded: staged,
      });
    }
  }

  /** Adds `count` steps of k from `k` to all rows of `results`. */
  add(
    results: Local<'i32'>,
    pitch: number,
    column: Local<'i32'>,
    columns: Local<'i32'>,
    firstK: Expr<'i32'>,
    count: Local<'i32'>,
  ): void {
    const code = this.#code;
    const { a, b, rows, workspace, staging } = this.#options;
    const start = code.let(firstK);
    const aAt = code.let(i32.add(a.base, i32.mul(start, a.kBytes)));
    const bAt = code.let(i32.add(b.base, i32.add(i32.mul(column, b.outerBytes), i32.mul(start, b.kBytes))));
    const k = code.let(i32.const(0));
    const advance = (steps: number): void => {
      code.increment(aAt, steps * a.kBytes);
      code.increment(bAt, steps * b.kBytes);
    };
    const several = this.#several;
    if (several !== undefined) {
      const bAgain = this.stagingBytes > 0 ? workspace : bAt;
      code.countedLoop(k, i32.sub(count, STEPS - 1), STEPS, () => {
        for (let step = 0; step < STEPS; step++) {
          const [bStep, aStep] = [i32.add(bAt, step * b.kBytes), i32.add(aAt, step * a.kBytes)];
          code.emit(call(this.#one, results, columns, bStep, aStep, i32.add(workspace, step * staging)));
        }
        for (let row = 1; row < rows; row++) {
          const aRow = i32.add(aAt, row * a.outerBytes);
          code.emit(call(several, i32.add(results, row * pitch), columns, bAgain, aRow, workspace));
        }
        advance(STEPS);
      });
    }
    code.countedLoop(k, count, 1, () => {
      for (let row = 0; row < rows; row++) {
        const aRow = i32.add(aAt, row * a.outerBytes);
        code.emit(call(this.#one, i32.add(results, row * pitch), columns, bAt, aRow, workspace));
      }
      advance(1);
    });
  }
}

interface Parts {
  readonly scratch: NonNullable<GemmSpec['scratch']>;
  readonly rows: number;
  /** Bytes from one row of a part to the next; parts lie one behind the other. */
  readonly pitch: number;
  readonly parts: number;
}

/** The second stage: adds the parts up, and finishes the results. */
function emitAddParts(
  module: ModuleBuilder,
  { spec, type, finish }: ProductContext,
  { scratch, rows, pitch, parts }: Parts,
): Product {
  const code = module.func(`${spec.name}_parts`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, , firstColumn, endColumn] = code.params;
  const first = code.let(i32.add(scratch.address(args), i32.mul(firstColumn, type.bytes)));
  const width = code.let(i32.sub(endColumn, firstColumn));
  const row = code.let(first);
  for (let r = 0; r < rows; r++) {
    const at = code.let(row);
    const end = code.let(i32.add(at, i32.mul(width, type.bytes)));
    code.countedLoop(at, end, 16, () => {
      let sum: Expr<'v128'> = v128.load(at);
      for (let part = 1; part < parts; part++) sum = type.add(sum, v128.load(at, part * rows * pitch));
      code.emit(v128.store(at, sum));
    });
    code.increment(row, pitch);
  }
  code.emit(call(finish, args, first, pitch, batch, firstRow, firstColumn, rows, width));
  return { rectangle: code, splits: 'columns', unitSize: UNIT, coarse: false, workspaceBytes: 0 };
}
