/**
 * The functions of a loop kernel: one over the grid of its parallel loops; two for a reduction that is worth splitting;
 * one that runs everything at once for all else.
 */

import type { LoopKernel } from '@tenfold/ir';
import type { DirectForm, EmitPacker } from '../gemm/index.ts';
import type { MathContext } from '../math/index.ts';
import { i32 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, ModuleBuilder } from '../wasm/index.ts';
import type { ArgumentLayout } from './arguments.ts';
import { argumentLayout } from './arguments.ts';
import { tuning } from '../tuning.ts';
import { NANOSECONDS } from './cost.ts';
import type { LoopStmt } from './dependencies.ts';
import { dependenciesOf } from './dependencies.ts';
import { chainFrom, emitGrid, gridSize } from './grid.ts';
import { KernelEmitter } from './kernel-emitter.ts';
import type { LoopPlan } from './loop-plan.ts';
import { maxExtent, planLoops } from './loop-plan.ts';
import type { Pairing } from '../pairing.ts';
import { unifyLoops } from './unify-loops.ts';
import { asSplitReduction, emitFinish, emitParts, scratchBytes } from './split-reduction.ts';
import type { SplitReduction } from './split-reduction.ts';

/** One function of a program: called with the arguments' address and a range of its grid. */
export interface Phase {
  /** Index among the module's functions. */
  readonly function: number;
  /** Size of the grid for a launch's extents. */
  grid(extents: readonly number[]): number;
  /** Ranges begin at multiples of this. */
  readonly grain: number;
  /** Estimated time of one element of the grid. */
  readonly nanoseconds: number;
  /** Every task prepares something of its own (packs an operand), so there should be no more of them than threads. */
  readonly coarse?: boolean;
}

export interface KernelFunctions {
  readonly phases: readonly Phase[];
  /** Scratch memory that a launch needs between its phases. */
  scratch(extents: readonly number[]): number;
  /** Memory that each thread needs while it runs one of the functions. */
  readonly workspaceBytes: number;
}

/** Where functions are put: the module, and how many it has already. */
export interface FunctionTarget {
  readonly module: ModuleBuilder;
  readonly relaxed: boolean;
  /** How code is shaped where the engine pairs neighbouring vectors. */
  readonly pairing: Pairing | undefined;
  /** How contractions pack operands that are no matrices; without it those contractions are loops. */
  readonly tabled?: EmitPacker;
  /** How contractions of few rows go without packing; without it they are packed, or loops. */
  readonly direct?: DirectForm;
  /** A new exported function `(arguments, begin, end)` and its index. */
  add(): { index: number; code: TaskBuilder };
  /** The index of a function that the caller exports itself. */
  reserve(): number;
}

export type TaskBuilder = FunctionBuilder<readonly ['i32', 'i32', 'i32'], 'void'>;

const none = () => 0;
const once = () => 1;

export function loopFunctions(
  original: LoopKernel,
  target: FunctionTarget,
  layout: ArgumentLayout = argumentLayout(original),
): KernelFunctions {
  const kernel = unifyLoops(original);
  const dependencies = dependenciesOf(kernel.values);
  const plan = planLoops(kernel, dependencies, target.pairing);
  const total = plan.total * NANOSECONDS;
  const emitter = (code: TaskBuilder): KernelEmitter => {
    const math: MathContext = {
      module: target.module,
      code: code as FunctionBuilder,
      relaxed: target.relaxed,
      pairing: target.pairing,
    };
    return new KernelEmitter(kernel, math, dependencies, plan, layout, code.params[0]);
  };

  const [first] = kernel.body;
  if (kernel.body.length === 1 && first.kind === 'loop' && first.order === 'parallel') {
    return overGrid(kernel, target, emitter, chainFrom(first, 'parallel', plan), plan);
  }
  const split = asSplitReduction(kernel, plan);
  if (split && total > tuning.split) return inParts(kernel, target, emitter, split, total, layout, plan);
  const { index, code } = target.add();
  const e = emitter(code);
  e.body(kernel.body);
  e.finish();
  return {
    phases: [{ function: index, grid: once, grain: 1, nanoseconds: total }],
    scratch: none,
    workspaceBytes: plan.workspaceBytes,
  };
}

type MakeEmitter = (code: TaskBuilder) => KernelEmitter;

function overGrid(
  kernel: LoopKernel,
  target: FunctionTarget,
  emitter: MakeEmitter,
  chain: readonly LoopStmt[],
  plan: LoopPlan,
): KernelFunctions {
  const { index, code } = target.add();
  const e = emitter(code);
  const [, begin, end] = code.params;
  emitGrid(e, chain, begin, end);
  e.finish();
  const size = maxGrid(kernel, chain);
  const phase: Phase = {
    function: index,
    grid: (extents) => gridSize(kernel, chain, extents),
    grain: grainOf(chain, plan),
    nanoseconds: (plan.total * NANOSECONDS) / Math.max(1, size),
  };
  return { phases: [phase], scratch: none, workspaceBytes: plan.workspaceBytes };
}

function inParts(
  kernel: LoopKernel,
  target: FunctionTarget,
  emitter: MakeEmitter,
  split: SplitReduction,
  total: number,
  layout: ArgumentLayout,
  plan: LoopPlan,
): KernelFunctions {
  const size = maxGrid(kernel, split.chain);
  const parts = Math.min(tuning.maxParts, Math.max(1, Math.floor(total / tuning.part)));
  const partSize = Math.ceil(size / parts / tuning.grain) * tuning.grain;
  const sizes = (e: KernelEmitter, code: TaskBuilder) => {
    const iterations = split.chain.map(({ axis }): Expr<'i32'> => {
      const extent = e.extent(axis);
      return typeof extent === 'number' ? i32.const(extent) : extent;
    });
    const all = code.local('i32');
    e.scope.code.push(() =>
      code.set(
        all,
        iterations.reduce((a, b) => i32.mul(a, b)),
      ),
    );
    return { total: all, scratch: i32.load(code.params[0], layout.scratch) };
  };

  const partial = target.add();
  const [, begin, end] = partial.code.params;
  const first = emitter(partial.code);
  emitParts(first, split, { begin, end, partSize, ...sizes(first, partial.code) });
  first.finish();

  const final = target.add();
  const second = emitter(final.code);
  const { total: all, scratch } = sizes(second, final.code);
  const count = i32.div_u(i32.add(all, partSize - 1), partSize);
  emitFinish(second, split, { parts: count, scratch });
  second.finish();

  const partsOf = (extents: readonly number[]) =>
    Math.ceil(gridSize(kernel, split.chain, extents) / partSize);
  return {
    phases: [
      { function: partial.index, grid: partsOf, grain: 1, nanoseconds: (total / size) * partSize },
      { function: final.index, grid: once, grain: 1, nanoseconds: 10 * parts },
    ],
    scratch: (extents) => scratchBytes(split, partsOf(extents)),
    workspaceBytes: plan.workspaceBytes,
  };
}

function maxGrid(kernel: LoopKernel, chain: readonly LoopStmt[]): number {
  return chain.reduce((size, { axis }) => size * maxExtent(kernel, axis), 1);
}

function grainOf(chain: readonly LoopStmt[], plan: LoopPlan): number {
  return chain.some((loop) => plan.units.has(loop)) ? tuning.grain : 1;
}
