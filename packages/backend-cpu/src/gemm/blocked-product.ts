/**
 * The loops over blocks around the tile: columns, k, rows. One function computes a rectangle of the result
 * for one batch index with the memory of one thread.
 */

import { WorkspaceParts } from '../memory/workspace-parts.ts';
import { call, i32, lesser, select } from '../wasm/index.ts';
import type { FunctionBuilder, Local, ModuleBuilder } from '../wasm/index.ts';
import { countOf } from './axes.ts';
import type { Blocking } from './blocking.ts';
import type { LaneType } from './lane-type.ts';
import type { OperandPacker, PackSession } from './packer.ts';
import type { ProductContext, Rectangle } from './product-context.ts';
import { TILE_MODE } from './tile-function.ts';
import type { TileFunction } from './tile-function.ts';
import { runLocal, staysInRun } from './tile-store.ts';

/** Byte offsets of the parts of a thread's workspace. */
export interface WorkspaceLayout {
  readonly rowTables: number;
  readonly columnTables: number;
  readonly rowPanels: number;
  readonly columnPanels: number;
  readonly partials: number;
  readonly bytes: number;
}

export function workspaceLayout(
  blocking: Blocking,
  type: LaneType,
  rowTables: number,
  columnTables: number,
): WorkspaceLayout {
  const { rows, columns, rowBlock, columnBlock, kBlock, partialRows } = blocking;
  const tileBytes = rows * columns * type.bytes;
  const tiles = blocking.manyBlocks ? (partialRows / rows) * (columnBlock / columns) : 1;
  const panelColumns = blocking.packOnUse ? columns : columnBlock;
  const parts = new WorkspaceParts();
  return {
    rowTables: parts.take(rowTables),
    columnTables: parts.take(columnTables),
    rowPanels: parts.take(rowBlock * kBlock * type.bytes),
    columnPanels: parts.take(panelColumns * kBlock * type.bytes),
    partials: parts.take(tiles * tileBytes),
    bytes: parts.bytes,
  };
}

export interface BlockedOptions {
  readonly blocking: Blocking;
  readonly memory: WorkspaceLayout;
  readonly rowPacker: OperandPacker;
  readonly columnPacker: OperandPacker;
  /** Tiles by their number of rows: every number that can occur. */
  readonly tiles: ReadonlyMap<number, TileFunction>;
}

export function emitBlockedProduct(
  module: ModuleBuilder,
  context: ProductContext,
  options: BlockedOptions,
): Rectangle {
  const { spec, type } = context;
  const { blocking, memory } = options;
  const { rows, columns } = blocking;
  const tileBytes = rows * columns * type.bytes;
  const code = module.func(`${spec.name}_blocks`, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, batch, firstRow, endRow, firstColumn, endColumn] = code.params;

  const workspace = code.let(spec.workspace(args));
  const at = (offset: number): Local<'i32'> => code.let(i32.add(workspace, offset));
  const rowPanels = at(memory.rowPanels);
  const columnPanels = at(memory.columnPanels);
  const partials = at(memory.partials);
  const rowPack = options.rowPacker.open(code, args, batch, at(memory.rowTables));
  const columnPack = options.columnPacker.open(code, args, batch, at(memory.columnTables));
  const kTotal = code.let(countOf(spec.k, args));
  const run = runLocal(code, context.layout, args);

  const loop = new BlockLoops(code);
  loop.over(firstColumn, endColumn, blocking.columnBlock, (column, columnCount) => {
    columnPack.startLanes(column, columnCount);
    loop.over(firstRow, endRow, blocking.partialRows, (partialRow, partialCount) => {
      const endOfPartial = code.let(i32.add(partialRow, partialCount));
      const partialPanels = code.let(i32.div_u(i32.add(partialCount, rows - 1), rows));
      // A sum over nothing still goes once through the epilogue, with zeros.
      const kEnd = code.let(select(kTotal, i32.const(1), kTotal));
      loop.over(code.let(i32.const(0)), kEnd, blocking.kBlock, (k, kStep) => {
        const kCount = code.let(select(kStep, i32.const(0), kTotal));
        rowPack.startK(k, kCount);
        columnPack.startK(k, kCount);
        const isLast = i32.eq(i32.add(k, kCount), kTotal);
        const continues = i32.mul(i32.ne(k, 0), TILE_MODE.continue);
        const mode = code.let(i32.or(continues, i32.mul(isLast, TILE_MODE.last)));
        const rowPanelBytes = code.let(i32.mul(kCount, rows * type.bytes));
        const columnPanelBytes = code.let(i32.mul(kCount, columns * type.bytes));
        if (!blocking.packOnUse)
          packPanels(code, loop, columnPack, columnPanels, columnCount, columns, columnPanelBytes);

        loop.over(partialRow, endOfPartial, blocking.rowBlock, (row, rowCount) => {
          rowPack.startLanes(row, rowCount);
          packPanels(code, loop, rowPack, rowPanels, rowCount, rows, rowPanelBytes);

          const columnPanel = code.let(columnPanels);
          loop.over(code.let(i32.const(0)), columnCount, columns, (c, validColumns) => {
            if (blocking.packOnUse) columnPack.packPanel(columnPanel, c, validColumns);
            const tileColumn = code.let(i32.add(column, c));
            const whole = i32.and(i32.eq(validColumns, columns), staysInRun(tileColumn, columns, run));
            const columnMode = code.let(i32.or(mode, i32.mul(whole, TILE_MODE.whole)));
            const rowPanel = code.let(rowPanels);
            const partial = code.let(partials);
            if (blocking.manyBlocks) {
              const panel = i32.div_u(i32.sub(row, partialRow), rows);
              const tile = i32.add(i32.mul(i32.div_u(c, columns), partialPanels), panel);
              code.set(partial, i32.add(partials, i32.mul(tile, tileBytes)));
            }
            loop.over(code.let(i32.const(0)), rowCount, rows, (r, validRows) => {
              const tileRow = code.let(i32.add(row, r));
              for (const [height, tile] of options.tiles) {
                code.if(i32.eq(validRows, height), () => {
                  const where = [batch, tileRow, tileColumn, validColumns] as const;
                  code.emit(call(tile, args, rowPanel, columnPanel, kCount, partial, columnMode, ...where));
                });
              }
              code.increment(rowPanel, rowPanelBytes);
              if (blocking.manyBlocks) code.increment(partial, tileBytes);
            });
            if (!blocking.packOnUse) code.increment(columnPanel, columnPanelBytes);
          });
        });
      });
    });
  });
  return code;
}

function packPanels(
  code: FunctionBuilder,
  loop: BlockLoops,
  session: PackSession,
  target: Local<'i32'>,
  lanes: Local<'i32'>,
  width: number,
  panelBytes: Local<'i32'>,
): void {
  const panel = code.let(target);
  loop.over(code.let(i32.const(0)), lanes, width, (lane, valid) => {
    session.packPanel(panel, lane, valid);
    code.increment(panel, panelBytes);
  });
}

/** Loops over [begin, end) in blocks of `size`, the last of which may be smaller. */
class BlockLoops {
  readonly #code: FunctionBuilder;

  constructor(code: FunctionBuilder) {
    this.#code = code;
  }

  over(
    begin: Local<'i32'>,
    end: Local<'i32'>,
    size: number,
    body: (start: Local<'i32'>, count: Local<'i32'>) => void,
  ): void {
    const code = this.#code;
    const start = code.let(begin);
    code.countedLoop(start, end, size, () => {
      const left = code.let(i32.sub(end, start));
      const count = code.let(lesser(left, size));
      body(start, count);
    });
  }
}
