/**
 * Attention kernels as generated code: reads strides off the index expressions, and says into how many units the work
 * may be split.
 */

import type { AttentionKernel, AxisId } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { argumentLayout } from '../codegen/arguments.ts';
import { constantLanes } from '../codegen/constant-lanes.ts';
import type { FunctionTarget, KernelFunctions, Phase } from '../codegen/functions.ts';
import type { Lowering } from '../codegen/lowering.ts';
import { loadScalar } from '../codegen/scalar-argument.ts';
import { call, i32, v128 } from '../wasm/index.ts';
import { emitForward } from './forward.ts';
import { emitGradients } from './gradients.ts';
import type { AttentionSpec, Matrix } from './spec.ts';
import { lanesOf } from './tiles.ts';

export const attentionLowering: Lowering = (kernel, target) =>
  kernel.kind === 'attention' ? attentionFunctions(kernel, target) : undefined;

/** Floating-point operations that one thread does in a nanosecond, for the split of the work. */
const GIGAFLOPS = 40;

function attentionFunctions(kernel: AttentionKernel, target: FunctionTarget): KernelFunctions {
  const isGradient = kernel.result === 'gradients';
  const indices = [target.reserve(), isGradient ? target.reserve() : -1];
  const spec = specOf(kernel, target, indices.map((index) => `f${index}`)); // prettier-ignore
  const emit = isGradient ? emitGradients : emitForward;
  const { phases, scratchBytes, workspaceBytes } = emit(target.module, spec);
  const seen = spec.causal ? 0.5 : 1;
  return {
    phases: phases.map(({ units, operations }, i): Phase => {
      const nanoseconds = (seen * operations) / GIGAFLOPS / Math.max(1, units);
      return { function: indices[i], grid: () => units, grain: 1, nanoseconds };
    }),
    scratch: () => scratchBytes,
    workspaceBytes,
  };
}

function specOf(
  kernel: AttentionKernel,
  target: FunctionTarget,
  [name, sumsName]: readonly string[],
): AttentionSpec {
  const { result, causal, batch, query, key, depth, width, inputs, values, operands, output } = kernel;
  const layout = argumentLayout(kernel);
  const extent = (axis: AxisId): number => {
    const size = kernel.axes[axis];
    return typeof size === 'number' ? size : unreachable('attention over an extent that is not fixed');
  };
  if (operands[output].dtype !== 'float32') unreachable(`attention in ${operands[output].dtype}`);
  const matrix = (input: number, row: AxisId, column?: AxisId): Matrix => {
    const value = values[input];
    if (value.op !== 'load') return unreachable('an input of attention is no load');
    const steps = new Map<AxisId, number>();
    for (const { atom, coefficient } of value.index.terms)
      if (atom.kind === 'var') steps.set(atom.axis, coefficient);
    const step = (axis: AxisId | undefined) => (axis === undefined ? 0 : (steps.get(axis) ?? 0));
    return {
      address: (args) => i32.load(args, layout.operand(value.operand)),
      offset: value.index.constant,
      batch: batch.map(step),
      row: step(row),
      column: step(column),
    };
  };
  const isGradient = result !== 'output';
  const mask = inputs.at(isGradient ? 7 : 4);
  const workspace = target.module.importFunction('env', 'workspace', { params: [], result: 'i32' });
  return {
    name,
    sumsName,
    result,
    causal,
    relaxed: target.relaxed,
    lanes: lanesOf(target.pairing !== undefined),
    batch: batch.map(extent),
    queries: extent(query),
    keys: extent(key),
    depth: extent(depth),
    width: extent(width),
    query: matrix(inputs[0], query, depth),
    key: matrix(inputs[1], key, depth),
    value: matrix(inputs[2], key, width),
    mask: mask === undefined ? undefined : matrix(mask, query, key),
    gradient: isGradient ? matrix(inputs[4], query, width) : undefined,
    logSumExp: isGradient ? matrix(inputs[5], query) : undefined,
    delta: isGradient ? matrix(inputs[6], query) : undefined,
    scale(code, args) {
      const value = values[inputs[3]];
      if (value.op === 'const') return constantLanes(code, 'float32', value.value);
      if (value.op === 'scalar') return loadScalar(args, layout.scalar(value.slot), 'float32');
      const { address, offset } = matrix(inputs[3], query);
      return v128.load32_splat(address(args), 4 * offset);
    },
    output: (args) => i32.load(args, layout.operand(output)),
    scratch: (args) => i32.load(args, layout.scratch),
    workspace: () => call(workspace),
  };
}
