/**
 * Which loops are vector loops. On every way from the root to a statement at most one loop takes four elements at a
 * time; which one it is decides whether loads are vectors, splats or single elements, so the plan tries each loop that
 * is not serial and keeps the cheapest.
 */

import { accumulatorsChangedIn, inputsOf, readsOf, statementsIn } from '@tenfold/ir';
import type { AxisId, Dependencies, LoopKernel, LoopStmt, Stmt, Value, ValueId } from '@tenfold/ir';
import { accessOf, costOfStatement, costOfValue } from './cost.ts';
import { kindOf, registersOf, UNIT } from './lanes.ts';
import type { Pairing } from '../pairing.ts';
import type { RowCache } from './row-cache.ts';
import { planRowCache } from './row-cache.ts';
import type { SumPlan } from './sum-plan.ts';
import { planSums } from './sum-plan.ts';

export interface LoopPlan {
  /** Units that a vector loop works on at a time; other loops are not in the map. */
  readonly units: ReadonlyMap<LoopStmt, number>;
  /** Instructions of one run of each loop, and of the whole body. */
  readonly cost: ReadonlyMap<LoopStmt, number>;
  readonly total: number;
  readonly sums: SumPlan;
  readonly rows: RowCache;
  /** Memory that a thread needs: the rows, and behind them what registers are taken through. */
  readonly workspaceBytes: number;
}

/** What entering a loop costs, and gathering the parts of a reduction behind it. */
const LOOP_OVERHEAD = 4;
const GATHER_OVERHEAD = 8;
/**
 * Blocks of several units hide loop overhead and latency: a processor looks some hundred instructions ahead, which is
 * less than one chain of a long body. Very long ones are not worth the code.
 */
const UNITS_BY_COST = [
  [120, 4],
  [400, 2],
] as const;
const COLUMNS = [10, 8] as const;

/** `parts`: loops that may be cut into parts for several threads. */
export function planLoops(
  kernel: LoopKernel,
  dependencies: readonly Dependencies[],
  pairing?: Pairing,
  parts: ReadonlySet<LoopStmt | undefined> = new Set(),
): LoopPlan {
  const planner = new Planner(kernel, dependencies, pairing);
  const total = planner.bodyCost(kernel.body, undefined, undefined);
  const sums = planSums(kernel, (loop) => maxExtent(kernel, loop.axis), planner.units, parts);
  const rows = planRowCache(kernel, dependencies, planner.units, (loop) => maxExtent(kernel, loop.axis));
  const workspaceBytes = rows.bytes + (pairing?.padBytes ?? 0);
  return { units: planner.units, cost: planner.cost, total, sums, rows, workspaceBytes };
}

/** The largest trip count of an axis. */
export function maxExtent(kernel: Pick<LoopKernel, 'axes'>, axis: AxisId): number {
  const extent = kernel.axes[axis];
  return typeof extent === 'number' ? extent : extent.max;
}

class Planner {
  readonly units = new Map<LoopStmt, number>();
  readonly cost = new Map<LoopStmt, number>();
  readonly #kernel: LoopKernel;
  readonly #dependencies: readonly Dependencies[];
  readonly #pairing: Pairing | undefined;
  readonly #demands = new Map<readonly Stmt[], ReadonlySet<ValueId>>();

  constructor(kernel: LoopKernel, dependencies: readonly Dependencies[], pairing: Pairing | undefined) {
    this.#kernel = kernel;
    this.#dependencies = dependencies;
    this.#pairing = pairing;
  }

  /** One execution of a body; `block` is the vector axis it runs in. */
  bodyCost(body: readonly Stmt[], loop: LoopStmt | undefined, block: AxisId | undefined): number {
    let cost = 0;
    for (const id of this.#demand(body)) {
      if (loop && !this.#dependsOn(id, loop)) continue;
      cost += costOfValue(this.#kernel, this.#dependencies, id, block);
    }
    for (const stmt of body) {
      cost += costOfStatement(this.#kernel, this.#dependencies, stmt, block);
      if (stmt.kind === 'loop') cost += this.#loopCost(stmt, block);
    }
    return cost;
  }

  #loopCost(loop: LoopStmt, block: AxisId | undefined): number {
    const trips = maxExtent(this.#kernel, loop.axis);
    if (block !== undefined) return LOOP_OVERHEAD + trips * this.bodyCost(loop.body, loop, block);
    const inner = LOOP_OVERHEAD + trips * this.bodyCost(loop.body, loop, undefined);
    this.cost.set(loop, inner);
    if (loop.order === 'serial' || trips < 2) return inner;
    const unit = this.bodyCost(loop.body, loop, loop.axis);
    const gather = loop.order === 'reduce' ? GATHER_OVERHEAD : 0;
    const vector = LOOP_OVERHEAD + gather + Math.ceil(trips / UNIT) * unit;
    if (vector > inner) return inner;
    for (const stmt of statementsIn(loop.body)) {
      if (stmt.kind === 'loop') this.units.delete(stmt);
    }
    this.units.set(loop, this.#unitsFor(loop, unit));
    this.cost.set(loop, vector);
    return vector;
  }

  #unitsFor(loop: LoopStmt, unitCost: number): number {
    const trips = maxExtent(this.#kernel, loop.axis);
    // What repeats most often counts. Columns that are reduced together use whole cache lines of each row.
    const inner = [...statementsIn(loop.body)].filter((stmt) => stmt.kind === 'loop');
    const weights = inner.map((stmt) => this.bodyCost(stmt.body, stmt, loop.axis));
    const table = inner.length > 0 ? [COLUMNS, ...UNITS_BY_COST] : UNITS_BY_COST;
    const weight = weights.length > 0 ? Math.max(...weights) : unitCost;
    let units = table.find(([limit]) => weight <= limit)?.[1] ?? 1;
    const values = [...this.#demand(loop.body)].map((id) => this.#kernel.values[id]);
    if (values.some(({ dtype }) => registersOf(kindOf(dtype)) === 2)) units = Math.max(1, units / 2);
    else if (values.every(({ op }) => this.#pairing?.pairs(op))) units *= 2;
    const isFetch = (value: Value) =>
      value.op === 'load' && accessOf(value.index, loop.axis, this.#dependencies) === 'computed';
    // Mostly a search, in which each read waits for the one before.
    if (values.filter(isFetch).length > 4) units = Math.max(units, 4);
    while (units > 1 && units * UNIT > trips) units /= 2;
    return units;
  }

  /** The values computed while a body runs once, nested loops counting only for what they leave outside. */
  #demand(body: readonly Stmt[]): ReadonlySet<ValueId> {
    const known = this.#demands.get(body);
    if (known) return known;
    const demanded = new Set<ValueId>();
    const need = (id: ValueId): void => {
      if (demanded.has(id)) return;
      demanded.add(id);
      inputsOf(this.#kernel.values[id]).forEach(need);
    };
    for (const stmt of body) {
      readsOf(stmt).forEach(need);
      if (stmt.kind !== 'loop') continue;
      for (const id of this.#demand(stmt.body)) if (!this.#dependsOn(id, stmt)) need(id);
    }
    this.#demands.set(body, demanded);
    return demanded;
  }

  #dependsOn(id: ValueId, loop: LoopStmt): boolean {
    const { axes, accumulators } = this.#dependencies[id];
    if (axes.has(loop.axis)) return true;
    if (accumulators.size === 0) return false;
    const changed = accumulatorsChangedIn(loop.body);
    return [...accumulators].some((acc) => changed.has(acc));
  }
}
