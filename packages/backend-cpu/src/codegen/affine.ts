/** Index expressions that are plain sums of loop variables: what a matrix product can walk through by steps. */

import type { AxisId, ContractKernel, IndexExpr } from '@tenfold/ir';

export interface Affine {
  readonly offset: number;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
}

/** The expression's steps along the axes of a contraction; undefined if it is more than a sum of them. */
export function affineOf(index: IndexExpr, { batch, m, n, k }: ContractKernel): Affine | undefined {
  const steps = new Map<AxisId, number>();
  for (const { atom, coefficient } of index.terms) {
    if (atom.kind !== 'var') return undefined;
    steps.set(atom.axis, (steps.get(atom.axis) ?? 0) + coefficient);
  }
  const along = (axes: readonly AxisId[]): number[] => axes.map((axis) => steps.get(axis) ?? 0);
  return { offset: index.constant, batch: along(batch), m: along(m), n: along(n), k: along(k) };
}
