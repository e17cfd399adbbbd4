/** What `fillDiagonal_` writes. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';

export interface FillDiagonalOptions {
  /** Whether the diagonal of a tall matrix begins anew after a row left out. Default false. */
  readonly wrap?: boolean;
}

/**
 * `fillValue` where all coordinates are equal, `self` elsewhere. As torch.Tensor.fill_diagonal_.
 * @throws ShapeError for fewer than two axes, or more than two that differ.
 */
export function fillDiagonal(
  self: Tensor,
  fillValue: number,
  { wrap = false }: FillDiagonalOptions = {},
): Tensor {
  const { shape, ndim, numel } = self;
  if (ndim < 2 || (ndim > 2 && shape.some((size) => size !== shape[0]))) {
    throw new ShapeError(
      `fillDiagonal: expected a matrix, or more axes of one size, got shape ${formatShape(shape)}`,
    );
  }
  const columns = shape[ndim - 1];
  const spacing = shape.slice(1).reduceRight((sum, size) => sum * size + 1, 1);
  const at = source(self.home, 'iota', { shape: [numel], axis: 0 });
  const isOn = raw.eq(raw.mod(at, literal(at, spacing)), literal(at, 0));
  const end = ndim === 2 && !wrap ? Math.min(columns * columns, numel) : numel;
  const isBefore = raw.lt(at, literal(at, end));
  const mask = apply('reshape', [raw.and(isOn, isBefore)], { shape });
  return raw.where(mask, expandTo(numberTensor(self.home, fillValue, self.dtype), shape), self);
}
