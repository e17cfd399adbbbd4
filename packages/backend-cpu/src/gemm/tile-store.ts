/**
 * What happens to a finished tile: the epilogue runs over its vectors, at the addresses where they stand in
 * each of the epilogue's operands. Whole tiles are finished in registers; tiles at an edge, or across a
 * boundary where neighbouring columns are not neighbours in memory, are finished from a copy in memory,
 * vector by vector where possible and else lane by lane.
 */

import { call, i32, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { extentValue, mapAt, mergeAxes } from './axes.ts';
import type { Axis } from './axes.ts';
import type { LaneType } from './lane-type.ts';
import type { Epilogue, EpilogueOperand, EpiloguePosition, Extent } from './spec.ts';
import type { Tile } from './tile-kernel.ts';

/** The epilogue's operands over batch, rows and columns, each tuple merged as far as all operands allow. */
export interface OutputLayout {
  readonly epilogue: Epilogue;
  readonly operands: readonly EpilogueOperand[];
  readonly batch: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
}

/** `rowsAre` tells which of m and n runs along the rows of a tile. */
export function outputLayout(
  epilogue: Epilogue,
  extents: {
    readonly batch: readonly Extent[];
    readonly m: readonly Extent[];
    readonly n: readonly Extent[];
  },
  rowsAre: 'm' | 'n',
): OutputLayout {
  const { operands } = epilogue;
  const columnsAre = rowsAre === 'm' ? 'n' : 'm';
  return {
    epilogue,
    operands,
    batch: mergeAxes(
      extents.batch,
      operands.map((operand) => operand.batch),
    ),
    rows: mergeAxes(
      extents[rowsAre],
      operands.map((operand) => operand[rowsAre]),
    ),
    columns: mergeAxes(
      extents[columnsAre],
      operands.map((operand) => operand[columnsAre]),
    ),
  };
}

/** Columns after which the lanes of some operand jump; 0 where they never do. */
function columnRun(layout: OutputLayout): Extent | 0 {
  return layout.columns.length > 1 ? layout.columns[layout.columns.length - 1].extent : 0;
}

export interface Corner {
  readonly args: Local<'i32'>;
  readonly batch: Local<'i32'>;
  readonly row: Local<'i32'>;
  readonly column: Local<'i32'>;
}

/** The address of each operand's element at (batch, row, column). */
function cornerAddresses(code: FunctionBuilder, layout: OutputLayout, at: Corner): Local<'i32'>[] {
  return layout.operands.map((operand, map) => {
    const parts: Expr<'i32'>[] = [
      mapAt(code, layout.batch, map, at.batch, operand.bytes, at.args),
      mapAt(code, layout.rows, map, at.row, operand.bytes, at.args),
      mapAt(code, layout.columns, map, at.column, operand.bytes, at.args),
    ];
    const start = i32.add(operand.address(at.args), operand.offset * operand.bytes);
    return code.let(parts.reduce((sum, part) => i32.add(sum, part), start));
  });
}

function laneStrides(layout: OutputLayout): number[] {
  const innermost = layout.columns.at(-1);
  return layout.operands.map((_, map) => innermost?.steps[map] ?? 0);
}

/** Runs the epilogue over a tile in registers, all of whose columns lie in one run. */
export function emitWholeTile(
  code: FunctionBuilder,
  type: LaneType,
  layout: OutputLayout,
  tile: Tile,
  corner: Corner,
): void {
  const strides = laneStrides(layout);
  const first = cornerAddresses(code, layout, corner);
  const rowStep = layout.rows.length <= 1 ? layout.rows[0] : undefined;
  tile.forEach((vectors, r) => {
    let bases = first;
    if (r > 0 && rowStep !== undefined) {
      bases = layout.operands.map((operand, map) => {
        const step = rowStep.steps[map] * operand.bytes;
        return step === 0 ? first[map] : code.let(i32.add(first[map], r * step));
      });
    } else if (r > 0) {
      bases = cornerAddresses(code, layout, { ...corner, row: code.let(i32.add(corner.row, r)) });
    }
    vectors.forEach((value, v) => {
      const operands = layout.operands.map((operand, map) => ({
        base: bases[map],
        offset: v * type.lanes * strides[map] * operand.bytes,
      }));
      layout.epilogue.emit(code, value, {
        args: corner.args,
        lanes: type.lanes,
        operands,
        laneStrides: strides,
      });
    });
  });
}

/**
 * (args, tile, bytes of a tile's row, batch, row, column, rows, columns): finishes what is valid of a tile
 * that lies in memory.
 */
export type FinishTile = FunctionRef<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  'void'
>;

export function emitFinishTile(
  module: ModuleBuilder,
  name: string,
  type: LaneType,
  layout: OutputLayout,
): FinishTile {
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, tile, pitch, batch, row, column, rows, columns] = code.params;
  const strides = laneStrides(layout);
  const lanes = type.lanes;
  const run = runLocal(code, layout, args);

  const finish = (at: EpiloguePosition['lanes'], value: Local<'v128'>, currentColumn: Local<'i32'>): void => {
    const bases = cornerAddresses(code, layout, { args, batch, row, column: currentColumn });
    const operands = bases.map((base) => ({ base, offset: 0 }));
    layout.epilogue.emit(code, value, { args, lanes: at, operands, laneStrides: strides });
  };

  const r = code.local('i32');
  code.countedLoop(r, rows, 1, () => {
    const source = code.let(tile);
    const c = code.let(i32.const(0));
    const left = code.let(columns);
    code.block((done) => {
      code.loop((next) => {
        code.brIf(done, i32.le_s(left, 0));
        const current = code.let(i32.add(column, c));
        const step = code.let(i32.const(lanes));
        code.block((single) => {
          code.block((oneByOne) => {
            code.brIf(oneByOne, i32.lt_s(left, lanes));
            if (run !== undefined) code.brIf(oneByOne, i32.eqz(staysInRun(current, lanes, run)));
            finish(lanes, code.let(v128.load(source)), current);
            code.br(single);
          });
          finish(1, code.let(type.loadSplat(source)), current);
          code.set(step, 1);
        });
        code.increment(c, step);
        code.set(left, i32.sub(left, step));
        code.increment(source, i32.mul(step, type.bytes));
        code.br(next);
      });
    });
    code.increment(tile, pitch);
    code.increment(row, 1);
  });
  return code;
}

/** Finishes a tile in registers: at once where `whole`, else through `scratch`. */
export function emitTileEnd(
  code: FunctionBuilder,
  type: LaneType,
  layout: OutputLayout,
  tile: Tile,
  corner: Corner,
  edge: {
    readonly whole: Expr<'i32'>;
    readonly validColumns: Expr<'i32'>;
    readonly scratch: Local<'i32'>;
    readonly finish: FinishTile;
  },
): void {
  const throughMemory = (): void => {
    const pitch = 16 * tile[0].length;
    tile.flat().forEach((sum, i) => code.emit(v128.store(edge.scratch, sum, 16 * i)));
    const { args, batch, row, column } = corner;
    const size = [tile.length, edge.validColumns] as const;
    code.emit(call(edge.finish, args, edge.scratch, pitch, batch, row, column, ...size));
  };
  if (layout.epilogue.compact) throughMemory();
  else code.if(edge.whole, () => emitWholeTile(code, type, layout, tile, corner), throughMemory);
}

/** Whether `width` columns from `column` on lie in one run. */
export function staysInRun(column: Expr<'i32'>, width: number, run: Local<'i32'> | undefined): Expr<'i32'> {
  if (run === undefined) return i32.const(1);
  return i32.le_s(i32.add(i32.rem_u(column, run), width), run);
}

/** The length of a run as a local, for `staysInRun`. */
export function runLocal(
  code: FunctionBuilder,
  layout: OutputLayout,
  args: Local<'i32'>,
): Local<'i32'> | undefined {
  const run = columnRun(layout);
  return run === 0 ? undefined : code.let(extentValue(run, args));
}
