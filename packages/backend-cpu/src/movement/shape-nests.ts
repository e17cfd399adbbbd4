/**
 * Nests of loops that write in another order than they read, so that vectors are read and written all the same: a few
 * iterations along the reads are written out one after the other inside the loop along the writes, or the other way
 * round. Their reads, or writes, are then neighbours in memory, and `family-emitter.ts` turns them in registers.
 */

import type { AxisId, IndexExpr, LoopKernel, Stmt, Value } from '@tenfold/ir';
import { ZERO, add, constant, forEachAtom, offset, scale, valuesNeeded } from '@tenfold/ir';
import { UNIT } from '../codegen/lanes.ts';
import type { Nest } from './remake.ts';
import { Remake, loopsAround, nestOf } from './remake.ts';

/** Vectors along a loop, in units of four elements. */
export type VectorAxes = Map<AxisId, number>;

export interface Shaped {
  readonly kernel: LoopKernel;
  /** Loops that have to be the vector loops. */
  readonly vectors: VectorAxes;
}

/** Units of four elements that a block takes at a time: what is turned should stay in registers. */
const UNITS = 2;
/**
 * What is turned at a time: columns whose lines stay in the nearest cache, those of a line, and rows so few that the second
 * columns of a line find it in a near cache still, wherever rows begin at equal places of their pages.
 */
const [TILE, LINE, ROWS] = [8, 16, 128];

/** Longer computations are not written out several times. */
const MOST_VALUES = 48;

export function shapeNests(kernel: LoopKernel): Shaped | undefined {
  const make = new Remake(kernel);
  const vectors: VectorAxes = new Map();
  const shaped = (body: readonly Stmt[]): readonly Stmt[] =>
    body.flatMap((stmt): readonly Stmt[] => {
      if (stmt.kind === 'store') return make.stores([stmt], new Map());
      if (stmt.kind !== 'loop') return [stmt];
      const nest = nestOf(stmt);
      const found =
        nest && (interleaved(nest, kernel, make, vectors) ?? transposed(nest, kernel, make, vectors));
      return found ?? [{ ...stmt, body: shaped(stmt.body) }];
    });
  const body = shaped(kernel.body);
  return vectors.size > 0 ? { kernel: make.finish(body), vectors } : undefined;
}

/** By how much an index grows along an axis; undefined where that is not constant. */
function strideOf(index: IndexExpr, axis: AxisId): number | undefined {
  let stride = 0;
  for (const { atom, coefficient } of index.terms) {
    if (atom.kind === 'var') stride += atom.axis === axis ? coefficient : 0;
    else if (atom.kind === 'value' || mentions(atom.of, axis)) return undefined;
  }
  return stride;
}

function mentions(index: IndexExpr, axis: AxisId): boolean {
  let found = false;
  forEachAtom(index, (atom) => {
    found ||= atom.kind === 'value' || (atom.kind === 'var' && atom.axis === axis);
  });
  return found;
}

/** Two to four elements side by side in the result, which come from places far apart: all of them in one iteration. */
function interleaved(
  { axes, stores }: Nest,
  kernel: LoopKernel,
  make: Remake,
  vectors: VectorAxes,
): readonly Stmt[] | undefined {
  if (valuesNeeded(stores, kernel.values).size > MOST_VALUES) return undefined;
  const writes = (axis: AxisId, stride: number) =>
    stores.every(({ index }) => strideOf(index, axis) === stride);
  for (const across of axes) {
    const count = make.extent(across);
    if (count < 2 || count > UNIT || !writes(across, 1)) continue;
    const along = axes.find((axis) => make.extent(axis) >= UNIT && writes(axis, count));
    if (along === undefined) continue;
    const copies = Array.from({ length: count }, (_, k) =>
      make.stores(stores, new Map([[across, constant(k)]])),
    );
    vectors.set(along, count === 2 ? 2 * UNITS : UNITS);
    const others = axes.filter((axis) => axis !== across && axis !== along);
    return loopsAround([...others, along], copies.flat());
  }
  return undefined;
}

/** Elements side by side in the result that are rows apart in what is read: tiles, each a few lines of the cache. */
function transposed(
  { axes, stores }: Nest,
  kernel: LoopKernel,
  make: Remake,
  vectors: VectorAxes,
): readonly Stmt[] | undefined {
  const along = axes.find(
    (axis) => make.extent(axis) >= UNIT && stores.every(({ index }) => strideOf(index, axis) === 1),
  );
  if (along === undefined) return undefined;
  const values = [...valuesNeeded(stores, kernel.values)].map((id) => kernel.values[id]);
  if (values.length > MOST_VALUES) return undefined;
  const across = axes.find((axis) => axis !== along && values.some((value) => isAcross(value, axis, along)));
  if (across === undefined) return undefined;
  const indices = [...values, ...stores].flatMap((part) => [
    ...('index' in part ? [part.index] : []),
    ...('guards' in part ? part.guards.map(({ index }) => index) : []),
  ]);
  const extent = make.extent(across);
  // A loop that was cut into tiles already is put together again.
  const tiles = axes.find(
    (axis) =>
      axis !== across &&
      axis !== along &&
      indices.every((index) => {
        const [outer, inner] = [strideOf(index, axis), strideOf(index, across)];
        return outer !== undefined && inner !== undefined && outer === inner * extent;
      }),
  );
  const whole = tiles === undefined ? extent : extent * make.extent(tiles);
  if (whole < 2) return undefined;
  const others = axes.filter((axis) => axis !== across && axis !== along && axis !== tiles);
  return rowsOf(make, along).flatMap((row) =>
    columnsOf(make, whole).flatMap(({ lines, tiles: within, fours, first, count }) => {
      const copies = Array.from({ length: count }, (_, k) => {
        const replacement = new Map([[across, offset(first, k)], [along, row.index]]); // prettier-ignore
        if (tiles !== undefined) replacement.set(tiles, ZERO);
        return make.stores(stores, replacement);
      });
      vectors.set(row.axis, UNITS);
      const order = [...others, ...lines, ...row.blocks, ...within, row.axis, ...fours];
      return loopsAround(order, copies.flat());
    }),
  );
}

interface Rows {
  readonly blocks: readonly AxisId[];
  readonly axis: AxisId;
  readonly index: IndexExpr;
}

/** The parts of the loop along the result: blocks, and what is left over. */
function rowsOf(make: Remake, along: AxisId): readonly Rows[] {
  const extent = make.extent(along);
  const count = extent < 2 * ROWS ? 0 : Math.floor(extent / ROWS);
  const [block, row] = [make.axis(count), make.axis(ROWS)];
  const whole = { blocks: [block.id], axis: row.id, index: add(scale(block.index, ROWS), row.index) };
  const rest = make.axis(extent - count * ROWS);
  const last = { blocks: [], axis: rest.id, index: offset(rest.index, count * ROWS) };
  return [...(count > 0 ? [whole] : []), ...(extent > count * ROWS ? [last] : [])];
}

interface Columns {
  readonly lines: readonly AxisId[];
  readonly tiles: readonly AxisId[];
  readonly fours: readonly AxisId[];
  readonly first: IndexExpr;
  readonly count: number;
}

/** The parts of the loop along what is read: lines in tiles, four columns at a time, what is left over. */
function columnsOf(make: Remake, extent: number): readonly Columns[] {
  const parts: Columns[] = [];
  const lines = Math.floor(extent / LINE);
  if (lines > 0) {
    const [line, tile, four] = [make.axis(lines), make.axis(LINE / TILE), make.axis(TILE / UNIT)];
    const first = add(scale(line.index, LINE), add(scale(tile.index, TILE), scale(four.index, UNIT)));
    parts.push({ lines: [line.id], tiles: [tile.id], fours: [four.id], first, count: UNIT });
  }
  const fours = Math.floor((extent % LINE) / UNIT);
  if (fours > 0) {
    const four = make.axis(fours);
    const first = offset(scale(four.index, UNIT), lines * LINE);
    parts.push({ lines: [], tiles: [], fours: [four.id], first, count: UNIT });
  }
  const rest = extent % UNIT;
  const last = { lines: [], tiles: [], fours: [], first: constant(extent - rest), count: rest };
  return rest > 0 ? [...parts, last] : parts;
}

/** Whether a value is read element by element along `axis`, and in larger steps along `along`. */
function isAcross(value: Value, axis: AxisId, along: AxisId): boolean {
  if (value.op !== 'load' || value.guards.length > 0) return false;
  const step = strideOf(value.index, along);
  return strideOf(value.index, axis) === 1 && step !== undefined && Math.abs(step) > 1;
}
