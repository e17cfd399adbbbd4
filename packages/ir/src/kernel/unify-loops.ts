/**
 * Gives loops of equal extent that stand side by side the same axis, and merges the values that then are equal. A
 * softmax names its row axis three times; after this its loops speak of the same elements, so what one of them has
 * computed another can recognise.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { add, computed, constant, div, mod, scale, variable } from '../index-expr/index-expr.ts';
import type { AxisId, Extent, Guard, LoopKernel, Stmt, Value, ValueId } from './kernel.ts';

export function unifyLoops(kernel: LoopKernel): LoopKernel {
  const axes = unifiedAxes(kernel);
  return axes ? new Rewriter(kernel, axes).run() : kernel;
}

/** The axis that stands for each; undefined where a loop would come to lie inside one of the same axis. */
function unifiedAxes(kernel: LoopKernel): ReadonlyMap<AxisId, AxisId> | undefined {
  const unified = new Map<AxisId, AxisId>();
  /** Axes in use right inside each nest of loops. */
  const pools = new Map<string, AxisId[]>();
  const visit = (body: readonly Stmt[], path: readonly AxisId[]): boolean =>
    body.every((stmt) => {
      if (stmt.kind !== 'loop') return true;
      const pool = pools.get(path.join()) ?? [];
      pools.set(path.join(), pool);
      const extent = kernel.axes[stmt.axis];
      const twin = pool.find((axis) => sameExtent(kernel.axes[axis], extent));
      const axis = unified.get(stmt.axis) ?? twin ?? stmt.axis;
      unified.set(stmt.axis, axis);
      if (!pool.includes(axis)) pool.push(axis);
      return !path.includes(axis) && visit(stmt.body, [...path, axis]);
    });
  return visit(kernel.body, []) ? unified : undefined;
}

function sameExtent(a: Extent, b: Extent): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.param === b.param;
}

class Rewriter {
  readonly #kernel: LoopKernel;
  readonly #axes: ReadonlyMap<AxisId, AxisId>;
  readonly #values: Value[] = [];
  readonly #renumbered: ValueId[] = [];

  constructor(kernel: LoopKernel, axes: ReadonlyMap<AxisId, AxisId>) {
    this.#kernel = kernel;
    this.#axes = axes;
  }

  run(): LoopKernel {
    const known = new Map<string, ValueId>();
    for (const original of this.#kernel.values) {
      const value = this.#value(original);
      const key = keyOf(value);
      const id = known.get(key) ?? this.#values.push(value) - 1;
      known.set(key, id);
      this.#renumbered.push(id);
    }
    return {
      ...this.#kernel,
      values: this.#values,
      body: this.#kernel.body.map((stmt) => this.#statement(stmt)),
    };
  }

  #value(value: Value): Value {
    switch (value.op) {
      case 'const':
      case 'scalar':
      case 'acc':
        return value;
      case 'index':
        return { ...value, index: this.#index(value.index) };
      case 'load':
        return { ...value, index: this.#index(value.index), guards: this.#guards(value.guards) };
      case 'inside':
        return { ...value, guards: this.#guards(value.guards) };
      default:
        return withInputs(
          value,
          value.inputs.map((input) => this.#renumbered[input]),
        );
    }
  }

  #statement(stmt: Stmt): Stmt {
    switch (stmt.kind) {
      case 'loop': {
        const axis = this.#axes.get(stmt.axis) ?? stmt.axis;
        return { ...stmt, axis, body: stmt.body.map((inner) => this.#statement(inner)) };
      }
      case 'init':
        return stmt;
      case 'accumulate': {
        const position = stmt.position === undefined ? undefined : this.#renumbered[stmt.position];
        return { ...stmt, value: this.#renumbered[stmt.value], position };
      }
      case 'store': {
        const value = this.#renumbered[stmt.value];
        return { ...stmt, index: this.#index(stmt.index), guards: this.#guards(stmt.guards), value };
      }
    }
  }

  #guards(guards: readonly Guard[]): Guard[] {
    return guards.map((guard) => ({ ...guard, index: this.#index(guard.index) }));
  }

  #index(index: IndexExpr): IndexExpr {
    let sum = constant(index.constant);
    for (const { atom, coefficient } of index.terms) {
      let part: IndexExpr;
      if (atom.kind === 'var') part = variable(this.#axes.get(atom.axis) ?? atom.axis, atom.max + 1);
      else if (atom.kind === 'value') part = computed(this.#renumbered[atom.value], atom.min, atom.max);
      else part = (atom.kind === 'div' ? div : mod)(this.#index(atom.of), atom.by);
      sum = add(sum, scale(part, coefficient));
    }
    return sum;
  }
}

function withInputs<V extends Extract<Value, { inputs: unknown }>>(value: V, inputs: ValueId[]): V {
  return { ...value, inputs };
}

/** Values with equal keys are equal wherever both can be computed. */
function keyOf(value: Value): string {
  const guards = (list: readonly Guard[]) =>
    list.map(({ index, lo, hi }) => `${lo}<=${index.key}<${hi}`).join('&');
  const head = `${value.op} ${value.dtype} `;
  switch (value.op) {
    case 'const':
      return head + (Object.is(value.value, -0) ? '-0' : value.value);
    case 'scalar':
      return head + value.slot;
    case 'acc':
      return head + value.acc;
    case 'index':
      return head + value.index.key;
    case 'load':
      return `${head}${value.operand}[${value.index.key}] ${guards(value.guards)}`;
    case 'inside':
      return head + guards(value.guards);
    default:
      return head + value.inputs.join();
  }
}
