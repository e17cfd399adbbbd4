/** Axes and shapes as users write them: one or several axes, negative ones, shapes as lists or as arguments. */

import { IndexError, ShapeError, formatShape, normalizeAxis, numel } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';

/** The axes an operation runs over: one or several; negative ones count from the end. */
export type Dim = number | readonly number[];
/** A shape as one list or as separate sizes. */
export type ShapeArgs = readonly number[] | readonly [Shape];

/** The list in `f(2, 3)` and in `f([2, 3])`. */
export function listOf(args: ShapeArgs): readonly number[] {
  return (args.length === 1 && typeof args[0] === 'object' ? args[0] : args) as readonly number[];
}

/** Axes in ascending order; all axes when none are named, as in PyTorch. Raises IndexError for one named twice. */
export function axesOf(op: string, dim: Dim | undefined, rank: number): number[] {
  const named = dim === undefined ? [] : typeof dim === 'number' ? [dim] : dim;
  if (named.length === 0) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = named.map((axis) => normalizeAxis(op, axis, rank)).sort((a, b) => a - b);
  const twice = axes.find((axis, i) => axis === axes[i - 1]);
  if (twice !== undefined)
    throw new IndexError(`${op}: axis ${twice} is named twice in [${named.join(', ')}]`);
  return rank === 0 ? [] : axes;
}

/** Raises ShapeError for a tensor with fewer axes. */
export function checkLeastRank(op: string, self: Tensor, least: number): void {
  if (self.ndim >= least) return;
  throw new ShapeError(`${op}: expected at least ${least} axes, got shape ${formatShape(self.shape)}`);
}

/** `shape` with a size of 1 at each of `axes`. */
export function withOnes(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** Puts the axes that a reduction removed back as size 1. */
export function keepAxes(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return axes.length === 0 ? reduced : apply('reshape', [reduced], { shape: withOnes(shape, axes) });
}

/** Axes in an order that is checked already. */
export function permuteAxes(self: Tensor, axes: readonly number[]): Tensor {
  return axes.every((axis, i) => axis === i) ? self : apply('permute', [self], { axes });
}

/** A shape in which one size may be -1, to be found from the number of elements. */
export function fillShape(op: string, shape: Shape, sizes: readonly number[]): number[] {
  const total = numel(shape);
  const open = sizes.indexOf(-1);
  const bad = sizes.find((size, i) => !Number.isInteger(size) || size < -1 || (size === -1 && i !== open));
  const known = numel(sizes.filter((_, i) => i !== open));
  if (bad !== undefined || (open >= 0 && known === 0)) {
    throw new ShapeError(
      `${op}: ${formatShape(sizes)} is not a shape: expected whole sizes from 0 and at most one -1, not beside a 0`,
    );
  }
  if (open < 0 ? known !== total : total % known !== 0) {
    throw new ShapeError(
      `${op}: shape ${formatShape(sizes)} needs ${open < 0 ? '' : 'a multiple of '}${known} elements; a tensor of shape ` +
        `${formatShape(shape)} has ${total}`,
    );
  }
  return sizes.map((size, i) => (i === open ? total / known : size));
}
