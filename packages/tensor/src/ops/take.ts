/** Fetching along one axis with a broadcasting index. */

import { broadcastShapes, normalizeAxis } from '@tenfold/ir';
import { expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { gather } from './gather.ts';
import { withOnes } from './dims.ts';

/** As `gather`, where axes other than `dim` broadcast: fits the results of argmax and argsort. As torch.take_along_dim. */
export function takeAlongDim(self: Tensor, index: Tensor, dim: number): Tensor {
  const axis = normalizeAxis('takeAlongDim', dim, self.ndim);
  const others = broadcastShapes('takeAlongDim', withOnes(self.shape, [axis]), withOnes(index.shape, [axis]));
  const withAxis = (size: number) => others.map((n, a) => (a === axis ? size : n));
  return composed(self, () =>
    gather(expandTo(self, withAxis(self.shape[axis])), axis, expandTo(index, withAxis(index.shape[axis]))),
  );
}
