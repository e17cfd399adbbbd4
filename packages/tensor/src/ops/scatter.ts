/**
 * Writing elements to positions that a tensor holds, into a copy of `self`. Indices are int64 or int32. Values known
 * on the host are checked at once and raise IndexError; others that turn out to be out of range write nothing.
 */

import { ArgumentError } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { reduceInto } from './scatter-reduce.ts';
import { scatterTarget, scatterWith } from './scatter-with.ts';

export interface ScatterOptions {
  /** Add or multiply to what is there, instead of replacing it. */
  readonly reduce?: 'add' | 'multiply';
}

/**
 * A copy of `self` with `out[..., index[..., i, ...], ...] = src[..., i, ...]` along `dim`; `src` may be a number.
 * Where two elements go to one position, the last in row-major order stays. As torch.scatter.
 * @throws IndexError for an index out of range; ShapeError when index, source and tensor do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html
 */
export function scatter(
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number,
  { reduce }: ScatterOptions = {},
): Tensor {
  if (reduce !== undefined && reduce !== 'add' && reduce !== 'multiply') {
    throw new ArgumentError(
      `scatter: reduce is '${String(reduce)}', expected 'add' or 'multiply'; scatterReduce() has others`,
    );
  }
  if (reduce === undefined) return scatterWith('scatter', 'set', self, dim, index, src);
  return composed(self, () => {
    const { base, axis, positions, source } = scatterTarget('scatter', self, dim, index, src);
    const result = reduceInto(base, axis, positions, source, reduce === 'add' ? 'sum' : 'prod', true);
    return apply('reshape', [result], { shape: self.shape });
  });
}

/** A copy of `self` with the elements of `src` added at the positions in `index` along `dim`. As torch.scatter_add. */
export function scatterAdd(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  return scatterWith('scatterAdd', 'sum', self, dim, index, src);
}
