/**
 * The functions of a loop kernel: one over the grid of its parallel loops; one for each stage of few but long rows;
 * one that runs everything at once for all else.
 */

import { dependenciesOf, stagesOf, unifyLoops } from '@tenfold/ir';
import type { Dependencies, LoopKernel, LoopStmt } from '@tenfold/ir';
import type { MathContext } from '../math/index.ts';
import { tuning } from '../tuning.ts';
import type { FunctionBuilder } from '../wasm/index.ts';
import type { ArgumentLayout } from './arguments.ts';
import { argumentLayout } from './arguments.ts';
import { NANOSECONDS } from './cost.ts';
import type { FunctionTarget, KernelFunctions, Phase, TaskBuilder } from './functions.ts';
import { chainFrom, emitGrid, grainOf, gridSize, maxGrid } from './grid.ts';
import { KernelEmitter } from './kernel-emitter.ts';
import type { MakeEmitter } from './kernel-emitter.ts';
import type { LoopPlan } from './loop-plan.ts';
import { maxExtent, planLoops } from './loop-plan.ts';
import { stagedFunctions, worthStages } from './staged-rows.ts';

/** Elements of a short row, of which there should be as many to give all threads work. */
const SHORT = 256;

const none = () => 0;
const once = () => 1;

export function loopFunctions(
  original: LoopKernel,
  target: FunctionTarget,
  layout: ArgumentLayout = argumentLayout(original),
): KernelFunctions {
  const kernel = unifyLoops(original);
  const dependencies = dependenciesOf(kernel.values);
  const staged = stagesOf(kernel, dependencies, tuning.fewRows);
  const plan = planLoops(
    kernel,
    dependencies,
    target.pairing,
    new Set(staged?.stages.map(({ loop }) => loop)),
  );
  const total = plan.total * NANOSECONDS;
  const emitter = emitterOf(kernel, target, dependencies, plan, layout);

  if (staged && worthStages(staged, plan)) return stagedFunctions(kernel, staged, target, emitter, plan);
  const [first] = kernel.body;
  if (kernel.body.length === 1 && first.kind === 'loop' && first.order === 'parallel') {
    return overGrid(kernel, target, emitter, chainFrom(first, 'parallel', plan), plan);
  }
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

/** What begins the functions of a planned kernel. */
export function emitterOf(
  kernel: LoopKernel,
  { module, relaxed, pairing }: FunctionTarget,
  dependencies: readonly Dependencies[],
  plan: LoopPlan,
  layout: ArgumentLayout = argumentLayout(kernel),
): MakeEmitter {
  return (code: TaskBuilder) => {
    const math: MathContext = { module, code: code as FunctionBuilder, relaxed, pairing };
    return new KernelEmitter(kernel, math, dependencies, plan, layout, code.params[0]);
  };
}

export function overGrid(
  kernel: LoopKernel,
  target: FunctionTarget,
  emitter: MakeEmitter,
  nest: readonly LoopStmt[],
  plan: LoopPlan,
): KernelFunctions {
  // Short rows are not cut: what it takes to begin and end in the middle of one would be most of the time.
  const rows = nest.slice(0, -1);
  const isShort = rows.length > 0 && maxExtent(kernel, nest[rows.length].axis) <= SHORT;
  const chain = isShort && maxGrid(kernel, rows) >= SHORT ? rows : nest;
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
