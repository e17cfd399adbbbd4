/** What the shaders of products share: which way a factor lies in memory, and which part of k a workgroup sums up. */

import type { AxisId, ContractKernel } from '@tenfold/ir';
import type { Emission } from '../emission.ts';
import { splitCount, trips } from '../grid.ts';
import { axisOfFours, loadsFour, loadsOf, sectorsAlong } from './access.ts';
import type { Bound } from './reader.ts';

export type FactorName = 'a' | 'b';

/** Whether a factor's elements are closer together along k than along its side. */
export function isAlongK(kernel: ContractKernel, name: FactorName): boolean {
  const along = (axes: readonly AxisId[]) => sectorsAlong(kernel, [kernel[name]], axes);
  return along(kernel.k) < along(sideOf(kernel, name));
}

/** The axis of its side along which a factor is fetched by four neighbours at once, if it is. */
export function axisOfFactorFours(kernel: ContractKernel, name: FactorName): AxisId | undefined {
  const four = axisOfFours(kernel, sideOf(kernel, name));
  if (four === undefined || isAlongK(kernel, name)) return undefined;
  return loadsOf(kernel, [kernel[name]]).some((id) => loadsFour(kernel, id, four)) ? four : undefined;
}

export function sideOf(kernel: ContractKernel, name: FactorName): readonly AxisId[] {
  return name === 'a' ? kernel.m : kernel.n;
}

export function isMultiple(kernel: ContractKernel, axes: readonly AxisId[], of: number): boolean {
  return axes.every((axis) => typeof kernel.axes[axis] === 'number') && trips(axes, kernel.axes) % of === 0;
}

/** How k is cut into parts, if it is: by whole steps. */
export interface Parts {
  readonly part: AxisId | undefined;
  readonly split: number;
  readonly step: number;
}

/**
 * Writes `k_begin` and `k_end` from `k_count` and `copy`, which counts products and their parts; gives the names of the
 * part's axis and of those of the batch.
 */
export function rangeOfK(e: Emission, kernel: ContractKernel, { part, split, step }: Parts): Bound {
  const bound: (readonly [AxisId, string])[] = [];
  if (part === undefined) e.write('let k_begin = 0;', 'let k_end = k_count;');
  else {
    e.write(
      `let part = copy % ${split};`,
      `let part_length = (k_count + ${split * step - 1}) / ${split * step} * ${step};`,
      'let k_begin = min(part * part_length, k_count);',
      'let k_end = min(k_begin + part_length, k_count);',
      `let product = copy / ${split};`,
    );
    bound.push([part, 'part']);
  }
  const { bound: batch, lines } = splitCount(e, kernel.batch, part === undefined ? 'copy' : 'product');
  e.write(...lines);
  return [...bound, ...batch];
}
