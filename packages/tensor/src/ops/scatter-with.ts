/** The checks that all scatters share. */

import { DTypeError, ShapeError, formatShape, normalizeAxis } from '@tenfold/ir';
import type { ScatterMode } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { expandTo, numberTensor } from '../core/broadcast.ts';
import { Tensor } from '../core/tensor.ts';
import { indexTensor } from './index-range.ts';
import { checkIndexShape } from './select-rows.ts';

/** The operands of a scatter as the primitive takes them; a tensor without axes has become a vector. */
export interface ScatterTarget {
  readonly base: Tensor;
  readonly axis: number;
  readonly positions: Tensor;
  readonly source: Tensor;
}

export function scatterTarget(
  op: string,
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number,
): ScatterTarget {
  const axis = normalizeAxis(op, dim, self.ndim);
  const base = atLeastVector(self);
  checkIndexShape(op, base, axis, atLeastVector(index));
  const given = src instanceof Tensor ? atLeastVector(src) : src;
  const source = sourceFor(op, base, atLeastVector(index), given);
  return { base, axis, positions: atLeastVector(indexTensor(op, index, base.shape[axis])), source };
}

function atLeastVector(x: Tensor): Tensor {
  return x.ndim === 0 ? apply('reshape', [x], { shape: [1] }) : x;
}

export function scatterWith(
  op: string,
  mode: ScatterMode,
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number,
): Tensor {
  const { base, axis, positions, source } = scatterTarget(op, self, dim, index, src);
  const result = apply('scatter', [base, positions, source], { axis, mode });
  return self.ndim === 0 ? apply('reshape', [result], { shape: [] }) : result;
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
