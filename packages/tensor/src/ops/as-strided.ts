/**
 * Reading a tensor at any strides over its elements in row-major order. Where PyTorch's view shares memory, this is a
 * value like any other: elements that appear several times add up their gradients.
 */

import { ArgumentError, ShapeError, formatShape, numel, sameShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply, commonDevice, constant, source } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { selectRows } from './select-rows.ts';
import { ravel } from './shape.ts';

/**
 * `out[i, j, …] = flat(self)[storageOffset + i·stride[0] + j·stride[1] + …]` of shape `size`. To be read, not written
 * through. As torch.as_strided of a contiguous tensor.
 * @throws ArgumentError for negative strides; ShapeError where that leaves the tensor.
 */
export function asStrided(self: Tensor, size: Shape, stride: Shape, storageOffset = 0): Tensor {
  const positions = positionsOf('asStrided', self, size, stride, storageOffset);
  return composed(self, () => {
    if (positions.numel === 0) return literal(expandTo(constant(self.home, 0, self.dtype), size), 0);
    return apply('reshape', [selectRows(ravel(self), 0, ravel(positions))], { shape: size });
  });
}

/** A copy of `self` with `src` at the elements that `asStrided` reads; of several at one place the last stays. As torch.as_strided_scatter. */
export function asStridedScatter(
  self: Tensor,
  src: Tensor,
  size: Shape,
  stride: Shape,
  storageOffset = 0,
): Tensor {
  commonDevice('asStridedScatter', [self, src]);
  if (!sameShape(src.shape, size)) {
    throw new ShapeError(
      `asStridedScatter: the source has shape ${formatShape(src.shape)}, expected ${formatShape(size)}`,
    );
  }
  const positions = positionsOf('asStridedScatter', self, size, stride, storageOffset);
  return composed(self, () => {
    const written = apply('scatter', [ravel(self), ravel(positions), ravel(src)], { axis: 0, mode: 'set' });
    return apply('reshape', [written], { shape: self.shape });
  });
}

function positionsOf(op: string, self: Tensor, size: Shape, stride: Shape, offset: number): Tensor {
  const whole = [...size, ...stride, offset].every((n) => Number.isInteger(n) && n >= 0);
  if (size.length !== stride.length || !whole) {
    throw new ArgumentError(
      `${op}: size ${formatShape(size)}, strides ${formatShape(stride)} and offset ${offset} do not fit; ` +
        `expected as many whole numbers from 0 of each`,
    );
  }
  const last = size.reduce((at, n, axis) => at + (n - 1) * stride[axis], offset);
  if (numel(size) > 0 && last >= self.numel) {
    throw new ShapeError(
      `${op}: size ${formatShape(size)}, strides ${formatShape(stride)} and offset ${offset} reach element ${last} of a tensor of shape ` +
        `${formatShape(self.shape)} with ${self.numel} elements`,
    );
  }
  const start = expandTo(constant(self.home, offset, 'int32'), size);
  return size.reduce((sum, _, axis) => {
    const along = source(self.home, 'iota', { shape: size, axis });
    return raw.add(sum, raw.mul(along, literal(along, stride[axis])));
  }, start);
}
