/**
 * The row that tells a shader of one launch: u32 words in a uniform. First the number of the launch's first workgroup,
 * by which a workgroup finds its row, and how many it has; then where each operand begins (in elements of its own
 * dtype, from the beginning of its slab), extent parameters, run-time numbers, and the pass's constants.
 */

import type { DType, Kernel } from '@tenfold/ir';
import type { PassOperand } from './pass.ts';

export interface LaunchRow {
  operand(position: number): number;
  extent(param: number): number;
  /** One word, or two for int64. */
  scalar(slot: number): number;
  constant(i: number): number;
  /** A multiple of 4: rows are `vec4u`s. */
  readonly words: number;
}

/** Words before the operands: first workgroup and number of workgroups. */
const HEAD = 2;

export function launchRow(
  kernel: Pick<Kernel, 'axes' | 'scalars'>,
  operands: readonly PassOperand[],
  constants: number,
): LaunchRow {
  const params = kernel.axes.map((extent) => (typeof extent === 'number' ? -1 : extent.param));
  const extentsAt = HEAD + operands.length;
  const scalarsAt = extentsAt + Math.max(-1, ...params) + 1;
  const scalarAt: number[] = [];
  let at = scalarsAt;
  for (const dtype of kernel.scalars) {
    scalarAt.push(at);
    at += wordsOf(dtype);
  }
  const constantsAt = at;
  return {
    operand: (position) => HEAD + position,
    extent: (param) => extentsAt + param,
    scalar: (slot) => scalarAt[slot],
    constant: (i) => constantsAt + i,
    words: Math.ceil((constantsAt + constants) / 4) * 4,
  };
}

function wordsOf(dtype: DType): number {
  return dtype === 'int64' || dtype === 'float64' ? 2 : 1;
}
