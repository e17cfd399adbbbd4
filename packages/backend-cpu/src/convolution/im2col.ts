/**
 * Convolution by im2col: all windows are copied out as the columns of a matrix, then one plain product is computed. The
 * matrix is as many times larger than the image as a window has taps; that memory is what the other algorithms save.
 */

import type { ContractKernel, LoopKernel, Operand, Value } from '@tenfold/ir';
import { add, constant, scale, variable } from '@tenfold/ir';
import type { ArgumentLayout } from '../codegen/arguments.ts';
import { contractFunctions } from '../codegen/contract.ts';
import { nest } from '../codegen/contract-loops.ts';
import type { FunctionTarget, KernelFunctions } from '../codegen/functions.ts';
import { loopFunctions } from '../codegen/loop-functions.ts';
import { maxExtent } from '../codegen/loop-plan.ts';
import { roundUp } from './sizes.ts';

export interface Im2colOptions {
  /** Which operand of the contraction is the image, and whether its sums run along its columns. */
  readonly imageIs: 'm' | 'n';
  readonly alongTaps: boolean;
  readonly layout: ArgumentLayout;
  /** Where in scratch memory the columns stand. */
  readonly scratchAt: number;
}

export function im2colFunctions(
  kernel: ContractKernel,
  target: FunctionTarget,
  { imageIs, alongTaps, layout, scratchAt }: Im2colOptions,
): KernelFunctions {
  const { batch, k, a, b } = kernel;
  const outer = kernel[imageIs];
  // What lies side by side in the image should do so in the matrix.
  const axes = alongTaps ? [...batch, ...outer, ...k] : [...batch, ...k, ...outer];
  const elements = axes.reduce((size, axis) => size * maxExtent(kernel, axis), 1);
  const index = axes.reduce((sum, axis) => {
    const extent = maxExtent(kernel, axis);
    return add(scale(sum, extent), variable(axis, extent));
  }, constant(0));

  // The argument block has the address of scratch memory where one more operand would stand.
  const columns = layout.scratch / 4;
  const at = add(index, constant(scratchAt / 4));
  const operand: Operand = { dtype: 'float32', access: 'readwrite', elements: scratchAt / 4 + elements };
  const operands = [...kernel.operands.slice(0, columns), operand];
  const { name, scalars, axes: extents } = kernel;
  const copy: LoopKernel = {
    kind: 'loop',
    name,
    scalars,
    axes: extents,
    values: kernel.values,
    operands,
    accumulators: [],
    body: nest(axes, 'parallel', [
      { kind: 'store', operand: columns, index: at, guards: [], value: imageIs === 'm' ? a : b },
    ]),
  };
  const column: Value = { op: 'load', dtype: 'float32', operand: columns, index: at, guards: [] };
  const values = [...kernel.values, column];
  const product: ContractKernel = {
    ...kernel,
    operands,
    values,
    a: imageIs === 'm' ? values.length - 1 : a,
    b: imageIs === 'm' ? b : values.length - 1,
  };
  const bytes = roundUp(4 * elements, 64);
  const first = loopFunctions(copy, target, layout);
  const second = contractFunctions(product, target, layout, scratchAt + bytes);
  return {
    phases: [...first.phases, ...second.phases],
    scratch: (extents) => bytes + second.scratch(extents),
    workspaceBytes: Math.max(first.workspaceBytes, second.workspaceBytes),
  };
}
