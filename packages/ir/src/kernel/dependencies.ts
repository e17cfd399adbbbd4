/**
 * What each value of a kernel depends on: the loops whose variables it reads and the accumulators it reads, directly
 * or through its inputs. This decides how far out a value can be computed.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { forEachAtom } from '../index-expr/index-expr.ts';
import type { AxisId, Guard, Stmt, Value, ValueId } from './kernel.ts';

export interface Dependencies {
  readonly axes: ReadonlySet<AxisId>;
  readonly accumulators: ReadonlySet<number>;
}

export type LoopStmt = Extract<Stmt, { kind: 'loop' }>;

/** The index expressions of a value or a statement, those of its guards included. */
export function indicesOf(node: Value | Stmt): IndexExpr[] {
  const own = 'index' in node ? [node.index] : [];
  const guards: readonly Guard[] = 'guards' in node ? node.guards : [];
  return [...own, ...guards.map((guard) => guard.index)];
}

/** The values whose results stand in an index expression. */
export function valuesIn(index: IndexExpr): ValueId[] {
  const found: ValueId[] = [];
  forEachAtom(index, (atom) => {
    if (atom.kind === 'value') found.push(atom.value);
  });
  return found;
}

/** The values that a value reads. */
export function inputsOf(value: Value): ValueId[] {
  return [...('inputs' in value ? value.inputs : []), ...indicesOf(value).flatMap(valuesIn)];
}

/** The values that a statement reads, apart from those of its body. */
export function readsOf(stmt: Stmt): ValueId[] {
  const reads = indicesOf(stmt).flatMap(valuesIn);
  if ('value' in stmt) reads.push(stmt.value);
  if (stmt.kind === 'accumulate' && stmt.position !== undefined) reads.push(stmt.position);
  return reads;
}

/** All values that the statements need, in nested loops as well. */
export function valuesNeeded(body: readonly Stmt[], values: readonly Value[]): Set<ValueId> {
  const needed = new Set<ValueId>();
  const need = (id: ValueId): void => {
    if (needed.has(id)) return;
    needed.add(id);
    inputsOf(values[id]).forEach(need);
  };
  const visit = (stmt: Stmt): void => {
    readsOf(stmt).forEach(need);
    if (stmt.kind === 'loop') stmt.body.forEach(visit);
  };
  body.forEach(visit);
  return needed;
}

export function dependenciesOf(values: readonly Value[]): Dependencies[] {
  const all: Dependencies[] = [];
  for (const value of values) {
    const own = value.op === 'acc' ? [value.acc] : [];
    all.push(
      union(
        inputsOf(value).map((id) => all[id]),
        indicesOf(value),
        own,
      ),
    );
  }
  return all;
}

export function dependenciesOfIndex(index: IndexExpr, values: readonly Dependencies[]): Dependencies {
  return union(
    valuesIn(index).map((id) => values[id]),
    [index],
    [],
  );
}

function union(
  parts: readonly Dependencies[],
  indices: readonly IndexExpr[],
  accumulators: readonly number[],
): Dependencies {
  const axes = new Set(parts.flatMap((part) => [...part.axes]));
  for (const index of indices) {
    forEachAtom(index, (atom) => {
      if (atom.kind === 'var') axes.add(atom.axis);
    });
  }
  return {
    axes,
    accumulators: new Set([...accumulators, ...parts.flatMap((part) => [...part.accumulators])]),
  };
}

/** The statements of a body and of all loops in it, outermost first. */
export function statementsIn(body: readonly Stmt[], found: Stmt[] = []): readonly Stmt[] {
  for (const stmt of body) {
    found.push(stmt);
    if (stmt.kind === 'loop') statementsIn(stmt.body, found);
  }
  return found;
}

/** The accumulators that statements initialise or add to. */
export function accumulatorsChangedIn(body: readonly Stmt[]): Set<number> {
  const changed = new Set<number>();
  for (const stmt of statementsIn(body)) {
    if (stmt.kind === 'init' || stmt.kind === 'accumulate') changed.add(stmt.acc);
  }
  return changed;
}
