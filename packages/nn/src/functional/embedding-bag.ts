/** Sums, means and maxima over bags of embeddings: bags of one length as rows of a matrix, others one after the other. */

import { ArgumentError, ShapeError, formatShape, sameShape } from '@tenfold/ir';
import { amax, cumsum, scatterAdd, scatterReduce, slice, where, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { castTo, composed, expandTo, literal } from '@tenfold/tensor/internal';
import { requireIndices, requireOneOf } from './checks.ts';
import { embedding, paddingRow } from './embedding.ts';
import type { LookupOptions } from './embedding.ts';

const NAME = 'embeddingBag';

export type BagMode = 'sum' | 'mean' | 'max';

export interface EmbeddingBagFunctionOptions extends LookupOptions {
  /** Default `'mean'`. */
  readonly mode?: BagMode;
  /** A factor for each index, of the input's shape, where the mode is `'sum'`. */
  readonly perSampleWeights?: Tensor | null;
  /** Whether the last offset is where the last bag ends instead of where one begins. Default false. */
  readonly includeLastOffset?: boolean;
  /** The row that counts for nothing; negative counts from the end. */
  readonly paddingIdx?: number | null;
}

/** How values `[count, D]`, one for each index, become values of bags `[B, D]`. */
interface Bags {
  sum(values: Tensor): Tensor;
  max(values: Tensor): Tensor;
}

/**
 * The sum, mean or maximum of the rows of `weight` `[V, D]` that each bag of indices names: `[B, D]`, as
 * torch.nn.functional.embedding_bag. Indices are `[B, N]`, or `[count]` with the `offsets` `[B]` at which bags begin. A bag
 * with nothing in it gives zeros.
 * @throws IndexError for an index out of range, where the input's contents are known on the host.
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  offsets: Tensor | null = null,
  {
    maxNorm = null,
    normType = 2,
    scaleGradByFreq = false,
    mode = 'mean',
    perSampleWeights = null,
    includeLastOffset = false,
    paddingIdx = null,
  }: EmbeddingBagFunctionOptions = {},
): Tensor {
  return composed(input, () => {
    requireOneOf(NAME, 'mode', mode, ['sum', 'mean', 'max']);
    requireIndices(NAME, 'input', input);
    checkWeights(input, perSampleWeights, mode);
    const bags = bagsOf(input, offsets, includeLastOffset);
    const indices = input.flatten();
    const found = embedding(indices, weight, { maxNorm, normType, scaleGradByFreq });
    const padding = paddingIdx === null ? null : paddingRow(paddingIdx, weight.shape[0]);
    // Which indices count, [count, 1].
    const counts = (padding === null ? indices.eq(indices) : indices.ne(padding)).unsqueeze(-1);
    const only = (values: Tensor, other: number) => where(counts, values, literal(values, other));
    const weighted = perSampleWeights ? found.mul(perSampleWeights.flatten().unsqueeze(-1)) : found;
    if (mode === 'sum') return bags.sum(only(weighted, 0));
    const sizes = bags.sum(castTo(counts, found.dtype));
    if (mode === 'mean') return bags.sum(only(found, 0)).div(sizes.maximum(literal(sizes, 1)));
    const greatest = bags.max(only(found, -Infinity));
    return where(sizes.gt(0), greatest, literal(greatest, 0));
  });
}

function checkWeights(input: Tensor, weights: Tensor | null, mode: BagMode): void {
  if (weights === null) return;
  if (mode !== 'sum') {
    throw new ArgumentError(`${NAME}: perSampleWeights go with mode 'sum' only, the mode is '${mode}'`);
  }
  if (sameShape(weights.shape, input.shape)) return;
  throw new ShapeError(
    `${NAME}: perSampleWeights have shape ${formatShape(weights.shape)}, expected the input's ${formatShape(input.shape)}`,
  );
}

function bagsOf(input: Tensor, offsets: Tensor | null, includeLastOffset: boolean): Bags {
  if (input.ndim === 2) {
    if (offsets)
      throw new ArgumentError(`${NAME}: offsets go with an input of one axis; each row is a bag here`);
    const apart = (values: Tensor) => values.reshape([...input.shape, -1]);
    return { sum: (values) => apart(values).sum(1), max: (values) => amax(apart(values), 1) };
  }
  if (input.ndim !== 1 || offsets?.ndim !== 1) {
    const given = offsets ? `offsets ${formatShape(offsets.shape)}` : 'no offsets';
    throw new ShapeError(
      `${NAME}: input ${formatShape(input.shape)} with ${given}; expected [B, N], or [count] with offsets [B]`,
    );
  }
  requireIndices(NAME, 'offsets', offsets);
  const starts = includeLastOffset ? slice(offsets, 0, 0, -1) : offsets;
  const bag = bagOfEach(starts, input.shape[0]).unsqueeze(-1);
  const reduce = (values: Tensor, how: 'sum' | 'amax') => {
    const { dtype, device } = values;
    const columns = values.shape[1];
    const none = zeros([starts.shape[0], columns], { dtype, device });
    return scatterReduce(none, 0, expandTo(bag, values.shape), values, how, { includeSelf: false });
  };
  return { sum: (values) => reduce(values, 'sum'), max: (values) => reduce(values, 'amax') };
}

/** The number of the bag that each of `count` indices is in: how many bags have begun by then, less one. */
function bagOfEach(starts: Tensor, count: number): Tensor {
  const { device } = starts;
  const positions = castTo(starts, 'int64');
  // An empty bag at the end begins after the last index.
  const begun = scatterAdd(
    zeros([count + 1], { dtype: 'int64', device }),
    0,
    positions,
    literal(positions, 1),
  );
  return slice(cumsum(begun, 0), 0, 0, count).sub(1);
}
