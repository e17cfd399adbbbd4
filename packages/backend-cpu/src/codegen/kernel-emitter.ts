/**
 * Walks a kernel's statements and emits them: loops as scopes, vector loops in blocks with a remainder, everything
 * else through the emitters of values, stores and accumulators.
 */

import type { AxisId, Dependencies, IndexExpr, LoopKernel, LoopStmt, Stmt, ValueId } from '@tenfold/ir';
import { accumulatorsChangedIn, statementsIn, unreachable, valuesNeeded } from '@tenfold/ir';
import type { Address, MathContext } from '../math/index.ts';
import { call, i32, i32x4, select, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { Accumulators } from './accumulators.ts';
import type { ArgumentLayout } from './arguments.ts';
import { loadScalar } from './scalar-argument.ts';
import { address, strideOf } from './index-code.ts';
import type { TaskBuilder } from './functions.ts';
import type { Block, Scope } from './emission.ts';
import { Emission } from './emission.ts';
import { kindOf, registersOf, UNIT } from './lanes.ts';
import type { Kind, Lanes } from './lanes.ts';
import type { LoopPlan } from './loop-plan.ts';
import { store } from './store.ts';
import { emitValue } from './value.ts';
import type { ValueSources } from './value.ts';

/** The part of a loop to run: from `variable`'s present value up to `limit`, a multiple of `divisor` elements. */
export interface Range {
  readonly variable: Local<'i32'>;
  readonly limit: Expr<'i32'> | number;
  readonly divisor: number;
  /** Trip count, where it is known. */
  readonly count: number | undefined;
}

interface OpenLoop {
  readonly loop?: LoopStmt;
  readonly body: readonly Stmt[];
  readonly variable?: Expr<'i32'>;
  readonly block?: Block;
}

/** Begins one function of a kernel. */
export type MakeEmitter = (code: TaskBuilder) => KernelEmitter;

export class KernelEmitter extends Emission implements ValueSources {
  declare readonly kernel: LoopKernel;
  readonly accumulators: Accumulators;
  readonly plan: LoopPlan;
  readonly #layout: ArgumentLayout;
  readonly #args: Local<'i32'>;
  readonly #stored: ReadonlySet<number>;

  constructor(
    kernel: LoopKernel,
    math: MathContext,
    dependencies: readonly Dependencies[],
    plan: LoopPlan,
    layout: ArgumentLayout,
    args: Local<'i32'>,
  ) {
    super(kernel, math, dependencies);
    this.plan = plan;
    this.#layout = layout;
    this.#args = args;
    this.accumulators = new Accumulators(this);
    this.#stored = new Set(
      [...statementsIn(kernel.body)].flatMap((stmt) => (stmt.kind === 'store' ? [stmt.operand] : [])),
    );
    this.open({ body: kernel.body });
  }

  value(id: ValueId): Lanes {
    const scope = this.scopeOf(this.dependencies[id]);
    const found = scope.values.get(id);
    if (found) return found;
    // What a value is made of is emitted in the value's own scope: the inner ones step aside meanwhile.
    const inner = this.scopes.splice(scope.depth + 1);
    const lanes = this.#fromRow(scope, id) ?? emitValue(this, this, id);
    this.#toRow(scope, id, lanes);
    this.scopes.push(...inner);
    scope.values.set(id, lanes);
    return lanes;
  }

  accumulator(acc: number): Lanes {
    return this.accumulators.read(acc);
  }

  scalar(slot: number): Lanes {
    const args = this.#args;
    return this.lanes(this.scopes[0], kindOf(this.kernel.scalars[slot]), true, () =>
      loadScalar(args, this.#layout.scalar(slot), this.kernel.scalars[slot]),
    );
  }

  strideOf(index: IndexExpr): number | undefined {
    return strideOf(this, index);
  }

  address(operand: number, index: IndexExpr, element?: number): Address {
    return address(this, operand, index, element);
  }

  /** Reads a value that an earlier loop has left in the workspace. */
  #fromRow(scope: Scope, id: ValueId): Lanes | undefined {
    const offset = scope.loop && this.plan.rows.reads.get(scope.loop)?.get(id);
    if (offset === undefined) return undefined;
    const kind = kindOf(this.kernel.values[id].dtype);
    const row = this.#row(scope, kind);
    return this.lanes(scope, kind, false, (i) => v128.load(row, offset + 16 * i));
  }

  /** Leaves a value in the workspace for later loops. */
  #toRow(scope: Scope, id: ValueId, { kind, registers }: Lanes): void {
    const offset = scope.loop && this.plan.rows.writes.get(scope.loop)?.get(id);
    if (offset === undefined) return;
    const row = this.#row(scope, kind);
    scope.code.push(() => {
      registers.forEach((register, i) => this.code.emit(v128.store(row, register, offset + 16 * i)));
    });
  }

  /** The thread's own memory. */
  #workspace(): Expr<'i32'> {
    const { module } = this.math;
    return this.number(this.scopes[0], '@workspace', () =>
      call(module.importFunction('env', 'workspace', { params: [], result: 'i32' })),
    );
  }

  /** Where the present block stands in the rows of the workspace. */
  #row({ variable }: Scope, kind: Kind): Expr<'i32'> {
    const at = variable ?? unreachable('a row without a loop');
    const workspace = this.#workspace();
    const size = registersOf(kind) === 2 ? 3 : 2;
    return this.number(this.scope, `@row${size}`, () => i32.add(workspace, i32.shl(at, size)));
  }

  override barrier(): (registers: readonly Local<'v128'>[]) => void {
    const { pairing } = this.math;
    if (!pairing) return super.barrier();
    const pad = this.number(this.scopes[0], '@pad', () => i32.add(this.#workspace(), this.plan.rows.bytes));
    return (registers) => pairing.barrier(this.code, pad, registers);
  }

  operand(operand: number): Expr<'i32'> {
    return this.number(this.scopes[0], `@${operand}`, () =>
      i32.load(this.#args, this.#layout.operand(operand)),
    );
  }

  /** The address of the launch's scratch memory. */
  scratch(): Expr<'i32'> {
    return this.number(this.scopes[0], '@scratch', () => i32.load(this.#args, this.#layout.scratch));
  }

  extent(axis: AxisId): number | Expr<'i32'> {
    const extent = this.kernel.axes[axis];
    if (typeof extent === 'number') return extent;
    return this.number(this.scopes[0], `extent${extent.param}`, () =>
      i32.load(this.#args, this.#layout.extent(extent.param)),
    );
  }

  /** Opens a scope; values that later stores may overwrite are read at once. */
  open(loop: OpenLoop): Scope {
    const scope: Scope = {
      depth: this.scopes.length,
      loop: loop.loop,
      axis: loop.loop?.axis,
      variable: loop.variable,
      changes: accumulatorsChangedIn(loop.body),
      block: loop.block ?? this.scopes.at(-1)?.block,
      code: [],
      values: new Map(),
      numbers: new Map(),
    };
    this.scopes.push(scope);
    return scope;
  }

  /** Closes the innermost scope; the result writes its code down. */
  close(): () => void {
    const scope = this.scopes.pop() ?? unreachable('no scope to close');
    return () => {
      for (const write of scope.code) write();
    };
  }

  /** Writes down everything; call it last. */
  finish(): void {
    if (this.scopes.length !== 1) unreachable('a scope was left open');
    this.close()();
  }

  body(body: readonly Stmt[]): void {
    this.#readBeforeStores(body);
    for (const stmt of body) this.statement(stmt);
  }

  statement(stmt: Stmt): void {
    switch (stmt.kind) {
      case 'loop':
        return this.#loop(stmt);
      case 'init':
        this.forget(stmt.acc);
        return this.accumulators.init(stmt.acc);
      case 'accumulate':
        this.accumulators.accumulate(stmt);
        return this.forget(stmt.acc);
      case 'store':
        return store(this, stmt);
    }
  }

  /** A loop over its whole axis. */
  #loop(loop: LoopStmt): void {
    const limit = this.extent(loop.axis);
    if (limit === 0) return;
    const variable = this.code.local('i32');
    this.scope.code.push(() => this.code.set(variable, 0));
    const count = typeof limit === 'number' ? limit : undefined;
    this.loopOver(loop, { variable, limit, divisor: count ?? 1, count });
  }

  /** A loop over a part of its axis. Reductions into vectors are spread before it and gathered behind it. */
  loopOver(loop: LoopStmt, range: Range): void {
    const reduction = this.beginReduction(loop);
    const units = this.plan.units.get(loop);
    if (units !== undefined && this.scope.block === undefined) this.#vectorLoop(loop, range, units);
    else this.#plainLoop(loop, range);
    this.endReduction(reduction);
  }

  /** Prepares the accumulators that a loop reduces into: spread over vectors, long sums kept wide. */
  beginReduction(loop: LoopStmt): { readonly spread: readonly number[]; readonly wide: readonly number[] } {
    const spread = this.#spreadFor(loop);
    const wide = this.plan.sums.wide.get(loop) ?? [];
    for (const acc of wide) this.accumulators.widen(acc);
    return { spread, wide };
  }

  /** Behind that loop: each accumulator has one content again. */
  endReduction({ spread, wide }: ReturnType<KernelEmitter['beginReduction']>): void {
    for (const acc of spread) this.accumulators.gather(acc);
    for (const acc of wide) this.accumulators.endSum(acc);
    for (const acc of new Set([...spread, ...wide])) this.forget(acc);
  }

  /** How a loop moves its long sums to float64, where it does. */
  flushOf(loop: LoopStmt): { readonly iterations: number; write(): void } | undefined {
    const flush = this.plan.sums.flush.get(loop);
    if (!flush) return undefined;
    const writes = flush.accumulators.map((acc) => this.accumulators.flush(acc));
    return { iterations: flush.iterations, write: () => writes.forEach((write) => write()) };
  }

  /** Spreads the accumulators that vector loops in `loop` reduce into; returns those that were not spread before. */
  #spreadFor(loop: LoopStmt): number[] {
    if (loop.order === 'serial' || this.scope.block !== undefined) return [];
    const inside = new Set(
      [...statementsIn(loop.body)].flatMap((stmt) => (stmt.kind === 'init' ? [stmt.acc] : [])),
    );
    const wanted = new Map<number, number>();
    for (const vector of statementsIn([loop])) {
      const units = vector.kind === 'loop' ? this.plan.units.get(vector) : undefined;
      if (vector.kind !== 'loop' || units === undefined) continue;
      for (const stmt of statementsIn(vector.body)) {
        if (stmt.kind !== 'accumulate' || inside.has(stmt.acc) || this.accumulators.isSpread(stmt.acc))
          continue;
        wanted.set(stmt.acc, Math.max(units, wanted.get(stmt.acc) ?? 0));
      }
    }
    for (const [acc, units] of wanted) this.accumulators.spread(acc, units);
    return [...wanted.keys()];
  }

  #plainLoop(loop: LoopStmt, { variable, limit, count }: Range): void {
    this.open({ loop, body: loop.body, variable });
    this.body(loop.body);
    const write = this.close();
    if (count === 1) this.scope.code.push(write);
    else this.#strips(loop, { variable, limit, step: 1 }, write);
  }

  #vectorLoop(loop: LoopStmt, range: Range, units: number): void {
    const { variable, limit, divisor, count } = range;
    let rest = count;
    if (divisor % (units * UNIT) !== 0) this.#barrierAround(loop);
    for (const block of new Set([units, 1])) {
      const step = block * UNIT;
      const whole = block === 1 && units > 1 && divisor % (units * UNIT) === 0;
      if (whole || (rest !== undefined && rest < step)) continue;
      const once = rest !== undefined && rest < 2 * step;
      if (rest !== undefined) rest %= step;
      this.open({ loop, body: loop.body, variable, block: { axis: loop.axis, units: block } });
      this.body(loop.body);
      const write = this.close();
      const last = typeof limit === 'number' ? limit - step + 1 : i32.sub(limit, step - 1);
      if (!once) this.#strips(loop, { variable, limit: last, step }, write);
      else this.scope.code.push(write, () => this.code.increment(variable, step));
      if (block > 1 && divisor % step !== 0) this.#barrierAround(loop);
    }
    if (divisor % UNIT !== 0) this.#remainder(loop, range);
  }

  /** A loop whose last blocks are single ones takes its sums through memory before and behind the paired ones. */
  #barrierAround(loop: LoopStmt): void {
    const spread = new Set(
      loop.body.flatMap((stmt) =>
        stmt.kind === 'accumulate' && this.accumulators.isSpread(stmt.acc) ? [stmt.acc] : [],
      ),
    );
    const barrier = this.barrier();
    for (const acc of spread) {
      const registers = this.accumulators.spreadRegisters(acc);
      this.scope.code.push(() => barrier(registers));
    }
  }

  /** Counts from the variable's present value to the limit, in strips where long sums have to be flushed. */
  #strips(
    loop: LoopStmt,
    { variable, limit, step }: { variable: Local<'i32'>; limit: number | Expr<'i32'>; step: number },
    write: () => void,
  ): void {
    const { code } = this;
    const flush = this.flushOf(loop);
    this.scope.code.push(() => {
      const end = typeof limit === 'number' ? limit : code.let(limit);
      if (!flush) return code.countedLoop(variable, end, step, write);
      const stop = code.local('i32');
      code.block((exit) => {
        code.brIf(exit, i32.ge_s(variable, end));
        code.loop((next) => {
          const full = code.let(i32.add(variable, flush.iterations * step));
          const rest = typeof end === 'number' ? i32.const(end) : end;
          code.set(stop, select(full, rest, i32.lt_s(full, rest)));
          code.countedLoop(variable, stop, step, write);
          flush.write();
          code.brIf(next, i32.lt_s(variable, end));
        });
      });
      return undefined;
    });
  }

  /** The last one to three elements of a vector loop. */
  #remainder(loop: LoopStmt, { variable, limit }: Range): void {
    const { code } = this;
    const active = { mask: code.local('v128'), bits: code.local('i32') };
    this.open({ loop, body: loop.body, variable, block: { axis: loop.axis, units: 1, active } });
    this.body(loop.body);
    const write = this.close();
    const end = typeof limit === 'number' ? i32.const(limit) : limit;
    this.scope.code.push(() => {
      code.if(i32.lt_s(variable, end), () => {
        const rest = i32.sub(end, variable);
        code.set(active.bits, i32.sub(i32.shl(1, rest), 1));
        code.set(active.mask, i32x4.lt_s(code.constants.i32x4([0, 1, 2, 3]), i32x4.splat(rest)));
        write();
      });
    });
  }

  /**
   * Loads from operands that the kernel also writes happen as the iteration begins that they belong to, before any of
   * its stores: an update in place reads the old contents.
   */
  #readBeforeStores(body: readonly Stmt[]): void {
    if (this.#stored.size === 0) return;
    for (const id of valuesNeeded(body, this.kernel.values)) {
      const value = this.kernel.values[id];
      if (value.op !== 'load' || !this.#stored.has(value.operand)) continue;
      const { axes, accumulators } = this.dependencies[id];
      const known = accumulators.size === 0 && [...axes].every((axis) => this.#isOpen(axis));
      if (known && this.scopeOf(this.dependencies[id]) === this.scope) this.value(id);
    }
  }

  #isOpen(axis: AxisId): boolean {
    return this.scopes.some((scope) => scope.axis === axis);
  }
}
