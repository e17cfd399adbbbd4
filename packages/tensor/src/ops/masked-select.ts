/** Operations whose result's shape depends on values. They read the values first, so they are awaited. */

import { ShapeError, formatShape, sameShape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes, encode } from '../data/typed-array.ts';
import { positionsOf } from './index.ts';
import { truth } from './numeric.ts';
import { selectRows } from './select-rows.ts';

/** The coordinates of the elements that are not 0, one row each: int64 `[count, rank]`. As torch.nonzero, awaited. */
export async function nonzero(self: Tensor): Promise<Tensor> {
  const axes = positionsOf(await truth(self).bytes(), self.shape);
  const count = axes[0]?.length ?? 0;
  const rows = Array.from({ length: count }, (_, i) => axes.map((positions) => positions[i])).flat();
  return leafOf(self.home, encode(rows, 'int64'), [count, self.ndim], 'int64');
}

/** The elements where `mask` is true, as a vector. As torch.masked_select, awaited. */
export async function maskedSelect(self: Tensor, mask: Tensor): Promise<Tensor> {
  if (!sameShape(self.shape, mask.shape)) {
    throw new ShapeError(
      `maskedSelect: the mask has shape ${formatShape(mask.shape)}, the tensor ${formatShape(self.shape)}; expand() one`,
    );
  }
  const [positions] = positionsOf(await castTo(mask, 'bool').bytes(), [mask.numel]);
  const flat = apply('reshape', [self], { shape: [self.numel] });
  return selectRows(flat, 0, leafOf(self.home, asBytes(positions), [positions.length], 'int32'));
}
