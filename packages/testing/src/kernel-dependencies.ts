/** What each value of a kernel depends on, directly and through its inputs. */

import type { AxisId, IndexExpr, Stmt, Value, ValueId } from '@tenfold/ir';
import { forEachAtom } from '@tenfold/ir';

export interface Dependencies {
  readonly axes: ReadonlySet<AxisId>;
  readonly accumulators: ReadonlySet<number>;
  /** The value itself and every value beneath it. */
  readonly values: ReadonlySet<ValueId>;
}

/** The index expressions that a value or statement reads. */
export function indicesOf(node: Value | Stmt): IndexExpr[] {
  const own = 'index' in node ? [node.index] : [];
  const guards = 'guards' in node ? node.guards.map((guard) => guard.index) : [];
  return [...own, ...guards];
}

/** The values that a value reads: its inputs and the computed atoms of its indices. */
export function inputsOf(value: Value): ValueId[] {
  const inputs: ValueId[] = 'inputs' in value ? [...value.inputs] : [];
  for (const index of indicesOf(value)) {
    forEachAtom(index, (atom) => {
      if (atom.kind === 'value') inputs.push(atom.value);
    });
  }
  return inputs;
}

/** The values that a statement reads by itself, not those of its body. */
export function readsOf(stmt: Stmt): ValueId[] {
  if (stmt.kind === 'loop' || stmt.kind === 'init') return [];
  if (stmt.kind === 'accumulate')
    return stmt.position === undefined ? [stmt.value] : [stmt.value, stmt.position];
  const reads = [stmt.value];
  for (const index of indicesOf(stmt)) {
    forEachAtom(index, (atom) => {
      if (atom.kind === 'value') reads.push(atom.value);
    });
  }
  return reads;
}

/** The axes that index expressions name. */
export function axesOf(indices: readonly IndexExpr[]): AxisId[] {
  const axes: AxisId[] = [];
  for (const index of indices) {
    forEachAtom(index, (atom) => {
      if (atom.kind === 'var') axes.push(atom.axis);
    });
  }
  return axes;
}

/** Dependencies of every value; inputs stand before the values that read them. */
export function dependenciesOf(values: readonly Value[]): Dependencies[] {
  const all: Dependencies[] = [];
  values.forEach((value, id) => {
    const axes = new Set(axesOf(indicesOf(value)));
    const accumulators = new Set<number>(value.op === 'acc' ? [value.acc] : []);
    const beneath = new Set<ValueId>([id]);
    for (const input of inputsOf(value)) {
      for (const axis of all[input].axes) axes.add(axis);
      for (const acc of all[input].accumulators) accumulators.add(acc);
      for (const inner of all[input].values) beneath.add(inner);
    }
    all.push({ axes, accumulators, values: beneath });
  });
  return all;
}
