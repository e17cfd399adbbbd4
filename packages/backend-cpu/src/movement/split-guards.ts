/**
 * Loops cut where the guards along them change. A concatenation is a sum of padded parts, a roll one of two: cut where the
 * parts meet, each piece reads one of them and nothing else, without a guard.
 */

import type { AxisId, IndexExpr, LoopKernel, LoopStmt, Stmt, Value } from '@tenfold/ir';
import { offset, statementsIn, valuesNeeded } from '@tenfold/ir';
import type { Nest, Store } from './remake.ts';
import { Remake, loopsAround, nestOf } from './remake.ts';

/** More pieces are not worth their code. */
const MOST_PIECES = 16;
/** The same of all pieces along all loops. */
const MOST_STORES = 48;
/** Pieces of an innermost loop should be longer than this on average. */
const SHORT = 8;
/** Loops of fewer iterations are not enough for all threads: pieces then come one after the other. */
const FEW = 64;

interface Cut {
  readonly nest: Nest;
  readonly depth: number;
  /** Where pieces end. */
  readonly ends: readonly number[];
}

export function splitGuards(kernel: LoopKernel): LoopKernel {
  let split = kernel;
  for (;;) {
    const cut = findCut(split.body, split);
    const stores = statementsIn(split.body).filter(({ kind }) => kind === 'store');
    if (!cut || stores.length > MOST_STORES) return split;
    split = cutAt(split, cut);
  }
}

function findCut(body: readonly Stmt[], kernel: LoopKernel): Cut | undefined {
  for (const stmt of body) {
    if (stmt.kind !== 'loop') continue;
    const nest = nestOf(stmt);
    const cut = nest ? cutOf(nest, kernel) : findCut(stmt.body, kernel);
    if (cut) return cut;
  }
  return undefined;
}

/** The outermost loop at which more than one part begins or ends. */
function cutOf(nest: Nest, kernel: LoopKernel): Cut | undefined {
  const needed = [...valuesNeeded(nest.stores, kernel.values)].map((id) => kernel.values[id]);
  const guarded: readonly (Value | Store)[] = [...needed, ...nest.stores];
  const guards = guarded.flatMap((part) => ('guards' in part ? part.guards : []));
  for (const [depth, axis] of nest.axes.entries()) {
    const extent = Number(kernel.axes[axis]);
    const ends = new Set<number>();
    const conditions = new Set<string>();
    for (const { index, lo, hi } of guards) {
      const along = alone(index, axis);
      if (along === undefined) continue;
      conditions.add(`${lo}<=${index.key}<${hi}`);
      for (const bound of [lo, hi]) {
        // The first iteration on the other side of the bound.
        const at = (bound - index.constant) / along;
        const end = along > 0 ? Math.ceil(at) : Math.floor(at) + 1;
        if (end > 0 && end < extent) ends.add(end);
      }
    }
    const pieces = ends.size + 1;
    const long = depth < nest.axes.length - 1 || extent >= SHORT * pieces;
    if (conditions.size > 1 && pieces > 1 && pieces <= MOST_PIECES && long)
      return { nest, depth, ends: [...ends, extent].sort((a, b) => a - b) };
  }
  return undefined;
}

/** The coefficient of an index that is a multiple of one loop variable but for a constant. */
function alone({ terms }: IndexExpr, axis: AxisId): number | undefined {
  const [{ atom, coefficient } = { atom: undefined, coefficient: 0 }] = terms;
  return terms.length === 1 && atom?.kind === 'var' && atom.axis === axis ? coefficient : undefined;
}

function cutAt(kernel: LoopKernel, { nest, depth, ends }: Cut): LoopKernel {
  const make = new Remake(kernel);
  const { axes, stores } = nest;
  const first = depth === 0 || gridOf(axes.slice(0, depth), make) < FEW;
  const isRoot = kernel.body.some((stmt) => stmt.kind === 'loop' && stmt.axis === axes[0]);
  const outside = first && isRoot ? [] : axes.slice(0, depth);
  const inside = axes.filter((axis, at) => at !== depth && !outside.includes(axis));
  const pieces = ends.flatMap((end, i) => {
    const begin = i === 0 ? 0 : ends[i - 1];
    const piece = make.axis(end - begin);
    // Loops of its own, so that each piece can be put into a shape of its own.
    const own = inside.map((axis) => make.axis(make.extent(axis)));
    const replacement = new Map(inside.map((axis, at) => [axis, own[at].index]));
    const copy = make.stores(stores, replacement.set(axes[depth], offset(piece.index, begin)));
    return copy.length === 0 ? [] : loopsAround([piece, ...own].map(({ id }) => id), copy); // prettier-ignore
  });
  const around = loopsAround(outside, pieces);
  const rest = (body: readonly Stmt[]): readonly Stmt[] =>
    body.flatMap((stmt): readonly Stmt[] => {
      if (stmt.kind === 'store') return make.stores([stmt], new Map());
      if (stmt.kind !== 'loop') return [stmt];
      return isNest(stmt, nest) ? around : [{ ...stmt, body: rest(stmt.body) }];
    });
  return make.finish(rest(kernel.body));
}

function gridOf(axes: readonly AxisId[], make: Remake): number {
  return axes.reduce((size, axis) => size * make.extent(axis), 1);
}

/** Pieces have axes of their own, so the outermost one tells which nest a loop is. */
function isNest(loop: LoopStmt, { axes }: Nest): boolean {
  return loop.axis === axes[0];
}
