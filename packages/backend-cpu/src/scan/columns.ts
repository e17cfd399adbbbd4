/**
 * Scans of neighbouring columns: all of a block move down together, row by row as they lie in memory. Their state is in
 * the thread's own memory, which is the nearest cache: registers would hold so few columns that each row gave one or two
 * cache lines, and every one of them on another page.
 */

import type { Dependencies, LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import { identity } from '../codegen/combine.ts';
import { NANOSECONDS } from '../codegen/cost.ts';
import type { FunctionTarget, KernelFunctions } from '../codegen/functions.ts';
import { emitGrid, gridSize, maxGrid } from '../codegen/grid.ts';
import type { Range } from '../codegen/kernel-emitter.ts';
import { KernelEmitter } from '../codegen/kernel-emitter.ts';
import type { Lanes } from '../codegen/lanes.ts';
import { kindOf, register, registersOf } from '../codegen/lanes.ts';
import type { LoopPlan } from '../codegen/loop-plan.ts';
import { planLoops } from '../codegen/loop-plan.ts';
import type { MathContext } from '../math/index.ts';
import { tuning } from '../tuning.ts';
import { call, i32, lesser, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, Local } from '../wasm/index.ts';
import { foldOf, step } from './fold.ts';
import type { Accumulate, Scan } from './recognise.ts';
import { nest } from './recognise.ts';

/** Columns of a block: their state, and a row of what they read and write, fit the nearest cache. */
const BLOCK = 1024;

/** Columns that are better not taken as vectors, such as gathered ones, are left to the general template. */
export function scanColumns(
  scan: Scan,
  dependencies: readonly Dependencies[],
  target: FunctionTarget,
): KernelFunctions | undefined {
  const { lanes, along, accumulate, stores } = scan;
  const columns: LoopStmt = { ...lanes[lanes.length - 1], body: [accumulate, ...stores] };
  const outer = lanes.slice(0, -1);
  const body = nest([...outer, along], [columns]);
  const kernel: LoopKernel = { ...scan.kernel, body };
  const plan = planLoops(kernel, dependencies, target.pairing);
  if (!plan.units.has(columns)) return undefined;
  const { index, code } = target.add();
  const [args, begin, end] = code.params;
  const math: MathContext = { ...target, code: code as FunctionBuilder };
  const e = new ColumnEmitter({ ...scan, kernel }, math, dependencies, plan, args);
  const chain = [...outer, columns];
  emitGrid(e, chain, begin, end);
  e.finish();
  const size = maxGrid(kernel, chain);
  return {
    phases: [
      {
        function: index,
        grid: (extents) => gridSize(kernel, chain, extents),
        grain: tuning.grain,
        nanoseconds: (plan.total * NANOSECONDS) / Math.max(1, size),
        coarse: true,
      },
    ],
    scratch: () => 0,
    workspaceBytes: statesAt(plan) + BLOCK * bytesOf(scan),
  };
}

/** Where the states stand in the thread's memory. */
function statesAt({ workspaceBytes }: LoopPlan): number {
  return Math.ceil(workspaceBytes / 64) * 64;
}

/** Bytes of one column's state. */
function bytesOf(scan: Scan): 4 | 8 {
  return registersOf(kindOf(foldOf(scan).dtype)) === 2 ? 8 : 4;
}

/** Emits the loop over columns as blocks of columns around the loop down the rows. */
class ColumnEmitter extends KernelEmitter {
  readonly #scan: Scan;
  /** Where the state of column 0 would be, if the present block began there. */
  readonly #states: Local<'i32'>;
  #content: Lanes | undefined;

  constructor(
    scan: Scan,
    math: MathContext,
    dependencies: readonly Dependencies[],
    plan: LoopPlan,
    args: Local<'i32'>,
  ) {
    super(scan.kernel, math, dependencies, plan, argumentLayout(scan.kernel), args);
    this.#scan = scan;
    this.#states = this.code.local('i32');
  }

  /** The grid ends in the loop over columns: these are a task's. */
  override loopOver(loop: LoopStmt, range: Range): void {
    const { code } = this;
    const { along } = this.#scan;
    const limit = code.local('i32');
    const [row, column] = [code.local('i32'), code.local('i32')];
    const rows = this.extent(along.axis);
    this.open({ loop: along, body: [loop], variable: row });
    this.scope.code.push(() => code.set(column, range.variable));
    super.loopOver(loop, { ...range, variable: column, limit });
    const write = this.close();
    this.scope.code.push(() =>
      code.countedLoop(range.variable, range.limit, BLOCK, () => {
        code.set(limit, lesser(i32.add(range.variable, BLOCK), range.limit));
        this.#reset(range.variable, limit);
        code.set(row, 0);
        code.countedLoop(row, rows, 1, write);
      }),
    );
  }

  /** A scan's sums are all wanted: none is spread over lanes or moved to another precision. */
  override beginReduction(): ReturnType<KernelEmitter['beginReduction']> {
    return { spread: [], wide: [] };
  }

  /** The states of the columns `column` to `limit` as nothing has been folded into them. */
  #reset(column: Local<'i32'>, limit: Local<'i32'>): void {
    const { code, math } = this;
    const bytes = bytesOf(this.#scan);
    const { kind, dtype } = foldOf(this.#scan);
    const workspace = math.module.importFunction('env', 'workspace', { params: [], result: 'i32' });
    const at = code.let(i32.add(call(workspace), statesAt(this.plan)));
    const end = code.let(i32.add(at, i32.mul(i32.sub(limit, column), bytes)));
    code.set(this.#states, i32.sub(at, i32.mul(column, bytes)));
    code.countedLoop(at, end, 16, () => code.emit(v128.store(at, identity(code, kind, dtype))));
  }

  override statement(stmt: Stmt): void {
    if (stmt.kind === 'accumulate') this.#accumulate(stmt);
    else super.statement(stmt);
  }

  #accumulate({ acc, value }: Accumulate): void {
    const { code, math, scope } = this;
    const x = this.value(value);
    const fold = foldOf(this.#scan);
    const column = scope.variable ?? unreachable('a column without a loop');
    const at = this.number(scope, '@state', () =>
      i32.add(this.#states, i32.mul(column, bytesOf(this.#scan))),
    );
    const state = this.lanes(scope, kindOf(fold.dtype), false, (i) =>
      step(math, fold, code.let(v128.load(at, 16 * i)), register(x, i)),
    );
    scope.code.push(() => state.registers.forEach((one, i) => code.emit(v128.store(at, one, 16 * i))));
    this.forget(acc);
    this.#content = state;
  }

  override accumulator(acc: number): Lanes {
    return this.#content ?? unreachable(`accumulator ${acc} is read before a column is folded`);
  }
}
