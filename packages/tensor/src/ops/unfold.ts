/** Sliding windows. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { select } from './slice.ts';
import { axisOf } from './slice-axis.ts';

/**
 * All windows of `size` elements of axis `dimension`, `step` apart: the axis becomes the window's number, and the elements
 * of a window are a new last axis. Nothing is copied. As torch.Tensor.unfold.
 */
export function unfold(self: Tensor, dimension: number, size: number, step: number): Tensor {
  if (self.ndim === 0) {
    const vector = apply('reshape', [self], { shape: [1] });
    return select(unfold(vector, dimension, size, step), 0, 0);
  }
  const axis = axisOf('unfold', self, dimension);
  if (!Number.isInteger(step) || step < 1)
    throw new ArgumentError(`unfold: step is ${step}, expected a whole number from 1`);
  if (!Number.isInteger(size) || size < 1 || size > self.shape[axis]) {
    throw new ShapeError(
      `unfold: windows of ${size} do not fit axis ${dimension} of shape ${formatShape(self.shape)}`,
    );
  }
  return apply('window', [self], { axes: [axis], size: [size], stride: [step], dilation: [1] });
}
