/**
 * Reductions to a few numbers (a loss, a norm): a kernel whose body is one reducing loop between initialisations and
 * final statements. Parts of the loop are reduced independently, their accumulators stored, and combined in order by a
 * second function. The parts depend on the extents alone, so every thread count gives the same bits.
 */

import type { LoopKernel, Stmt } from '@tenfold/ir';
import { i32, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import type { LoopStmt } from './dependencies.ts';
import { chainFrom, emitGrid } from './grid.ts';
import type { KernelEmitter } from './kernel-emitter.ts';
import type { LoopPlan } from './loop-plan.ts';

export interface SplitReduction {
  readonly chain: readonly LoopStmt[];
  readonly accumulators: readonly number[];
  /** Statements behind the loop. */
  readonly rest: readonly Stmt[];
}

/** The kernel as a split reduction, where it has that form. */
export function asSplitReduction({ body }: LoopKernel, plan: LoopPlan): SplitReduction | undefined {
  const at = body.findIndex((stmt) => stmt.kind === 'loop');
  const loop = body[at];
  if (loop?.kind !== 'loop' || loop.order !== 'reduce') return undefined;
  const rest = body.slice(at + 1);
  const before = body.slice(0, at);
  if (before.some((stmt) => stmt.kind !== 'init') || rest.some((stmt) => stmt.kind !== 'store'))
    return undefined;
  const accumulators = before.flatMap((stmt) => (stmt.kind === 'init' ? [stmt.acc] : []));
  return { chain: chainFrom(loop, 'reduce', plan), accumulators, rest };
}

/** A register each for content and position. */
const SLOT_BYTES = 32;

export function scratchBytes({ accumulators }: SplitReduction, parts: number): number {
  return parts * accumulators.length * SLOT_BYTES;
}

/** Reduces the parts `begin` to `end`, of `partSize` iterations each, of `total` in all. */
export function emitParts(
  e: KernelEmitter,
  split: SplitReduction,
  range: {
    begin: Local<'i32'>;
    end: Local<'i32'>;
    partSize: number;
    total: Expr<'i32'>;
    scratch: Expr<'i32'>;
  },
): void {
  const { code } = e;
  const part = code.local('i32');
  const [first, last] = [code.local('i32'), code.local('i32')];
  e.open({ body: e.kernel.body, variable: part });
  e.scope.code.push(() => {
    code.set(first, i32.mul(part, range.partSize));
    code.set(last, i32.add(first, range.partSize));
    code.if(i32.lt_u(range.total, last), () => code.set(last, range.total));
  });
  for (const acc of split.accumulators) e.statement({ kind: 'init', acc });
  emitGrid(e, split.chain, first, last);
  const bytes = split.accumulators.length * SLOT_BYTES;
  e.scope.code.push(() => {
    const slots = code.let(i32.add(range.scratch, i32.mul(part, bytes)));
    split.accumulators.forEach((acc, i) => {
      e.accumulators.result(acc).forEach((register, j) => {
        code.emit(v128.store(slots, register, i * SLOT_BYTES + 16 * j));
      });
    });
  });
  const write = e.close();
  e.scope.code.push(() => {
    code.set(part, range.begin);
    code.countedLoop(part, range.end, 1, write);
  });
}

/** Combines the stored parts in order and runs the final statements. */
export function emitFinish(
  e: KernelEmitter,
  split: SplitReduction,
  range: { parts: Expr<'i32'>; scratch: Expr<'i32'> },
): void {
  const { code } = e;
  for (const acc of split.accumulators) e.statement({ kind: 'init', acc });
  const bytes = split.accumulators.length * SLOT_BYTES;
  const mergers = split.accumulators.map((acc) => e.accumulators.merger(acc));
  e.scope.code.push(() => {
    const part = code.let(i32.const(0));
    const slots = code.let(range.scratch);
    code.countedLoop(part, range.parts, 1, () => {
      mergers.forEach(({ merge }, i) => {
        merge([0, 16].map((at) => code.let(v128.load(slots, i * SLOT_BYTES + at))));
      });
      code.increment(slots, bytes);
    });
    for (const { finish } of mergers) finish();
  });
  e.body(split.rest);
}
