/** The operands of a contraction as the GEMM template reads them: tensors at affine indices, with zeros outside. */

import type { ContractKernel, Guard, IndexExpr, Value } from '@tenfold/ir';
import { isFloat } from '@tenfold/ir';
import { isSourceType } from '../gemm/index.ts';
import type { Source } from '../gemm/index.ts';
import { i32 } from '../wasm/index.ts';
import { affineOf } from './affine.ts';
import type { ArgumentLayout } from './arguments.ts';

/** An operand that is a tensor read at affine indices, with at most a cast to the compute type. */
export function sourceOf(
  kernel: ContractKernel,
  id: number,
  outer: 'm' | 'n',
  compute: 'float32' | 'float64',
  layout: ArgumentLayout,
): Source | undefined {
  let value: Value = kernel.values[id];
  if (value.op === 'cast' && value.dtype === compute) value = kernel.values[value.inputs[0]];
  if (value.op !== 'load') return undefined;
  const type = value.dtype;
  const floats = isFloat(kernel.accumulators[0].dtype);
  if (!isSourceType(type) || !floats || (type === 'float64') !== (compute === 'float64')) return undefined;
  const { operand } = value;
  const steps = stepsOf(kernel, value.index, outer);
  const guards = value.guards.filter(({ index, lo, hi }) => index.min < lo || index.max >= hi);
  const bounds = guards.map((guard) => boundOf(kernel, guard, outer));
  if (!steps || bounds.includes(undefined)) return undefined;
  return {
    type,
    address: (args) => i32.load(args, layout.operand(operand)),
    ...steps,
    guards: bounds.filter((bound) => bound !== undefined),
  };
}

function stepsOf(kernel: ContractKernel, index: IndexExpr, outer: 'm' | 'n') {
  const affine = affineOf(index, kernel);
  if (!affine || affine[outer === 'm' ? 'n' : 'm'].some((step) => step !== 0)) return undefined;
  return { offset: affine.offset, batch: affine.batch, outer: affine[outer], k: affine.k };
}

function boundOf(kernel: ContractKernel, { index, lo, hi }: Guard, outer: 'm' | 'n') {
  const steps = stepsOf(kernel, index, outer);
  return steps && { ...steps, offset: steps.offset - lo, extent: Math.max(0, hi - lo) };
}
