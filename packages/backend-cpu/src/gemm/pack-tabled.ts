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
import { greatest } from './spec.ts';
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
  return runLength(panel.k) > runLength(panel.lanes)
    ? packAlongK(module, panel)
    : packAlongLanes(module, panel);
}

/** How many indices of a table are neighbours in memory, at most. */
function runLength(table: TableShape): number {
  const innermost = table.axes.at(-1);
  return innermost !== undefined && innermost.steps[0] === 1 ? greatest(innermost.extent) : 1;
}

/** Vectors run along the lanes: step by step of k, each chunk of lanes by one load or one gather. */
function packAlongLanes(module: ModuleBuilder, panel: TabledPanel): PackTabled {
  const { type, reader, width, lanes, k, extents } = panel;
  const gather = emitGather(module, { ...panel, name: `${panel.name}_gather`, varying: lanes, fixed: k });
  const code = module.func(panel.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed: panel.relaxed };
  const [target, base, laneEntry, kTable, count] = code.params;
  const pitch = width * type.bytes;
  const contiguous = runLength(lanes) > 1;
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

/**
 * Vectors run along k: for every lane as many consecutive k as a vector holds, transposed in registers. Of
 * each run the stretch where all lanes are inside goes without any test; its rest step by step.
 */
function packAlongK(module: ModuleBuilder, panel: TabledPanel): PackTabled {
  const { type, reader, width, lanes, k } = panel;
  const gather = emitGather(module, { ...panel, name: `${panel.name}_gather`, varying: lanes, fixed: k });
  const code = module.func(panel.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed: panel.relaxed };
  const [target, base, laneEntry, kTable, count] = code.params;
  const pitch = width * type.bytes;
  const chunks = chunksOf(width, type);
  const starts = Array.from({ length: width }, (_, lane) =>
    code.let(i32.add(base, i32.load(laneEntry, position.offset(lanes) + 4 * lane))),
  );
  const bounds = panel.extents.map((_, g) => boundsOf(code, lanes, g, laneEntry, width));

  const entry = code.let(kTable);
  const left = code.let(count);
  code.block((done) => {
    code.loop((next) => {
      code.brIf(done, i32.eqz(left));
      const inside = stepsInside(code, panel, bounds, entry, left);
      const stretch = code.let(i32.and(inside, -type.lanes));
      const offset = code.let(i32.load(entry, position.offset(k)));
      const end = code.let(i32.add(offset, i32.mul(stretch, reader.bytes)));
      code.countedLoop(offset, end, type.lanes * reader.bytes, () => {
        for (const chunk of chunks) {
          const rows = starts.slice(chunk.start, chunk.start + chunk.width);
          const vectors = rows.map((start) => code.let(reader.loadVector(m, i32.add(start, offset))));
          storeTransposed(code, type, target, chunk, vectors, width);
        }
        code.increment(target, type.lanes * pitch);
      });
      code.increment(entry, i32.shl(stretch, 2));
      code.set(left, i32.sub(left, stretch));
      code.brIf(next, stretch);

      for (const chunk of chunks) {
        const step = call(gather, base, i32.add(laneEntry, 4 * chunk.start), entry, kTable);
        storeChunk(code, type, target, chunk, code.let(step));
      }
      code.increment(target, pitch);
      code.increment(entry, 4);
      code.increment(left, -1);
      code.br(next);
    });
  });
  return code;
}

/** How many steps of k from `entry` on stay in its run and inside the operand for all lanes; at most `left`. */
function stepsInside(
  code: FunctionBuilder,
  panel: TabledPanel,
  bounds: readonly Bounds[],
  entry: Local<'i32'>,
  left: Local<'i32'>,
): Local<'i32'> {
  const { k, extents } = panel;
  const steps = code.let(i32.load(entry, position.run(k)));
  code.set(steps, select(steps, left, i32.lt_s(steps, left)));
  const limit = (most: Expr<'i32'>): void => {
    const local = code.let(most);
    code.set(steps, select(local, steps, i32.lt_s(local, steps)));
  };
  bounds.forEach(({ least, greatest }, g) => {
    const coordinate = code.let(i32.load(entry, position.coordinate(k, g)));
    const below = code.let(i32.add(least, coordinate));
    const above = code.let(i32.sub(extents[g] - 1, i32.add(greatest, coordinate)));
    // No step where it begins outside; else as many as the moving coordinate has room for.
    code.if(
      i32.lt_s(i32.or(below, above), 0),
      () => code.set(steps, 0),
      () => {
        const step = innermostStep(k, 1 + g);
        if (step > 0) limit(i32.add(i32.div_u(above, step), 1));
        if (step < 0) limit(i32.add(i32.div_u(below, -step), 1));
      },
    );
  });
  return steps;
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
