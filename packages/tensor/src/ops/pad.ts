/** Padding with a constant. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { sliceAxis } from './slice-axis.ts';

/**
 * Elements of `value` (0 unless given) around a tensor. `padding` lists pairs (before, after) from the last axis
 * backwards; negative ones cut off. As torch.nn.functional.pad in constant mode.
 */
export function pad(
  self: Tensor,
  padding: readonly number[],
  { value = 0 }: { readonly value?: number } = {},
): Tensor {
  return surround('pad', self, padding, value);
}

function surround(op: string, self: Tensor, padding: readonly number[], value: number): Tensor {
  if (padding.length % 2 !== 0 || padding.length > 2 * self.ndim || !padding.every(Number.isInteger)) {
    throw new ArgumentError(
      `${op}: [${padding.join(', ')}] is not a padding of shape ${formatShape(self.shape)}; ` +
        `expected a pair of whole numbers for each of at most ${self.ndim} axes, from the last backwards`,
    );
  }
  const around = (axis: number, side: number) => padding[2 * (self.ndim - 1 - axis) + side] ?? 0;
  let result = self;
  self.shape.forEach((size, axis) => {
    const start = Math.max(-around(axis, 0), 0);
    const length = size - start - Math.max(-around(axis, 1), 0);
    if (length < 0)
      throw new ShapeError(
        `${op}: padding [${padding.join(', ')}] cuts more than axis ${axis} of ${formatShape(self.shape)} has`,
      );
    result = sliceAxis(result, axis, start, length);
  });
  const lo = self.shape.map((_, axis) => Math.max(around(axis, 0), 0));
  const hi = self.shape.map((_, axis) => Math.max(around(axis, 1), 0));
  if ([...lo, ...hi].every((n) => n === 0)) return result;
  return apply('pad', [result], { lo, hi, interior: lo.map(() => 0), value });
}

/** As `pad`, with the value as the third argument. As torch.constant_pad_nd. */
export function constantPadNd(self: Tensor, pad: readonly number[], value = 0): Tensor {
  return surround('constantPadNd', self, pad, value);
}
