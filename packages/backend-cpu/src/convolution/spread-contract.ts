/**
 * Contractions of an operand that is spread out with zeros: along some axis it is read at index 0 and is zero everywhere
 * else, as in the input gradient of a strided convolution of 1x1. The product is computed for index 0 alone; elsewhere
 * the epilogue runs on zeros.
 */

import type { AxisId, ContractKernel, IndexExpr, LoopKernel, Stmt, Value } from '@tenfold/ir';
import { ZERO, offset, onlyAtom, substitute, variable } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import { contractFunctions } from '../codegen/contract.ts';
import { nest } from '../codegen/contract-loops.ts';
import type { KernelFunctions } from '../codegen/functions.ts';
import { loopFunctions } from '../codegen/loop-functions.ts';
import type { Lowering } from '../codegen/lowering.ts';
import { tabledOperand } from '../gemm/tabled-operand.ts';

export const spreadContractions: Lowering = (kernel, target) => {
  if (kernel.kind !== 'contract') return undefined;
  const layout = argumentLayout(kernel);
  let product = kernel;
  const rests: LoopKernel[] = [];
  for (let axis = spreadAxis(product); axis !== undefined; axis = spreadAxis(product)) {
    rests.push(elsewhere(product, axis));
    product = atZero(product, axis);
  }
  if (rests.length === 0) return undefined;
  const first = contractFunctions(product, { ...target, tabled: tabledOperand }, layout);
  const all: KernelFunctions[] = [first, ...rests.map((rest) => loopFunctions(rest, target, layout))];
  return {
    phases: all.flatMap(({ phases }) => phases),
    scratch: (extents) => Math.max(...all.map(({ scratch }) => scratch(extents))),
    workspaceBytes: Math.max(...all.map(({ workspaceBytes }) => workspaceBytes)),
  };
};

/** An axis of the result along which an operand is zero but at index 0. */
function spreadAxis({ values, axes, a, b, batch, m, n }: ContractKernel): AxisId | undefined {
  const outer = [...batch, ...m, ...n].filter((axis) => typeof axes[axis] === 'number');
  const guards = [values[a], values[b]].flatMap((value) => (value.op === 'load' ? value.guards : []));
  for (const { index, lo, hi } of guards) {
    const atom = onlyAtom(index);
    if (atom?.kind === 'var' && lo === 0 && hi === 1 && outer.includes(atom.axis)) return atom.axis;
  }
  return undefined;
}

/** The values and the epilogue with an expression in the place of an axis. */
function replaced(kernel: ContractKernel, axis: AxisId, by: IndexExpr) {
  const index = (at: IndexExpr) => substitute(at, (other) => (other === axis ? by : undefined));
  const guarded = <T extends Value | Stmt>(part: T): T => ({
    ...part,
    ...('index' in part && { index: index(part.index) }),
    ...('guards' in part && {
      guards: part.guards.map((guard) => ({ ...guard, index: index(guard.index) })),
    }),
  });
  return { values: kernel.values.map(guarded), epilogue: kernel.epilogue.map(guarded) };
}

function atZero(kernel: ContractKernel, axis: AxisId): ContractKernel {
  const without = (axes: readonly AxisId[]) => axes.filter((other) => other !== axis);
  const [batch, m, n] = [without(kernel.batch), without(kernel.m), without(kernel.n)];
  return { ...kernel, ...replaced(kernel, axis, ZERO), batch, m, n };
}

/** The epilogue where the axis is not 0, with nothing accumulated. */
function elsewhere(kernel: ContractKernel, axis: AxisId): LoopKernel {
  const { name, operands, scalars, batch, m, n } = kernel;
  const rest = kernel.axes.length;
  const extent = Number(kernel.axes[axis]) - 1;
  const { values, epilogue } = replaced(kernel, axis, offset(variable(rest, extent), 1));
  const axes = [...batch, ...m, ...n].map((other) => (other === axis ? rest : other));
  return {
    kind: 'loop',
    name,
    operands,
    scalars,
    axes: [...kernel.axes, extent],
    accumulators: [],
    values: values.map((value) =>
      value.op === 'acc' ? { op: 'const', dtype: value.dtype, value: 0 } : value,
    ),
    body: nest(axes, 'parallel', epilogue),
  };
}
