/** What all reductions have in common, once their arguments are checked. */

import { ShapeError, formatShape, isFloat, numel } from '@tenfold/ir';
import type { DType, ReduceKind } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { keepAxes } from './dims.ts';

export interface KeepOptions {
  /** Keep the reduced axes with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** Reduces over axes that are already checked. */
export function reduceAxes(kind: ReduceKind, x: Tensor, axes: readonly number[], keepdim = false): Tensor {
  if (axes.length === 0) return x;
  const reduced = apply('reduce', [x], { kind, axes });
  return keepdim ? keepAxes(reduced, x.shape, axes) : reduced;
}

/** Sums and products of integers and bools are int64. */
export function accumulatorType(dtype: DType): DType {
  return isFloat(dtype) ? dtype : 'int64';
}

/** How many elements each result of a reduction comes from. */
export function countOf(x: Tensor, axes: readonly number[]): number {
  return numel(axes.map((axis) => x.shape[axis]));
}

/** An extremum of nothing does not exist. */
export function checkNotEmpty(op: string, x: Tensor, axes: readonly number[]): void {
  if (countOf(x, axes) > 0) return;
  throw new ShapeError(
    `${op}: axes [${axes.join(', ')}] of a tensor of shape ${formatShape(x.shape)} are empty, and have no extremum; check for size 0 first`,
  );
}
