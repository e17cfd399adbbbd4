/** Positions in space as single numbers, counted in row-major order: made, taken apart, and written to. */

import { numel } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, constant, expandTo, literal } from '@tenfold/tensor/internal';

/** One number for the positions (int32) along several axes of these lengths. */
export function flatIndex(along: readonly Tensor[], lengths: readonly number[]): Tensor {
  return along.reduce((index, position, i) =>
    index.mul(constant(index.home, lengths[i], 'int32')).add(position),
  );
}

/** The positions along each axis that one number (int32) stands for. */
export function unravelled(index: Tensor, lengths: readonly number[]): Tensor[] {
  let rest = index;
  const along: Tensor[] = [];
  for (const length of lengths.slice(1).reverse()) {
    // One division for both, where a remainder would be another.
    const quotient = apply('idiv', [rest, literal(rest, length)], undefined);
    along.unshift(rest.sub(quotient.mul(literal(rest, length))));
    rest = quotient;
  }
  return [rest, ...along];
}

/** Adds up values `[..., positions]` at flat indices (int32) into a space of these lengths. */
export function scatterToSpace(values: Tensor, index: Tensor, lengths: readonly number[]): Tensor {
  const first = values.ndim - lengths.length;
  const leading = values.shape.slice(0, first);
  const base = expandTo(constant(values.home, 0, values.dtype), [...leading, numel(lengths)]);
  // A scatter goes place by place: places are worked out beforehand, many at a time.
  const places = apply('contiguous', [index.flatten(first)], undefined);
  const inputs = [base, places, values.flatten(first)];
  return apply('scatter', inputs, { axis: first, mode: 'sum' }).reshape([...leading, ...lengths]);
}
