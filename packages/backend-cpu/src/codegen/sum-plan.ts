/**
 * Where long float32 sums are moved to float64: for each accumulator, the loop of its reduction in which enough
 * additions come together, and after how many of that loop's iterations.
 */

import type { LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';
import { kindOf, UNIT } from './lanes.ts';
import { ADDITIONS } from './wide-sum.ts';

export interface SumPlan {
  /** Accumulators whose reduction begins with a loop: they are wide from before it until behind it. */
  readonly wide: ReadonlyMap<LoopStmt, readonly number[]>;
  /** Loops in which accumulators are flushed, after every so many iterations. */
  readonly flush: ReadonlyMap<
    LoopStmt,
    { readonly accumulators: readonly number[]; readonly iterations: number }
  >;
}

/** Sums of fewer additions than this in one lane stay in float32. */
const SHORT = 2 * ADDITIONS;

/** `trips` gives the greatest number of iterations, `units` those of vector loops; `parts`: loops whose sums are wide however short, because they may be done in parts. */
export function planSums(
  kernel: LoopKernel,
  trips: (loop: LoopStmt) => number,
  units: ReadonlyMap<LoopStmt, number>,
  parts: ReadonlySet<LoopStmt | undefined>,
): SumPlan {
  const wide = new Map<LoopStmt, number[]>();
  const flush = new Map<LoopStmt, { accumulators: number[]; iterations: number }>();
  const steps = (loop: LoopStmt): number => Math.ceil(trips(loop) / ((units.get(loop) ?? 0) * UNIT || 1));

  const plan = (acc: number, path: readonly LoopStmt[]): void => {
    const [outermost] = path;
    if (wide.get(outermost)?.includes(acc)) return;
    let additions = 1;
    for (const loop of [...path].reverse()) {
      if (additions * steps(loop) > SHORT) {
        const iterations = Math.max(1, Math.floor(ADDITIONS / additions));
        const entry = flush.get(loop);
        // Accumulators of one loop share their rhythm: the shorter one.
        if (entry) entry.iterations = Math.min(entry.iterations, iterations);
        if (entry) entry.accumulators.push(acc);
        else flush.set(loop, { accumulators: [acc], iterations });
        wide.set(outermost, [...(wide.get(outermost) ?? []), acc]);
        return;
      }
      additions *= steps(loop);
    }
    if (parts.has(outermost)) wide.set(outermost, [...(wide.get(outermost) ?? []), acc]);
  };

  const visit = (body: readonly Stmt[], path: readonly LoopStmt[]): void => {
    for (const stmt of body) {
      if (stmt.kind === 'loop') visit(stmt.body, [...path, stmt]);
      if (stmt.kind !== 'accumulate' || path.length === 0) continue;
      const { kind, dtype } = kernel.accumulators[stmt.acc];
      if (kind !== 'sum' || kindOf(dtype) !== 'f32') continue;
      const reduction = reductionOf(stmt.acc, path);
      if (reduction.length > 0 && reduction.every((loop) => loop.order === 'reduce'))
        plan(stmt.acc, reduction);
    }
  };
  visit(kernel.body, []);
  return { wide, flush };
}

/** The loops of a path that lie inside the one which initialises the accumulator. */
function reductionOf(acc: number, path: readonly LoopStmt[]): readonly LoopStmt[] {
  let start = 0;
  path.forEach((loop, depth) => {
    for (const stmt of loop.body) if (stmt.kind === 'init' && stmt.acc === acc) start = depth + 1;
  });
  return path.slice(start);
}
