/**
 * Packs one panel of an operand through offset tables. Where a vector of neighbours lies in one run and
 * wholly inside the operand it is loaded at once: along the lanes it is stored as it is, along k it is part
 * of a square that is transposed. Only what is left, at edges and across runs, is gathered.
 */

import type { MathContext } from '../math/index.ts';
import { call, greater, i32, i8x16, lesser, select } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import { loadFew } from './element-reader.ts';
import type { ElementReader } from './element-reader.ts';
import { emitGather } from './gather.ts';
import type { LaneType } from './lane-type.ts';
import { innermostStep, position, tableEntry } from './offset-table.ts';
import type { TableShape } from './offset-table.ts';
import { greatest } from './spec.ts';
import { chunksOf, storeChunk, storeTransposed } from './panel.ts';
import type { Chunk } from './panel.ts';

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

/** One chunk of a panel's lanes, with what is known before the loops over k. */
interface LaneChunk {
  readonly chunk: Chunk;
  readonly firstLane: Local<'i32'>;
  /** The address of the first lane, at k = 0. */
  readonly start: Local<'i32'>;
  /** Whether the lanes lie in one run. */
  readonly inRun: Local<'i32'>;
  /** Whether besides no k of the block leads outside. */
  readonly inside: Local<'i32'>;
}

/** Vectors run along the lanes: step by step of k, chunks of lanes by one load each, or gathered. */
function packAlongLanes(module: ModuleBuilder, panel: TabledPanel): PackTabled {
  const { type, reader, width, lanes, k, extents } = panel;
  const gather = emitGather(module, { ...panel, name: `${panel.name}_gather`, varying: lanes, fixed: k });
  const code = module.func(panel.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed: panel.relaxed };
  const [target, base, laneEntry, kTable, count] = code.params;
  const end = code.let(tableEntry(kTable, count));
  const entry = code.local('i32');
  const out = code.local('i32');

  /** A loop over k that stores some chunks. */
  const eachStep = (
    chunks: readonly LaneChunk[],
    vectorOf: (chunk: LaneChunk, offset: Local<'i32'>) => Expr<'v128'>,
  ): void => {
    code.set(entry, kTable);
    code.set(out, target);
    code.countedLoop(entry, end, 4, () => {
      const offset = code.let(i32.load(entry, position.offset(k)));
      const vectors = chunks.map((chunk) => code.let(vectorOf(chunk, offset)));
      chunks.forEach(({ chunk }, i) => storeChunk(code, type, out, chunk, vectors[i]));
      code.increment(out, width * type.bytes);
    });
  };
  const gathered = ({ firstLane }: LaneChunk): Expr<'v128'> => call(gather, base, firstLane, entry, kTable);
  const loaded = ({ chunk, start }: LaneChunk, offset: Local<'i32'>): Expr<'v128'> =>
    loadFew(m, reader, type.lanes, chunk.width, i32.add(start, offset));

  const chunks = chunksOf(width, type).map((chunk): LaneChunk => {
    const firstLane = code.let(i32.add(laneEntry, 4 * chunk.start));
    const start = code.let(i32.add(base, i32.load(firstLane, position.offset(lanes))));
    const inRun = code.let(i32.ge_s(i32.load(firstLane, position.run(lanes)), chunk.width));
    // Along a run coordinates are linear, so its two ends bound them.
    const inside = extents.reduce((sofar: Expr<'i32'>, extent, g) => {
      const { least, greatest } = boundsOf(code, lanes, g, firstLane, [chunk.width - 1]);
      const low = i32.ge_s(i32.add(least, i32.load(kTable, position.leastCoordinate(g))), 0);
      const high = i32.lt_s(i32.add(greatest, i32.load(kTable, position.greatestCoordinate(g))), extent);
      return i32.and(sofar, i32.and(low, high));
    }, inRun);
    return { chunk, firstLane, start, inRun, inside: code.let(inside) };
  });

  if (runLength(lanes) === 1) {
    for (const chunk of chunks) eachStep([chunk], gathered);
    return code;
  }
  const allInside = chunks.reduce<Expr<'i32'>>((all, { inside }) => i32.and(all, inside), i32.const(1));
  code.if(allInside, () => {
    eachStep(chunks, loaded);
    code.return();
  });
  for (const laneChunk of chunks) {
    const edge = edgeLoader(m, panel, laneChunk, entry);
    const step = (vectorOf: typeof loaded) => () => eachStep([laneChunk], vectorOf);
    code.if(laneChunk.inside, step(loaded), () => {
      if (edge === undefined) step(gathered)();
      else code.if(laneChunk.inRun, step(edge), step(gathered));
    });
  }
  return code;
}

/**
 * Loads a chunk that lies in one run but partly outside the operand: the nearest whole chunk inside is loaded
 * and its lanes are moved to where they belong, with zeros coming in. That works where each guard is either
 * the same for all lanes or counts along with them; otherwise there is no such loader.
 */
function edgeLoader(
  m: MathContext,
  panel: TabledPanel,
  { chunk, firstLane, start }: LaneChunk,
  entry: Local<'i32'>,
): ((chunk: LaneChunk, offset: Local<'i32'>) => Expr<'v128'>) | undefined {
  const { type, reader, lanes, k, extents } = panel;
  const { code } = m;
  const steps = extents.map((_, g) => innermostStep(lanes, 1 + g));
  const along = steps.indexOf(1);
  const others = steps.filter((step, g) => g !== along && step !== 0);
  if (along < 0 || others.length > 0 || extents[along] < chunk.width) return undefined;
  const coordinates = extents.map((_, g) => code.let(i32.load(firstLane, position.coordinate(lanes, g))));
  const byteOfLane = code.constants.bytes(Uint8Array.from({ length: 16 }, (_, i) => i));
  const result = code.local('v128');
  return (_, offset) => {
    const at = coordinates.map((coordinate, g) =>
      i32.add(coordinate, i32.load(entry, position.coordinate(k, g))),
    );
    const uniform = at.reduce<Expr<'i32'>>(
      (sofar, coordinate, g) => (g === along ? sofar : i32.and(sofar, i32.lt_u(coordinate, extents[g]))),
      i32.const(1),
    );
    const last = extents[along] - chunk.width;
    const load = (address: Expr<'i32'>): Expr<'v128'> => loadFew(m, reader, type.lanes, chunk.width, address);
    code.set(result, code.constants.i32x4(0));
    code.if(uniform, () => {
      const wanted = code.let(at[along]);
      const address = code.let(i32.add(start, offset));
      code.if(
        i32.le_u(wanted, last),
        () => code.set(result, load(address)),
        () => {
          const nearest = code.let(select(i32.const(0), i32.const(last), i32.lt_s(wanted, 0)));
          const shift = code.let(i32.sub(wanted, nearest));
          // Bytes picked from beyond the vector, on either side, are zero.
          const limit = code.let(lesser(shift, type.lanes));
          const bounded = greater(limit, -type.lanes);
          const picked = i8x16.add(byteOfLane, i8x16.splat(i32.mul(bounded, type.bytes)));
          const vector = load(i32.sub(address, i32.mul(shift, reader.bytes)));
          code.set(result, i8x16.swizzle(vector, picked));
        },
      );
    });
    return result;
  };
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
  const allLanes = Array.from({ length: width }, (_, lane) => lane);
  const starts = allLanes.map((lane) =>
    code.let(i32.add(base, i32.load(laneEntry, position.offset(lanes) + 4 * lane))),
  );
  const bounds = panel.extents.map((_, g) => boundsOf(code, lanes, g, laneEntry, allLanes));

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
  code.set(steps, lesser(steps, left));
  const limit = (most: Expr<'i32'>): void => {
    const local = code.let(most);
    code.set(steps, lesser(local, steps));
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

/** The least and greatest coordinate among some lanes of a table, of which the first is always one. */
function boundsOf(
  code: FunctionBuilder,
  table: TableShape,
  guard: number,
  entry: Local<'i32'>,
  lanes: readonly number[],
): Bounds {
  const at = position.coordinate(table, guard);
  const least = code.let(i32.load(entry, at));
  const greatest = code.let(least);
  for (const lane of lanes) {
    const value = code.let(i32.load(entry, at + 4 * lane));
    code.set(least, lesser(value, least));
    code.set(greatest, greater(value, greatest));
  }
  return { least, greatest };
}
