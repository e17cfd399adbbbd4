/** What fetching and writing at positions have in common, once the positions are checked. */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';

/** The index of a gather or scatter must not leave the other axes of `self`. */
export function checkIndexShape(op: string, self: Tensor, axis: number, index: Tensor): void {
  const fits =
    Math.max(index.ndim, 1) === Math.max(self.ndim, 1) &&
    index.shape.every((size, a) => a === axis || size <= self.shape[a]);
  if (fits) return;
  throw new ShapeError(
    `${op}: index of shape ${formatShape(index.shape)} does not fit a tensor of shape ${formatShape(self.shape)}; ` +
      `expected as many axes, none longer but for axis ${axis}`,
  );
}

/** Positions (int32, a vector or without axes) along one axis of a shape, the same ones everywhere else. */
export function alignRows(positions: Tensor, axis: number, shape: Shape): Tensor {
  const aligned = apply('reshape', [positions], {
    shape: shape.map((_, a) => (a === axis ? positions.numel : 1)),
  });
  return expandTo(aligned, shape);
}

/** Replaces one axis by the fetched positions (int32, a vector or without axes); the others are fetched whole. */
export function selectRows(self: Tensor, axis: number, positions: Tensor): Tensor {
  const shape = self.shape.map((size, a) => (a === axis ? positions.numel : size));
  return apply('gather', [self, alignRows(positions, axis, shape)], { axis });
}
