/** The checks that all scatters share. */

import { DTypeError, ShapeError, formatShape, normalizeAxis } from '@tenfold/ir';
import type { ScatterMode } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { expandTo, numberTensor } from '../core/broadcast.ts';
import { Tensor } from '../core/tensor.ts';
import { indexTensor } from './index-range.ts';
import { checkIndexShape } from './select-rows.ts';

export function scatterWith(
  op: string,
  mode: ScatterMode,
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number,
): Tensor {
  if (self.ndim === 0) {
    const asVector = (x: Tensor) => apply('reshape', [x], { shape: [1] });
    const source = src instanceof Tensor ? asVector(src) : src;
    return apply('reshape', [scatterWith(op, mode, asVector(self), dim, asVector(index), source)], {
      shape: [],
    });
  }
  const axis = normalizeAxis(op, dim, self.ndim);
  checkIndexShape(op, self, axis, index);
  const positions = indexTensor(op, index, self.shape[axis]);
  return apply('scatter', [self, positions, sourceFor(op, self, index, src)], { axis, mode });
}

/** The part of the source that the index speaks of. */
function sourceFor(op: string, self: Tensor, index: Tensor, src: Tensor | number): Tensor {
  if (!(src instanceof Tensor)) return expandTo(numberTensor(self.home, src, self.dtype), index.shape);
  commonDevice(op, [self, index, src]);
  if (src.dtype !== self.dtype) {
    throw new DTypeError(`${op}: the source is ${src.dtype}, the tensor ${self.dtype}; cast one with to()`);
  }
  if (src.ndim !== index.ndim || index.shape.some((size, axis) => size > src.shape[axis])) {
    throw new ShapeError(
      `${op}: the source has shape ${formatShape(src.shape)}, the index ${formatShape(index.shape)}; ` +
        `expected a source at least as long along each axis`,
    );
  }
  if (index.shape.every((size, axis) => size === src.shape[axis])) return src;
  const zeros = index.shape.map(() => 0);
  return apply('slice', [src], { start: zeros, step: zeros.map(() => 1), shape: index.shape });
}
