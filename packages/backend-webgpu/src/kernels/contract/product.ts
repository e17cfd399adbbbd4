/**
 * A contraction seen as a product of matrices: its extents as numbers, which of its sides is which, and what its parts
 * cost. m and n may change places, since the product of transposed factors is the transposed product: n is the side
 * along which results stand side by side in memory.
 */

import type { AxisId, ContractKernel } from '@tenfold/ir';
import { byteSize, isFloat } from '@tenfold/ir';
import { trips } from '../grid.ts';
import { sectorsOf } from './access.ts';

/** The extents of a product, at most. */
export interface Sizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export function sizesOf({ axes, batch, m, n, k }: ContractKernel): Sizes {
  const size = (list: readonly AxisId[]) => trips(list, axes);
  return { batch: size(batch), m: size(m), n: size(n), k: size(k) };
}

/** Whether the factors are floats that are summed up in float32: the rest is computed in plain loops. */
export function isFloatProduct({ accumulators, values, a, b }: ContractKernel): boolean {
  return accumulators[0].dtype === 'float32' && isFloat(values[a].dtype) && isFloat(values[b].dtype);
}

/** Whether both factors are float16, cast or not: then matrix units compute the same products. */
export function isHalfProduct({ values, a, b }: ContractKernel): boolean {
  return [a, b].every((id) => {
    const value = values[id];
    return (value.op === 'cast' ? values[value.inputs[0]] : value).dtype === 'float16';
  });
}

/** The same product with m and n in each other's place. */
function swapped(kernel: ContractKernel): ContractKernel {
  return { ...kernel, m: kernel.n, n: kernel.m, a: kernel.b, b: kernel.a };
}

/** With n along the side on which fewer pieces of memory are written. */
export function withRowsOfResults(kernel: ContractKernel): ContractKernel {
  return written(kernel, kernel.m) < written(kernel, kernel.n) ? swapped(kernel) : kernel;
}

/** With m on the smaller side. */
export function withFewRows(kernel: ContractKernel): ContractKernel {
  const { m, n } = sizesOf(kernel);
  return n < m ? swapped(kernel) : kernel;
}

function written(kernel: ContractKernel, axes: readonly AxisId[]): number {
  return kernel.epilogue.reduce((sum, stmt) => {
    if (stmt.kind !== 'store') return sum;
    const bytes = byteSize(kernel.operands[stmt.operand].dtype);
    return sum + sectorsOf(kernel, stmt.index, axes, bytes);
  }, 0);
}
