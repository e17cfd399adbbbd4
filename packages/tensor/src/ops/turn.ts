/** Elements in another order along their axes: reversed, rolled around the end, turned by right angles. */

import { ArgumentError } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf, checkLeastRank, listOf } from './dims.ts';
import type { ShapeArgs } from './dims.ts';
import { cat } from './join.ts';
import { transpose } from './shape.ts';
import { axisOf, sliceAxis } from './slice-axis.ts';

/** The order along each of `dims` reversed. As torch.flip. Raises IndexError for an axis named twice. */
export function flip(self: Tensor, ...dims: ShapeArgs): Tensor {
  const named = listOf(dims);
  if (named.length === 0 || self.ndim === 0) return self;
  return apply('flip', [self], { axes: axesOf('flip', named, self.ndim) });
}

/** Columns reversed: axis 1. As torch.fliplr. */
export function fliplr(self: Tensor): Tensor {
  checkLeastRank('fliplr', self, 2);
  return apply('flip', [self], { axes: [1] });
}

/** Rows reversed: axis 0. As torch.flipud. */
export function flipud(self: Tensor): Tensor {
  checkLeastRank('flipud', self, 1);
  return apply('flip', [self], { axes: [0] });
}

/** Turned `k` times by 90 degrees from the first towards the second of `dims`. As torch.rot90. */
export function rot90(self: Tensor, k = 1, dims: readonly number[] = [0, 1]): Tensor {
  checkLeastRank('rot90', self, 2);
  const axes = dims.map((dim) => axisOf('rot90', self, dim));
  if (axes.length !== 2 || axes[0] === axes[1] || !Number.isInteger(k)) {
    throw new ArgumentError(
      `rot90: ${k} turns in the plane of axes [${dims.join(', ')}]; expected a whole number and two different axes`,
    );
  }
  const [first, second] = axes;
  switch (((k % 4) + 4) % 4) {
    case 1:
      return transpose(apply('flip', [self], { axes: [second] }), first, second);
    case 2:
      return apply('flip', [self], { axes: [...axes].sort((a, b) => a - b) });
    case 3:
      return apply('flip', [transpose(self, first, second)], { axes: [second] });
    default:
      return self;
  }
}

/** Elements moved by `shifts` along `dims`, those that leave coming in at the other end. As torch.roll. */
export function roll(
  self: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
): Tensor {
  const amounts = typeof shifts === 'number' ? [shifts] : shifts;
  if (dims === undefined) {
    if (amounts.length !== 1)
      throw new ArgumentError(`roll: ${amounts.length} shifts without axes, expected one; give dims`);
    const flat = rollAxis(apply('reshape', [self], { shape: [self.numel] }), 0, amounts[0]);
    return apply('reshape', [flat], { shape: self.shape });
  }
  const axes = typeof dims === 'number' ? [dims] : dims;
  if (axes.length !== amounts.length) {
    throw new ArgumentError(`roll: ${amounts.length} shifts for ${axes.length} axes, expected as many`);
  }
  return composed(self, () =>
    axes.reduce((x, dim, i) => rollAxis(x, axisOf('roll', x, dim), amounts[i]), self),
  );
}

function rollAxis(x: Tensor, axis: number, shift: number): Tensor {
  const size = x.shape[axis];
  const start = size === 0 ? 0 : ((-shift % size) + size) % size;
  if (start === 0) return x;
  return cat([sliceAxis(x, axis, start, size - start), sliceAxis(x, axis, 0, start)], axis);
}
