/**
 * A kernel of loops made anew out of copies of its stores, each over other loop variables: how loops are cut and unrolled.
 * What is known in a copy is folded: a guard that always fails there takes with it what it guards.
 */

import type { AxisId, IndexExpr, LoopKernel, LoopStmt, Stmt, Value, ValueId } from '@tenfold/ir';
import { ValueTable, copyValues, isFloat, usefulGuards, valuesNeeded, variable } from '@tenfold/ir';

export type Store = Extract<Stmt, { kind: 'store' }>;

/** What stands in the place of loop variables. */
export type Replacement = ReadonlyMap<AxisId, IndexExpr>;

export class Remake {
  readonly #kernel: LoopKernel;
  readonly #values: readonly Value[];
  readonly #table = new FoldingTable();
  readonly #extents: number[];

  constructor(kernel: LoopKernel) {
    this.#kernel = kernel;
    this.#values = living(kernel.body, kernel.values);
    this.#extents = kernel.axes.map(Number);
  }

  extent(axis: AxisId): number {
    return this.#extents[axis];
  }

  axis(extent: number): { readonly id: AxisId; readonly index: IndexExpr } {
    const id = this.#extents.push(extent) - 1;
    return { id, index: variable(id, extent) };
  }

  /** A copy of stores, without those that never happen there. */
  stores(stores: readonly Store[], replacement: Replacement): Store[] {
    const { ids, index } = copyValues(this.#values, this.#table, {
      axis: (axis) => replacement.get(axis),
      load: (value, into) => into.add(value),
    });
    return stores.flatMap((stmt) => {
      const guards = usefulGuards(stmt.guards.map((guard) => ({ ...guard, index: index(guard.index) })));
      return guards ? [{ ...stmt, index: index(stmt.index), guards, value: ids[stmt.value] }] : [];
    });
  }

  finish(body: readonly Stmt[]): LoopKernel {
    const { values } = this.#table;
    return { ...this.#kernel, axes: this.#extents, values: living(body, values), body };
  }
}

/** Loops around a body, outermost first. */
export function loopsAround(axes: readonly AxisId[], body: readonly Stmt[]): readonly Stmt[] {
  return axes.reduceRight<readonly Stmt[]>(
    (inner, axis) => [{ kind: 'loop', axis, order: 'parallel', body: inner }],
    body,
  );
}

/** Nested loops without anything between them, around stores. */
export interface Nest {
  /** Outermost first. */
  readonly axes: readonly AxisId[];
  readonly stores: readonly Store[];
}

/** The nest that a loop is; undefined if there is anything else inside. */
export function nestOf(loop: LoopStmt): Nest | undefined {
  const axes: AxisId[] = [];
  for (let next: Stmt = loop; next.kind === 'loop' && next.order === 'parallel'; next = next.body[0]) {
    axes.push(next.axis);
    const stores = next.body.filter((stmt) => stmt.kind === 'store' && stmt.combine === undefined);
    if (stores.length === next.body.length) return { axes, stores: stores as Store[] };
    if (next.body.length !== 1) return undefined;
  }
  return undefined;
}

/** The values with nothing in the place of those that no statement needs. */
export function living(body: readonly Stmt[], values: readonly Value[]): readonly Value[] {
  const needed = valuesNeeded(body, values);
  return values.map((value, id) => (needed.has(id) ? value : { op: 'const', dtype: value.dtype, value: 0 }));
}

/** A table in which a choice that is made already is what was chosen, and a sum with nothing the other term. */
class FoldingTable extends ValueTable {
  override add(value: Value): ValueId {
    if (value.op === 'where') {
      const [condition, a, b] = value.inputs;
      const known = this.values[condition];
      if (known.op === 'const') return known.value === 0 ? b : a;
    }
    if (value.op === 'add' || value.op === 'or') {
      const [a, b] = value.inputs;
      if (this.#isNeutral(b)) return a;
      if (this.#isNeutral(a)) return b;
    }
    return super.add(value);
  }

  /** -0 for floats: a sum with 0 would make 0 of -0. */
  #isNeutral(id: ValueId): boolean {
    const value = this.values[id];
    if (value.op !== 'const') return false;
    return isFloat(value.dtype) ? Object.is(value.value, -0) : value.value === 0;
  }
}
