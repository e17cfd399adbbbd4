/**
 * Statements that one invocation carries out by itself: loops one after another, accumulators in variables. Long sums of
 * floats are taken in parts, which keeps their rounding errors small.
 */

import type { Accumulator, Kernel, LoopStmt, Stmt } from '@tenfold/ir';
import { accumulatorsChangedIn, isFloat, statementsIn } from '@tenfold/ir';
import type { Emission } from './emission.ts';

/** Loops longer than this add up sums in parts of this many. */
const PART = 128;

/** Emits statements; `condition` says where stores are wanted. */
export function emitStatements(e: Emission, body: readonly Stmt[], condition?: string): void {
  for (const stmt of body) {
    if (stmt.kind === 'init') e.declareAccumulator(stmt.acc);
    else if (stmt.kind === 'accumulate') e.accumulate(stmt);
    else if (stmt.kind === 'store') e.store(stmt, condition);
    else emitLoop(e, stmt);
  }
}

/** A loop over its whole axis. */
export function emitLoop(e: Emission, loop: LoopStmt): void {
  const extent = e.extent(loop.axis);
  const parts = summedIn(e.kernel, loop);
  if (loop.order !== 'reduce' || parts.length === 0 || Number(extent) <= 2 * PART) {
    return count(e, loop, '0', extent);
  }
  const start = e.fresh('start');
  e.open([], loop.body);
  const partials = parts.map((acc) => e.partial(acc));
  const end = e.fresh('end');
  e.write(`let ${end} = min(${start} + ${PART}, ${extent});`);
  count(e, loop, start, end);
  partials.forEach((partial, i) => {
    partial.restore();
    e.write(e.fold(parts[i], e.accumulatorName(parts[i]), partial.name));
  });
  const lines = e.close();
  e.write(`for (var ${start} = 0; ${start} < ${extent}; ${start} += ${PART}) {`, ...indent(lines), '}');
}

function count(e: Emission, loop: LoopStmt, from: string, to: string): void {
  const name = e.fresh('x');
  e.open([[loop.axis, name]], loop.body);
  emitStatements(e, loop.body);
  const lines = e.close();
  e.write(`for (var ${name} = ${from}; ${name} < ${to}; ${name}++) {`, ...indent(lines), '}');
}

/** The accumulators of float sums that a loop adds to and does not begin. */
function summedIn(kernel: Kernel, loop: LoopStmt): number[] {
  return reducedIn(loop).filter((acc) => {
    const { kind, dtype } = accumulatorsOf(kernel)[acc];
    return kind === 'sum' && isFloat(dtype);
  });
}

/** The accumulators that a loop adds to and does not begin. */
export function reducedIn(loop: LoopStmt): number[] {
  const begun = new Set(statementsIn(loop.body).flatMap((stmt) => (stmt.kind === 'init' ? [stmt.acc] : [])));
  return [...accumulatorsChangedIn(loop.body)].filter((acc) => !begun.has(acc));
}

export function accumulatorsOf(kernel: Kernel): readonly Accumulator[] {
  return 'accumulators' in kernel ? kernel.accumulators : [];
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
