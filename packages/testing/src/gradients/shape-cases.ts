/** Gradient checks of indexing, writing to positions, and products that have a gradient of their own. */

import * as T from '@tenfold/tensor';
import type { GradientCase } from './case.ts';
import { indices, onMatrix } from './case.ts';

const steps = { smooth: false };
const mask = () => T.tensor([[true, false, true], [false, true, true]]); // prettier-ignore

/** A case of a tensor of shape [2, 3] and what is written into it. */
function writing(
  name: string,
  shape: readonly number[],
  fn: (x: T.Tensor, source: T.Tensor) => T.Tensor,
  more: Partial<GradientCase> = {},
): GradientCase {
  return { name, shapes: [[2, 3], shape], fn: (x, source) => fn(x, source), smooth: true, ...more };
}

export const SHAPE_CASES: readonly GradientCase[] = [
  writing('setIndex of a part', [2, 1], (x, v) => x.setIndex([':', '::2'], v)),
  writing('setIndex of positions', [2, 2], (x, v) => x.setIndex([':', [2, 0]], v)),
  writing('setIndex of a mask', [4], (x, v) => x.setIndex([mask()], v)),
  writing('setIndex of a mask on the device', [4], (x, v) => x.setIndex([mask().logicalNot().logicalNot()], v)),
  writing('indexPut that adds', [3], (x, v) => x.indexPut([indices([0, 1, 0]), indices([1, 1, 1])], v, { accumulate: true })),
  writing('indexAdd', [2, 2], (x, v) => x.indexAdd(1, indices([0, 0]), v, { alpha: 2 })),
  writing('indexCopy', [2, 2], (x, v) => x.indexCopy(1, indices([0, 2]), v)),
  writing('put that adds', [3], (x, v) => x.put(indices([5, 0, 0]), v, { accumulate: true })),
  writing('selectScatter', [2], (x, v) => x.selectScatter(v, 1, 0)),
  writing('diagonalScatter', [2], (x, v) => x.diagonalScatter(v, 1)),
  writing('asStridedScatter', [2, 2], (x, v) => x.asStridedScatter(v, [2, 2], [1, 3])),
  writing('maskedScatter', [5], (x, v) => x.maskedScatter(mask(), v)),
  ...(['sum', 'mean', 'prod'] as const).flatMap((reduce) =>
    [true, false].map((includeSelf) =>
      writing(`scatterReduce ${reduce}${includeSelf ? '' : ' without self'}`, [2, 3], (x, v) =>
        x.scatterReduce(1, indices([[0, 0, 2], [1, 1, 1]]), v, reduce, { includeSelf })),
    ),
  ),
  writing('scatterReduce prod with zeros', [2, 3], (x, v) => {
    const zeros = v.mul(T.tensor([[0, 1, 1], [0, 0, 1]]));
    return x.scatterReduce(1, indices([[0, 0, 2], [1, 1, 0]]), zeros, 'prod');
  }, steps),
  ...(['amax', 'amin'] as const).map((reduce) =>
    writing(`scatterReduce ${reduce}`, [2, 3], (x, v) => x.scatterReduce(1, indices([[0, 0, 2], [1, 1, 1]]), v, reduce), steps),
  ),
  onMatrix('take', (x) => x.take(indices([[0, -1], [4, 4]]))),
  onMatrix('asStrided with overlap', (x) => x.asStrided([3, 2], [1, 2], 1)),
  onMatrix('diagEmbed', (x) => x.diagEmbed({ offset: -1, dim1: 0 })),
  onMatrix('repeatInterleave by a tensor', (x) => x.repeatInterleave(indices([2, 0, 1]), 1)),
  onMatrix('vander', (x) => T.vander(x.select(0, 0), 4), { ...steps, range: [0.3, 1.5] }),
  onMatrix('kthvalue', (x) => x.kthvalue(2).values, steps),
  { name: 'einsum of three', shapes: [[2, 3], [3, 2], [2, 2]], fn: (a, b, c) => T.einsum('ij,jk,kl->li', a, b, c), smooth: true },
  { name: 'einsum with a diagonal', shapes: [[2, 3, 2], [3]], fn: (a, b) => T.einsum('iji,j->i', a, b), smooth: true },
  { name: 'tensordot', shapes: [[2, 3, 2], [2, 3]], fn: (a, b) => T.tensordot(a, b, [[0, 1], [0, 1]]), smooth: true },
  { name: 'baddbmm', shapes: [[2], [2, 2, 3], [2, 3, 2]], fn: (x, a, b) => T.baddbmm(x, a, b, { beta: 0.5, alpha: 2 }), smooth: true },
  { name: 'kron', shapes: [[2, 2], [3]], fn: (a, b) => T.kron(a, b), smooth: true },
  { name: 'cross', shapes: [[2, 3], [2, 3]], fn: (a, b) => T.cross(a, b, 1), smooth: true },
  { name: 'cdist', shapes: [[3, 2], [2, 2]], fn: (a, b) => T.cdist(a, b), smooth: true },
  { name: 'cdist by a product', shapes: [[3, 2], [2, 2]], fn: (a, b) => T.cdist(a, b, 2, { computeMode: 'use_mm_for_euclid_dist' }), smooth: true },
  { name: 'cdist of the third order', shapes: [[3, 2], [2, 2]], fn: (a, b) => T.cdist(a, b, 3), smooth: false },
]; // prettier-ignore
