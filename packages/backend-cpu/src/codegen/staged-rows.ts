/**
 * The functions of a kernel in stages, one phase each. A task is a part of one row. Parts depend on the extents alone,
 * and their results are combined in order, so every thread count gives the same bits.
 */

import type { LoopKernel, LoopStmt, Stage, StagedRows } from '@tenfold/ir';
import { tuning } from '../tuning.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { NANOSECONDS } from './cost.ts';
import type { FunctionTarget, KernelFunctions, Phase } from './functions.ts';
import { chainFrom, emitGrid, grainOf, gridSize, locate, maxGrid, sizeOf } from './grid.ts';
import type { KernelEmitter, MakeEmitter } from './kernel-emitter.ts';
import type { LoopPlan } from './loop-plan.ts';

/** A register each for content and position. */
const SLOT_BYTES = 32;

/** How a stage's loop is cut. */
interface Cut {
  readonly chain: readonly LoopStmt[];
  /** Iterations of a part; parts of the longest row. */
  readonly partSize: number;
  readonly parts: number;
  /** Where in the scratch memory its results are. */
  readonly offset: number;
}

/** Whether the rows are so long that they are worth cutting. What is kept of a row is not there for other threads. */
export function worthStages({ rows }: StagedRows, plan: LoopPlan): boolean {
  if (plan.rows.bytes > 0 || rows.some((loop) => plan.units.has(loop))) return false;
  return plan.total * NANOSECONDS > tuning.split;
}

export function stagedFunctions(
  kernel: LoopKernel,
  { rows, stages }: StagedRows,
  target: FunctionTarget,
  emitter: MakeEmitter,
  plan: LoopPlan,
): KernelFunctions {
  const count = maxGrid(kernel, rows);
  let bytes = 0;
  const cuts = stages.map(({ loop, reduces }): Cut => {
    const chain = loop ? chainFrom(loop, loop.order, plan) : [];
    const size = Math.max(1, maxGrid(kernel, chain));
    const time = loop ? (plan.cost.get(loop) ?? 0) * NANOSECONDS : 0;
    const wanted = Math.max(1, Math.min(tuning.maxParts / count, time / tuning.part));
    const grain = grainOf(chain, plan);
    const partSize = Math.ceil(size / Math.floor(wanted) / grain) * grain;
    const parts = Math.ceil(size / partSize);
    const offset = bytes;
    bytes += count * parts * reduces.length * SLOT_BYTES;
    return { chain, partSize, parts, offset };
  });
  const phases = stages.map((stage, at): Phase => {
    const { chain, partSize } = cuts[at];
    const { index, code } = target.add();
    const e = emitter(code);
    new StageEmitter(e, rows, stages, cuts).emit(stage, cuts[at], code.params[1], code.params[2]);
    e.finish();
    const cost = stage.loop ? ((plan.cost.get(stage.loop) ?? 0) / maxGrid(kernel, chain)) * partSize : 10;
    return {
      function: index,
      grid: (extents) =>
        gridSize(kernel, rows, extents) * Math.ceil(gridSize(kernel, chain, extents) / partSize),
      grain: 1,
      nanoseconds: cost * NANOSECONDS,
    };
  });
  return { phases, scratch: () => bytes, workspaceBytes: plan.workspaceBytes };
}

class StageEmitter {
  readonly #e: KernelEmitter;
  readonly #rows: readonly LoopStmt[];
  readonly #stages: readonly Stage[];
  readonly #cuts: readonly Cut[];

  constructor(e: KernelEmitter, rows: readonly LoopStmt[], stages: readonly Stage[], cuts: readonly Cut[]) {
    this.#e = e;
    this.#rows = rows;
    this.#stages = stages;
    this.#cuts = cuts;
  }

  /** The tasks `begin` to `end` of a stage. */
  emit(stage: Stage, cut: Cut, begin: Local<'i32'>, end: Local<'i32'>): void {
    const e = this.#e;
    const { code } = e;
    const [task, row, part, first, last] = Array.from({ length: 5 }, () => code.local('i32'));
    const total = sizeOf(e, cut.chain);
    const parts = partsOf(e, cut);
    const variables = this.#rows.map(() => code.local('i32'));
    const extents = this.#rows.map((loop) => sizeOf(e, [loop]));
    e.open({ body: e.kernel.body, variable: task });
    e.scope.code.push(() => {
      code.set(row, i32.div_u(task, parts));
      code.set(part, i32.rem_u(task, parts));
      code.set(first, i32.mul(part, cut.partSize));
      code.set(last, i32.add(first, cut.partSize));
      code.if(i32.lt_u(total, last), () => code.set(last, total));
      if (variables.length > 0) locate(e, variables, extents, row);
    });
    this.#rows.forEach((loop, i) => e.open({ loop, body: loop.body, variable: variables[i] }));
    for (const acc of stage.reads) this.#combine(acc, row);
    for (const acc of stage.reduces) e.statement({ kind: 'init', acc });
    if (stage.loop) emitGrid(e, cut.chain, first, last);
    else e.body(stage.body);
    this.#leave(stage, cut, i32.add(i32.mul(row, cut.parts), part));
    for (const _ of this.#rows) this.#nest();
    const write = e.close();
    e.scope.code.push(() => {
      code.set(task, begin);
      code.countedLoop(task, end, 1, write);
    });
  }

  /** The code of the innermost scope becomes that of the one around it. */
  #nest(): void {
    const write = this.#e.close();
    this.#e.scope.code.push(write);
  }

  /** Stores what a part has reduced. */
  #leave({ reduces }: Stage, { offset }: Cut, slot: Expr<'i32'>): void {
    const e = this.#e;
    if (reduces.length === 0) return;
    const { code } = e;
    const scratch = e.scratch();
    e.scope.code.push(() => {
      const slots = code.let(i32.add(scratch, i32.mul(slot, reduces.length * SLOT_BYTES)));
      reduces.forEach((acc, i) => {
        e.accumulators.result(acc).forEach((register, j) => {
          code.emit(v128.store(slots, register, offset + i * SLOT_BYTES + 16 * j));
        });
      });
    });
  }

  /** An accumulator as the parts of an earlier stage have left it. */
  #combine(acc: number, row: Local<'i32'>): void {
    const e = this.#e;
    const { code } = e;
    const at = this.#stages.findIndex(({ reduces }) => reduces.includes(acc));
    const { reduces } = this.#stages[at];
    const { parts, offset } = this.#cuts[at];
    const bytes = reduces.length * SLOT_BYTES;
    const count = partsOf(e, this.#cuts[at]);
    const scratch = e.scratch();
    e.statement({ kind: 'init', acc });
    const { begin, merge, finish } = e.accumulators.merger(acc);
    e.scope.code.push(() => {
      const part = code.let(i32.const(0));
      const slots = code.let(i32.add(scratch, i32.mul(row, parts * bytes)));
      begin();
      code.countedLoop(part, count, 1, () => {
        const from = offset + reduces.indexOf(acc) * SLOT_BYTES;
        merge([0, 16].map((j) => code.let(v128.load(slots, from + j))));
        code.increment(slots, bytes);
      });
      finish();
    });
  }
}

/** Parts of a row of this launch. */
function partsOf(e: KernelEmitter, { chain, partSize }: Cut): Expr<'i32'> {
  return i32.div_u(i32.add(sizeOf(e, chain), partSize - 1), partSize);
}
