/**
 * Values of a row that are kept while the row is worked on. Where a vector loop needs what an earlier loop over the
 * same elements has computed, and computing it again would cost more than a round trip through the first-level cache,
 * the earlier loop writes it to the thread's workspace and the later one reads it there: the exponentials of a softmax,
 * the widened elements of a half-precision row.
 */

import type { Dependencies, LoopKernel, LoopStmt, Stmt, ValueId } from '@tenfold/ir';
import {
  accumulatorsChangedIn,
  byteSize,
  computeType,
  inputsOf,
  readsOf,
  statementsIn,
  valuesNeeded,
} from '@tenfold/ir';
import { costOfValue } from './cost.ts';
import { UNIT } from './lanes.ts';

export interface RowCache {
  /** Byte offsets in the workspace of what a loop writes, and of what it reads instead of computing. */
  readonly writes: ReadonlyMap<LoopStmt, ReadonlyMap<ValueId, number>>;
  readonly reads: ReadonlyMap<LoopStmt, ReadonlyMap<ValueId, number>>;
  readonly bytes: number;
}

/** A value is kept if computing it takes at least this many instructions a unit. */
const WORTH_KEEPING = 8;
/** All rows of a kernel together; they should stay in the nearest caches. */
const MAX_BYTES = 128 * 1024;

export function planRowCache(
  kernel: LoopKernel,
  dependencies: readonly Dependencies[],
  vectorLoops: ReadonlyMap<LoopStmt, number>,
  maxExtent: (loop: LoopStmt) => number,
): RowCache {
  const writes = new Map<LoopStmt, Map<ValueId, number>>();
  const reads = new Map<LoopStmt, Map<ValueId, number>>();
  let bytes = 0;

  const place = (id: ValueId, first: LoopStmt, later: LoopStmt): void => {
    let offset = writes.get(first)?.get(id);
    if (offset === undefined) {
      const row = (maxExtent(first) + UNIT) * Math.max(4, byteSize(computeType(kernel.values[id].dtype)));
      if (bytes + row > MAX_BYTES) return;
      offset = bytes;
      bytes += Math.ceil(row / 64) * 64;
      writes.set(first, (writes.get(first) ?? new Map<ValueId, number>()).set(id, offset));
    }
    reads.set(later, (reads.get(later) ?? new Map<ValueId, number>()).set(id, offset));
  };

  const visit = (body: readonly Stmt[]): void => {
    const loops = body.filter((stmt): stmt is LoopStmt => stmt.kind === 'loop');
    loops.forEach((later, at) => {
      if (!vectorLoops.has(later)) return visit(later.body);
      for (const first of loops.slice(0, at)) {
        if (first.axis !== later.axis || !vectorLoops.has(first)) continue;
        const known = reads.get(first);
        const between = body.slice(body.indexOf(first), body.indexOf(later) + 1);
        for (const id of sharedValues(kernel, dependencies, first, later, between)) {
          // A row that the first loop only reads was written further ahead, and is found there.
          if (!known?.has(id) && !reads.get(later)?.has(id)) place(id, first, later);
        }
      }
      return undefined;
    });
  };
  visit(kernel.body);
  return { writes, reads, bytes };
}

/** The values worth keeping that both loops need: those of them that nothing larger contains. */
function sharedValues(
  kernel: LoopKernel,
  dependencies: readonly Dependencies[],
  first: LoopStmt,
  later: LoopStmt,
  between: readonly Stmt[],
): ValueId[] {
  const changed = accumulatorsChangedIn(between);
  const stored = new Set(
    [...statementsIn(kernel.body)].flatMap((s) => (s.kind === 'store' ? [s.operand] : [])),
  );
  const nested = new Set(
    [...statementsIn([...first.body, ...later.body])].flatMap((s) => (s.kind === 'loop' ? [s.axis] : [])),
  );
  const fixed = (id: ValueId): boolean => {
    const value = kernel.values[id];
    if (value.op === 'load' && stored.has(value.operand)) return false;
    return inputsOf(value).every(fixed);
  };
  const before = valuesNeeded(first.body, kernel.values);
  const needed = valuesNeeded(later.body, kernel.values);
  const candidates = new Set(
    [...needed].filter((id) => {
      const { axes, accumulators } = dependencies[id];
      if (!before.has(id) || !axes.has(later.axis) || [...axes].some((axis) => nested.has(axis)))
        return false;
      return ![...accumulators].some((acc) => changed.has(acc)) && fixed(id);
    }),
  );
  const cost = (id: ValueId, counted = new Set<ValueId>()): number => {
    if (counted.has(id) || !dependencies[id].axes.has(later.axis)) return 0;
    counted.add(id);
    const own = costOfValue(kernel, dependencies, id, later.axis);
    return inputsOf(kernel.values[id]).reduce((sum, input) => sum + cost(input, counted), own);
  };
  // Wanted by itself: by a statement, or by a value that is computed anew.
  const wanted = new Set<ValueId>();
  for (const stmt of statementsIn(later.body)) for (const id of readsOf(stmt)) wanted.add(id);
  for (const id of needed)
    if (!candidates.has(id)) for (const input of inputsOf(kernel.values[id])) wanted.add(input);
  return [...candidates].filter((id) => wanted.has(id) && cost(id) >= WORTH_KEEPING);
}
