/** Fetching and writing at positions of the flattened tensor, or along one axis with a broadcasting index. */

import { DTypeError, ShapeError, broadcastShapes, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { withOnes } from './dims.ts';
import { gather } from './gather.ts';
import { indexTensor } from './index-range.ts';
import { selectRows } from './select-rows.ts';
import { ravel } from './shape.ts';

/**
 * As `gather`, where axes other than `dim` broadcast: fits the results of argmax and argsort. Without `dim` both are
 * flattened first. As torch.take_along_dim.
 */
export function takeAlongDim(self: Tensor, indices: Tensor, dim?: number): Tensor {
  if (dim === undefined) return composed(self, () => gather(ravel(self), 0, ravel(indices)));
  if (self.ndim !== indices.ndim) {
    throw new ShapeError(
      `takeAlongDim: shapes ${formatShape(self.shape)} and ${formatShape(indices.shape)} differ in rank; expected as many axes`,
    );
  }
  const axis = normalizeAxis('takeAlongDim', dim, self.ndim);
  const others = broadcastShapes(
    'takeAlongDim',
    withOnes(self.shape, [axis]),
    withOnes(indices.shape, [axis]),
  );
  const withAxis = (size: number) => others.map((n, a) => (a === axis ? size : n));
  return composed(self, () =>
    gather(
      expandTo(self, withAxis(self.shape[axis])),
      axis,
      expandTo(indices, withAxis(indices.shape[axis])),
    ),
  );
}

/** The elements of the flattened tensor at `index`, in its shape; negative positions count from the end. As torch.take. */
export function take(self: Tensor, index: Tensor): Tensor {
  return composed(self, () => {
    const positions = ravel(indexTensor('take', index, self.numel, true));
    return apply('reshape', [selectRows(ravel(self), 0, positions)], { shape: index.shape });
  });
}

export interface PutOptions {
  /** Add to what is there, instead of replacing it. Default false. */
  readonly accumulate?: boolean;
}

/**
 * A copy of `self` with the elements of `source` at the positions in `index` of the flattened tensor, of which negative
 * ones count from the end. As torch.put.
 * @throws ShapeError unless source and index have as many elements; IndexError for an index out of range.
 */
export function put(
  self: Tensor,
  index: Tensor,
  source: Tensor,
  { accumulate = false }: PutOptions = {},
): Tensor {
  commonDevice('put', [self, index, source]);
  if (source.numel !== index.numel) {
    throw new ShapeError(
      `put: source and index have ${source.numel} and ${index.numel} elements, expected as many`,
    );
  }
  if (source.dtype !== self.dtype)
    throw new DTypeError(`put: the source is ${source.dtype}, the tensor ${self.dtype}; cast one with to()`);
  return composed(self, () => {
    const positions = ravel(indexTensor('put', index, self.numel, true));
    const inputs = [ravel(self), positions, ravel(source)];
    const written = apply('scatter', inputs, { axis: 0, mode: accumulate ? 'sum' : 'set' });
    return apply('reshape', [written], { shape: self.shape });
  });
}
