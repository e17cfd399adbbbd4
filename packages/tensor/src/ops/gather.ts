/**
 * Fetching elements at positions that a tensor holds. Indices are int64 or int32. Values known on the host are checked
 * at once and raise IndexError; others are kept within the range when they are computed.
 */

import { ShapeError, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import { indexTensor } from './index-range.ts';
import { checkIndexShape, selectRows } from './select-rows.ts';

/**
 * `out[..., i, ...] = self[..., index[..., i, ...], ...]` along `dim`. The index has as many axes as the tensor, none
 * longer than its but for `dim`; the result has the shape of the index. As torch.gather.
 * @throws IndexError for an index out of range (negative ones do not wrap, as in PyTorch).
 * @see https://pytorch.org/docs/stable/generated/torch.gather.html
 */
export function gather(self: Tensor, dim: number, index: Tensor): Tensor {
  const axis = normalizeAxis('gather', dim, self.ndim);
  checkIndexShape('gather', self, axis, index);
  const positions = indexTensor('gather', index, self.shape[axis] ?? 1);
  if (self.ndim === 0) return expandTo(self, index.shape);
  return apply('gather', [self, positions], { axis });
}

/**
 * The slices of axis `dim` at the positions in `index`, a vector. As torch.index_select.
 * @throws IndexError for an index out of range (negative ones do not wrap, as in PyTorch).
 */
export function indexSelect(self: Tensor, dim: number, index: Tensor): Tensor {
  if (index.ndim > 1) {
    throw new ShapeError(
      `indexSelect: the index has shape ${formatShape(index.shape)}, expected a vector; use index() for others`,
    );
  }
  const axis = normalizeAxis('indexSelect', dim, self.ndim);
  const positions = indexTensor('indexSelect', index, self.shape[axis] ?? 1);
  return self.ndim === 0 ? self : selectRows(self, axis, positions);
}
