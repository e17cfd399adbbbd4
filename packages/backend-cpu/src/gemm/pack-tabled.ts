/**
 * Packs one panel of an operand through offset tables. Where a vector of neighbours lies in one run and
 * wholly inside the operand it is loaded at once: along the lanes it is stored as it is, along k it is part
 * of a square that is transposed. Only what is left, at edges and across runs, is gathered.
 */

import type { MathContext } from '../math/index.ts';
import { call, i32, select } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { loadFew } from './element-reader.ts';
import type { ElementReader } from './element-reader.ts';
import { emitGather } from './gather.ts';
import type { LaneType } from './lane-type.ts';
import { innermostStep, position, tableEntry } from './offset-table.ts';
import type { TableShape } from './offset-table.ts';
import { chunksOf, storeChunk, storeTransposed } from './panel.ts';

/** (target, base, entry of the first lane, table of k, count of k). */
export type PackTabled = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface TabledPanel {
  readonly name: string;
  readonly type: LaneType;
  readonly reader: ElementReader;
  readonly relaxed: boolean;
  readonly width: number;
  readonly lanes: TableShape;
  readonly k: TableShape;
  /** One extent per guard. */
  readonly extents: readonly number[];
}

export function emitPackTabled(module: ModuleBuilder, panel: TabledPanel): PackTabled {
  const alongK = innermostStep(panel.lanes) !== 1 && innermostStep(panel.k) === 1;
  return alongK ? packAlongK(module, panel) : packAlongLanes(module, panel);
}

/** Vectors run along the lanes: step by step of k, each chunk of lanes by one load or one gather. */
function packAlongLanes(module: ModuleBuilder, panel: TabledPanel): PackTabled {
  const { type, reader, width, lanes, k, extents } = panel;
  const gather = emitGather(module, { ...panel, name: `${panel.name}_gather`, varying: lanes, fixed: k });
  const code = module.func(panel.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed: panel.relaxed };
  const [target, base, laneEntry, kTable, count] = code.params;
  const pitch = width * type.bytes;
  const contiguous = innermostStep(lanes) === 1;
  const end = code.let(tableEntry(kTable, count));
  const entry = code.local('i32');
  const out = code.local('i32');
  const eachStep = (body: () => void): void => {
    code.set(entry, kTable);
    code.set(out, target);
    code.countedLoop(entry, end, 4, () => {
      body();
      code.increment(out, pitch);
    });
  };

  for (const chunk of chunksOf(width, type)) {
    const firstLane = code.let(i32.add(laneEntry, 4 * chunk.start));
    const gathered = (): Expr<'v128'> => call(gather, base, firstLane, entry, kTable);
    if (!contiguous) {
      eachStep(() => storeChunk(code, type, out, chunk, code.let(gathered())));
      continue;
    }
    const start = code.let(i32.add(base, i32.load(firstLane, position.offset(lanes))));
    const load = (): Expr<'v128'> =>
      loadFew(m, reader, type.lanes, chunk.width, i32.add(start, i32.load(entry, position.offset(k))));
    const inRun = code.let(i32.ge_s(i32.load(firstLane, position.run(lanes)), chunk.width));
    // Along a run coordinates are linear, so its two ends bound them.
    const bounds = extents.map((_, g) => endsOf(code, lanes, g, firstLane, chunk.width));
    const always = bounds.reduce(
      (sofar: Expr<'i32'>, { least, greatest }, g) =>
        i32.and(
          sofar,
          i32.and(
            i32.ge_s(i32.add(least, i32.load(kTable, position.leastCoordinate(g))), 0),
            i32.lt_s(i32.add(greatest, i32.load(kTable, position.greatestCoordinate(g))), extents[g]),
          ),
        ),
      inRun,
    );
    code.if(
      always,
      () => eachStep(() => storeChunk(code, type, out, chunk, code.let(load()))),
      () => {
        const vector = code.local('v128');
        eachStep(() => {
          const inside = bounds.reduce((sofar: Expr<'i32'>, { least, greatest }, g) => {
            const coordinate = code.let(i32.load(entry, position.coordinate(k, g)));
            const within = i32.and(
              i32.ge_s(i32.add(least, coordinate), 0),
              i32.lt_s(i32.add(greatest, coordinate), extents[g]),
            );
            return i32.and(sofar, within);
          }, inRun);
          code.if(
            inside,
            () => code.set(vector, load()),
            () => code.set(vector, gathered()),
          );
          storeChunk(code, type, out, chunk, vector);
        });
      },
    );
  }
  return code;
}

/** Vectors run along k: groups of consecutive k for every lane, transposed in registers. */
function packAlongK(module: ModuleBuilder, panel: TabledPanel): PackTabled {
  const { type, reader, width, lanes, k, extents } = panel;
  const gather = emitGather(module, { ...panel, name: `${panel.name}_gather`, varying: k, fixed: lanes });
  const code = module.func(panel.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed: panel.relaxed };
  const [target, base, laneEntry, kTable, count] = code.params;
  const chunks = chunksOf(width, type);
  const starts = Array.from({ length: width }, (_, lane) =>
    code.let(i32.add(base, i32.load(laneEntry, position.offset(lanes) + 4 * lane))),
  );
  const bounds = extents.map((_, g) => boundsOf(code, lanes, g, laneEntry, width));

  const end = code.let(tableEntry(kTable, count));
  const entry = code.let(kTable);
  code.countedLoop(entry, end, 4 * type.lanes, () => {
    const inRun = i32.ge_s(i32.load(entry, position.run(k)), type.lanes);
    const inside = bounds.reduce((sofar: Expr<'i32'>, { least, greatest }, g) => {
      const ends = endsOf(code, k, g, entry, type.lanes);
      const within = i32.and(
        i32.ge_s(i32.add(least, ends.least), 0),
        i32.lt_s(i32.add(greatest, ends.greatest), extents[g]),
      );
      return i32.and(sofar, within);
    }, inRun);
    const offset = code.local('i32');
    const store = (vectorOf: (lane: number) => Expr<'v128'>): void => {
      for (const chunk of chunks) {
        const vectors = Array.from({ length: chunk.width }, (_, lane) =>
          code.let(vectorOf(chunk.start + lane)),
        );
        storeTransposed(code, type, target, chunk, vectors, width);
      }
    };
    code.if(
      inside,
      () => {
        code.set(offset, i32.load(entry, position.offset(k)));
        store((lane) => reader.loadVector(m, i32.add(starts[lane], offset)));
      },
      () => store((lane) => call(gather, base, entry, i32.add(laneEntry, 4 * lane), kTable)),
    );
    code.increment(target, type.lanes * width * type.bytes);
  });
  return code;
}

interface Bounds {
  readonly least: Local<'i32'>;
  readonly greatest: Local<'i32'>;
}

/** The coordinates at both ends of a stretch of a table, in order. */
function endsOf(
  code: FunctionBuilder,
  table: TableShape,
  guard: number,
  entry: Local<'i32'>,
  width: number,
): Bounds {
  const at = position.coordinate(table, guard);
  const first = code.let(i32.load(entry, at));
  const last = code.let(i32.load(entry, at + 4 * (width - 1)));
  const ordered = code.let(i32.le_s(first, last));
  return { least: code.let(select(first, last, ordered)), greatest: code.let(select(last, first, ordered)) };
}

/** The least and greatest coordinate of a stretch of a table. */
function boundsOf(
  code: FunctionBuilder,
  table: TableShape,
  guard: number,
  entry: Local<'i32'>,
  width: number,
): Bounds {
  const at = position.coordinate(table, guard);
  const least = code.let(i32.load(entry, at));
  const greatest = code.let(least);
  for (let lane = 1; lane < width; lane++) {
    const value = code.let(i32.load(entry, at + 4 * lane));
    code.set(least, select(value, least, i32.lt_s(value, least)));
    code.set(greatest, select(value, greatest, i32.gt_s(value, greatest)));
  }
  return { least, greatest };
}
