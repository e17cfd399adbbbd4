/**
 * Kernels over few but long rows (a loss, a norm, the softmax of one line) as stages: each loop of a row becomes a stage
 * of its own, cut into parts that any thread may run, and what is stored once a row comes last. A stage that reduces
 * leaves the results of its parts in scratch memory; a later one that reads the accumulator combines them.
 */

import type { Dependencies, LoopStmt } from './dependencies.ts';
import { accumulatorsChangedIn, statementsIn, valuesNeeded } from './dependencies.ts';
import type { LoopKernel, Stmt } from './kernel.ts';

export interface Stage {
  /** What runs: one loop, or the stores of each row. */
  readonly body: readonly Stmt[];
  readonly loop: LoopStmt | undefined;
  /** Accumulators that it reduces into, and those of earlier stages that it reads. */
  readonly reduces: readonly number[];
  readonly reads: readonly number[];
}

export interface StagedRows {
  /** The loops around, each the only statement of the one before. */
  readonly rows: readonly LoopStmt[];
  readonly stages: readonly Stage[];
}

/** The kernel in stages, where it reduces fewer than `mostRows` rows and its stages may follow one another for all rows. */
export function stagesOf(
  kernel: LoopKernel,
  dependencies: readonly Dependencies[],
  mostRows: number,
): StagedRows | undefined {
  const { rows, body } = rowsOf(kernel);
  const extents = rows.map(({ axis }) => kernel.axes[axis]);
  const count = extents.reduce<number>(
    (n, extent) => n * (typeof extent === 'number' ? extent : extent.max),
    1,
  );
  if (count >= mostRows) return undefined;
  const owned = new Set(body.flatMap((stmt) => (stmt.kind === 'init' ? [stmt.acc] : [])));
  const stores = body.filter((stmt) => stmt.kind === 'store');
  const loops = body.filter((stmt): stmt is LoopStmt => stmt.kind === 'loop');
  if (loops.some(({ order }) => order === 'serial') || body.some(({ kind }) => kind === 'accumulate'))
    return undefined;
  const bodies = [...loops.map((loop) => [loop]), stores].filter((part) => part.length > 0);
  const stages = bodies.map((part): Stage => {
    const [first] = part;
    const reduces = [...accumulatorsChangedIn(part)].filter((acc) => owned.has(acc));
    const reads = new Set<number>();
    for (const id of valuesNeeded(part, kernel.values)) {
      const value = kernel.values[id];
      if (value.op === 'acc' && owned.has(value.acc) && !reduces.includes(value.acc)) reads.add(value.acc);
    }
    return { body: part, loop: first.kind === 'loop' ? first : undefined, reduces, reads: [...reads] };
  });
  const reduced = stages.flatMap(({ reduces }) => reduces);
  if (owned.size === 0 || reduced.length !== owned.size || new Set(reduced).size !== owned.size)
    return undefined;
  return inOrder(kernel, dependencies, stages) ? { rows, stages } : undefined;
}

/** The chain of parallel loops from the top, and what the last of them holds. */
function rowsOf({ body }: LoopKernel): { rows: LoopStmt[]; body: readonly Stmt[] } {
  const rows: LoopStmt[] = [];
  let inner = body;
  for (;;) {
    const [only] = inner;
    if (inner.length !== 1 || only.kind !== 'loop' || only.order !== 'parallel') return { rows, body: inner };
    rows.push(only);
    inner = only.body;
  }
}

/**
 * Whether nothing is read after it was overwritten: what a stage stores, only that stage and those before it read, the
 * stage itself element by element; and stores that move behind all loops are read by none of them.
 */
function inOrder(
  { values }: LoopKernel,
  dependencies: readonly Dependencies[],
  stages: readonly Stage[],
): boolean {
  return stages.every(({ body, loop }, at) => {
    const stored = new Set(
      statementsIn(body).flatMap((stmt) => (stmt.kind === 'store' ? [stmt.operand] : [])),
    );
    if (stored.size === 0) return true;
    return stages.every((other, when) => {
      if (when !== at && statementsIn(other.body).some((s) => s.kind === 'store' && stored.has(s.operand)))
        return false;
      return [...valuesNeeded(other.body, values)].every((id) => {
        const value = values[id];
        if (value.op !== 'load' || !stored.has(value.operand)) return true;
        if (when === at) return loop === undefined || dependencies[id].axes.has(loop.axis);
        return loop !== undefined && when < at;
      });
    });
  });
}
