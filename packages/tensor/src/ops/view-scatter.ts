/** Copies of a tensor in which what a view of it looks at has been replaced. Gradients reach the tensor and what replaces. */

import { ShapeError, formatShape, sameShape } from '@tenfold/ir';
import { commonDevice } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { diagonal } from './diagonal.ts';
import { select, slice } from './slice.ts';
import { embed } from './view-path.ts';

/** A copy of `self` with `src` at position `index` of axis `dim`. As torch.select_scatter. */
export function selectScatter(self: Tensor, src: Tensor, dim: number, index: number): Tensor {
  return replace('selectScatter', self, src, (x) => select(x, dim, index));
}

/** A copy of `self` with `src` at `slice(dim, start, end, step)`. As torch.slice_scatter. */
export function sliceScatter(
  self: Tensor,
  src: Tensor,
  dim = 0,
  start?: number,
  end?: number,
  step = 1,
): Tensor {
  return replace('sliceScatter', self, src, (x) => slice(x, dim, start, end, step));
}

/** A copy of `self` with `src` on the diagonal numbered `offset` of two axes. As torch.diagonal_scatter. */
export function diagonalScatter(self: Tensor, src: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  return replace('diagonalScatter', self, src, (x) => diagonal(x, offset, dim1, dim2));
}

function replace(op: string, self: Tensor, src: Tensor, look: (x: Tensor) => Tensor): Tensor {
  commonDevice(op, [self, src]);
  return composed(self, () => {
    const view = look(self);
    if (!sameShape(view.shape, src.shape)) {
      throw new ShapeError(
        `${op}: the source has shape ${formatShape(src.shape)}, expected ${formatShape(view.shape)}, that of what it replaces`,
      );
    }
    return embed(self, view, castTo(src, self.dtype));
  });
}
