/** Reductions into positions that a tensor holds. */

import { ArgumentError, isFloat } from '@tenfold/ir';
import type { DType, ScatterMode } from '@tenfold/ir';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { scatterWith } from './scatter-with.ts';

export type ScatterReduction = 'sum' | 'prod' | 'amax' | 'amin';

export interface ScatterReduceOptions {
  /** Whether what is in `self` takes part, at the positions written to. Default true. */
  readonly includeSelf?: boolean;
}

const MODES: { readonly [R in ScatterReduction]: ScatterMode } = {
  sum: 'sum',
  prod: 'prod',
  amax: 'max',
  amin: 'min',
};

/** A copy of `self` with the elements of `src` reduced into the positions in `index` along `dim`. As torch.scatter_reduce. */
export function scatterReduce(
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  if (!Object.hasOwn(MODES, reduce)) {
    throw new ArgumentError(
      `scatterReduce: unknown reduction '${String(reduce)}'; expected ${Object.keys(MODES).join(', ')}`,
    );
  }
  return composed(self, () => {
    const base = includeSelf
      ? self
      : scatterWith('scatterReduce', 'set', self, dim, index, neutral(reduce, self.dtype));
    return scatterWith('scatterReduce', MODES[reduce], base, dim, index, src);
  });
}

/** What a reduction starts from. */
function neutral(reduce: ScatterReduction, dtype: DType): number {
  if (reduce === 'sum') return 0;
  if (reduce === 'prod') return 1;
  const least = reduce === 'amax';
  if (isFloat(dtype)) return least ? -Infinity : Infinity;
  if (dtype === 'bool' || dtype === 'uint8') return least ? 0 : dtype === 'bool' ? 1 : 255;
  const bits = dtype === 'int8' ? 7 : dtype === 'int32' ? 31 : 53;
  return least ? -(2 ** bits) : 2 ** bits - 1;
}
