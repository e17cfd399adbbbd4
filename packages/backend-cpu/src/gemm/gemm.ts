/**
 * A matrix product as generated code: chooses which of m and n runs along the rows of a tile, the blocks and
 * the parts into which threads may split the work, and puts the functions together.
 */

import { call, i32, select } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import { countOf, greatestCount, mergeAxes } from './axes.ts';
import { emitBlockedProduct, workspaceLayout } from './blocked-product.ts';
import type { BlockedProduct } from './blocked-product.ts';
import { chooseBlocking } from './blocking.ts';
import type { Blocking } from './blocking.ts';
import { float32Lanes, float64Lanes } from './lane-type.ts';
import { operandPacker } from './operand-packer.ts';
import type { Extent, GemmSpec } from './spec.ts';
import { emitTileFunction } from './tile-function.ts';
import type { TileFunction } from './tile-function.ts';
import { columnRun, emitFinishTile, outputLayout } from './tile-store.ts';

/** The product as functions of a module. */
export interface Gemm {
  /**
   * (args, begin, end): computes the units [begin, end). Units are independent of each other, and their
   * results do not depend on how they are grouped.
   */
  readonly run: FunctionRef<readonly ['i32', 'i32', 'i32'], 'void'>;
  /** How many units there are, given the value of every extent. */
  units(valueOf: (extent: Extent) => number): number;
  /** Memory that each thread needs, aligned to 16 bytes. */
  readonly workspaceBytes: number;
}

export function emitGemm(module: ModuleBuilder, spec: GemmSpec): Gemm {
  const type = spec.compute === 'float32' ? float32Lanes : float64Lanes;
  const rowsAre = chooseRows(spec);
  const [rowExtents, columnExtents] = rowsAre === 'm' ? [spec.m, spec.n] : [spec.n, spec.m];
  const [rowSource, columnSource] = rowsAre === 'm' ? [spec.a, spec.b] : [spec.b, spec.a];
  const blocking = chooseBlocking(spec, type, rowsAre);

  const operand = { type, relaxed: spec.relaxed, batch: spec.batch, k: spec.k, kBlock: blocking.kBlock };
  const rowPacker = operandPacker(module, {
    ...operand,
    name: `${spec.name}_pack_rows`,
    source: rowSource,
    outer: rowExtents,
    width: blocking.rows,
    laneBlock: blocking.rowBlock,
  });
  const columnPacker = operandPacker(module, {
    ...operand,
    name: `${spec.name}_pack_columns`,
    source: columnSource,
    outer: columnExtents,
    width: blocking.columns,
    laneBlock: blocking.columnBlock,
  });

  const output = outputLayout(spec.epilogue, spec, rowsAre);
  const finish = emitFinishTile(module, `${spec.name}_finish`, type, output);
  const tiles = new Map<number, TileFunction>();
  for (const rows of tileHeights(rowExtents, blocking.rows)) {
    const tile = emitTileFunction(module, {
      name: `${spec.name}_tile${rows}`,
      type,
      relaxed: spec.relaxed,
      layout: output,
      rows,
      pitch: blocking.rows,
      manyBlocks: blocking.manyBlocks,
      finish,
    });
    tiles.set(rows, tile);
  }

  const layout = workspaceLayout(blocking, type, rowPacker.workspaceBytes, columnPacker.workspaceBytes);
  const product = emitBlockedProduct(module, {
    name: `${spec.name}_blocks`,
    type,
    blocking,
    workspace: spec.workspace,
    layout,
    k: spec.k,
    rowPacker,
    columnPacker,
    columnRun: columnRun(output),
    tiles,
  });

  const splitRows = greatestCount(rowExtents) >= greatestCount(columnExtents);
  const unitSize = splitRows ? blocking.rows : blocking.columns;
  const splitExtents = splitRows ? rowExtents : columnExtents;
  const run = emitRun(module, spec, { product, blocking, rowExtents, columnExtents, splitRows });
  return {
    run,
    units(valueOf) {
      const count = (extents: readonly Extent[]): number =>
        extents.reduce((total: number, extent) => total * valueOf(extent), 1);
      return count(spec.batch) * Math.ceil(count(splitExtents) / unitSize);
    },
    workspaceBytes: layout.bytes,
  };
}

/** Vectors of a tile lie along columns: they should be the axis along which results are neighbours in memory. */
function chooseRows(spec: GemmSpec): 'm' | 'n' {
  const written = spec.epilogue.operands.filter((operand) => operand.written);
  const contiguous = (side: 'm' | 'n'): number =>
    written.filter((operand) => {
      const innermost = mergeAxes(spec[side], [operand[side]]).at(-1);
      return innermost !== undefined && innermost.steps[0] === 1;
    }).length;
  return contiguous('m') > contiguous('n') ? 'n' : 'm';
}

/** The heights of tile that the row count can leave: the full one, and the rest. */
function tileHeights(extents: readonly Extent[], rows: number): number[] {
  if (extents.some((extent) => typeof extent !== 'number'))
    return Array.from({ length: rows }, (_, i) => rows - i);
  const count = greatestCount(extents);
  const heights = count >= rows ? [rows] : [];
  if (count % rows !== 0) heights.push(count % rows);
  return heights;
}

interface RunOptions {
  readonly product: BlockedProduct;
  readonly blocking: Blocking;
  readonly rowExtents: readonly Extent[];
  readonly columnExtents: readonly Extent[];
  /** Units are panels of rows; else panels of columns. */
  readonly splitRows: boolean;
}

/** The entry: units are numbered batch by batch, and within a batch panel by panel. */
function emitRun(module: ModuleBuilder, spec: GemmSpec, options: RunOptions): Gemm['run'] {
  const { product, blocking, splitRows } = options;
  const code = module.func(spec.name, { params: ['i32', 'i32', 'i32'], export: true });
  const [args, begin, end] = code.params;
  const rowCount = code.let(countOf(options.rowExtents, args));
  const columnCount = code.let(countOf(options.columnExtents, args));
  const [size, total] = splitRows ? [blocking.rows, rowCount] : [blocking.columns, columnCount];
  const perBatch = code.let(i32.div_u(i32.add(total, size - 1), size));
  const unit = code.let(begin);
  code.block((done) => {
    code.loop((next) => {
      code.brIf(done, i32.ge_s(unit, end));
      const batch = code.let(i32.div_u(unit, perBatch));
      const first = code.let(i32.sub(unit, i32.mul(batch, perBatch)));
      const left = code.let(i32.sub(end, unit));
      const available = code.let(i32.sub(perBatch, first));
      const panels = code.let(select(left, available, i32.lt_s(left, available)));
      const from = code.let(i32.mul(first, size));
      const to = code.let(i32.mul(i32.add(first, panels), size));
      code.if(i32.gt_s(to, total), () => code.set(to, total));
      const zero = code.let(i32.const(0));
      const rectangle = splitRows
        ? ([from, to, zero, columnCount] as const)
        : ([zero, rowCount, from, to] as const);
      code.emit(call(product, args, batch, ...rectangle));
      code.increment(unit, panels);
      code.br(next);
    });
  });
  return code;
}
