/** Positions in a flattened tensor as coordinates. */

import { DTypeError, isFloat, numel } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { castTo, literal } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { checkIndexRange } from './index-range.ts';

/**
 * The coordinates, int64, in a tensor of `shape` of the elements at `indices` of the flattened tensor: one tensor an axis.
 * As torch.unravel_index.
 * @throws IndexError for an index out of range that is known on the host.
 */
export function unravelIndex(indices: Tensor, shape: Shape | number): Tensor[] {
  if (isFloat(indices.dtype) || indices.dtype === 'bool')
    throw new DTypeError(
      `unravelIndex: the indices are ${indices.dtype}, expected integers; cast with long()`,
    );
  const sizes = typeof shape === 'number' ? [shape] : shape;
  if (indices.dtype === 'int64' || indices.dtype === 'int32')
    checkIndexRange('unravelIndex', indices, -numel(sizes), numel(sizes));
  return composed(indices, () => {
    const at = castTo(indices, 'int64');
    return sizes.map((size, axis) => {
      const within = raw.idiv(at, literal(at, numel(sizes.slice(axis + 1))));
      return raw.mod(within, literal(at, size));
    });
  });
}
