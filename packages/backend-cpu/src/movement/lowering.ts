/**
 * Kernels that move elements: concatenations, rolls, transpositions, what repeats elements or shuffles them, and
 * elementwise work fused with such. They are loops like any other; here the loops are put into another shape first.
 */

import type { LoopKernel, Stmt } from '@tenfold/ir';
import { collapseAxes, dependenciesOf, valuesNeeded } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import type { FunctionTarget, KernelFunctions, TaskBuilder } from '../codegen/functions.ts';
import { chainFrom } from '../codegen/grid.ts';
import { overGrid } from '../codegen/loop-functions.ts';
import type { LoopPlan } from '../codegen/loop-plan.ts';
import { planLoops } from '../codegen/loop-plan.ts';
import type { Lowering } from '../codegen/lowering.ts';
import type { FunctionBuilder } from '../wasm/index.ts';
import { FamilyEmitter } from './family-emitter.ts';
import { living, nestOf } from './remake.ts';
import type { VectorAxes } from './shape-nests.ts';
import { shapeNests } from './shape-nests.ts';
import { splitGuards } from './split-guards.ts';

export const movements: Lowering = (kernel, target) => {
  if (kernel.kind !== 'loop' || kernel.body.length !== 1) return undefined;
  const [first] = kernel.body;
  const fixed = kernel.axes.every((extent) => typeof extent === 'number' && extent > 0);
  if (!fixed || first.kind !== 'loop' || !nestOf(first)) return undefined;
  const cut = splitGuards(kernel);
  const split = cut === kernel ? kernel : collapseAxes(cut);
  const shaped = shapeNests(split);
  const { vectors, kernel: whole } = shaped ?? { vectors: new Map(), kernel: split };
  if (whole === kernel && asBits(kernel) === kernel) return undefined;
  const all = whole.body.map((stmt) => functionsOf(whole, stmt, vectors, target));
  return {
    phases: all.flatMap(({ phases }) => phases),
    scratch: () => 0,
    workspaceBytes: Math.max(...all.map(({ workspaceBytes }) => workspaceBytes)),
  };
};

/** One of a kernel's statements as a kernel of its own. */
function functionsOf(
  whole: LoopKernel,
  stmt: Stmt,
  vectors: VectorAxes,
  target: FunctionTarget,
): KernelFunctions {
  const body = [stmt];
  const kernel = asBits({ ...whole, body, values: living(body, whole.values) });
  const dependencies = dependenciesOf(kernel.values);
  const plan = alongVectors(body, planLoops(kernel, dependencies, target.pairing), vectors);
  const layout = argumentLayout(kernel);
  const emitter = (code: TaskBuilder) => {
    const { module, relaxed, pairing } = target;
    const math = { module, code: code as FunctionBuilder, relaxed, pairing };
    return new FamilyEmitter(kernel, math, dependencies, plan, layout, code.params[0]);
  };
  return overGrid(kernel, target, emitter, chainFrom(stmt, 'parallel', plan), plan);
}

/**
 * Half floats that are only moved as bfloat16, which to widen and to narrow takes a few instructions: the bits that come
 * back are the same, but for those of NaN, which stay NaN.
 */
function asBits(kernel: LoopKernel): LoopKernel {
  const { operands, values, body } = kernel;
  const needed = [...valuesNeeded(body, values)].map((id) => values[id]);
  const isMoved = needed.every(({ op, dtype }) => op === 'load' && dtype === 'float16');
  if (!isMoved || operands.some(({ dtype }) => dtype !== 'float16')) return kernel;
  const dtype = 'bfloat16';
  return {
    ...kernel,
    operands: operands.map((operand) => ({ ...operand, dtype })),
    values: values.map((value) => ({ ...value, dtype })),
  };
}

/** The plan with vectors along the axes that the shape of the nests asks for. */
function alongVectors(body: readonly Stmt[], plan: LoopPlan, vectors: VectorAxes): LoopPlan {
  const units = new Map(plan.units);
  const visit = (statements: readonly Stmt[], around: boolean): boolean =>
    statements.reduce((found, stmt) => {
      if (stmt.kind !== 'loop') return found;
      const wanted = vectors.get(stmt.axis);
      const inside = visit(stmt.body, around || wanted !== undefined);
      if (wanted !== undefined) units.set(stmt, wanted);
      else if (around || inside) units.delete(stmt);
      return found || inside || wanted !== undefined;
    }, false);
  visit(body, false);
  return { ...plan, units, rows: { writes: new Map(), reads: new Map(), bytes: 0 } };
}
