/** Walking arrays by strides: the offsets that a view reads, listed one by one. */

import type { Shape } from '@tenfold/ir';
import { numel } from '@tenfold/ir';

/** The offset `start + Σ index[axis]·strides[axis]` of every index of a shape, in row-major order. */
export function stridedOffsets(shape: Shape, strides: readonly number[], start = 0): number[] {
  const count = numel(shape);
  const offsets = new Array<number>(count);
  const index = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let i = 0; i < count; i++) {
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return offsets;
}
