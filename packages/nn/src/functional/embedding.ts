/** Looking rows up by index, and the opposite: indices as rows. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { indexSelect, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, composed, expandTo, source } from '@tenfold/tensor/internal';
import { requireIndices } from './checks.ts';
import { limitNorms, sharedByFrequency } from './embedding-options.ts';
import { checkIndexRange, knownValues } from './index-range.ts';

/** What a look-up may do beside; embeddings and bags of them share it. */
export interface LookupOptions {
  /** Rows that are looked up and longer than this are written anew at this length, as an effect of the next run. */
  readonly maxNorm?: number | null;
  /** The exponent of that length. Default 2. */
  readonly normType?: number;
  /** Whether the gradient of a row is divided by how often it was looked up. Default false. */
  readonly scaleGradByFreq?: boolean;
}

export interface EmbeddingFunctionOptions extends LookupOptions {
  /** The row that gets no gradient; negative counts from the end. */
  readonly paddingIdx?: number | null;
}

/**
 * The rows of `weight` `[V, D]` at `input` (int64 or int32, any shape): `[..., D]`, as torch.nn.functional.embedding.
 * @throws IndexError for an index out of range, where the input's contents are known on the host.
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false }: EmbeddingFunctionOptions = {},
): Tensor {
  return composed(input, () => {
    requireIndices('embedding', 'input', input);
    if (weight.ndim !== 2) {
      throw new ShapeError(
        `embedding: the weight has shape ${formatShape(weight.shape)}, expected [rows, columns]`,
      );
    }
    const [rows, columns] = weight.shape;
    checkIndexRange('embedding', 'index', input, rows);
    const padding = paddingIdx === null ? undefined : paddingRow(paddingIdx, rows);
    if (maxNorm !== null) limitNorms(weight, input, maxNorm, normType);
    const rowsFound = indexSelect(weight, 0, input.flatten()).reshape([...input.shape, columns]);
    const found = scaleGradByFreq ? sharedByFrequency(rowsFound, input, rows) : rowsFound;
    if (padding === undefined) return found;
    const isPadding = expandTo(input.eq(padding).unsqueeze(-1), found.shape);
    return where(isPadding, found.detach(), found);
  });
}

/** The padding row, counted from the front. */
export function paddingRow(paddingIdx: number, rows: number): number {
  const row = paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  if (Number.isInteger(row) && row >= 0 && row < rows) return row;
  throw new ArgumentError(
    `embedding: paddingIdx is ${paddingIdx}, expected a row of ${rows}: ${-rows} to ${rows - 1}`,
  );
}

/**
 * A new last axis of length `numClasses` with 1 at the index and 0 elsewhere, int64. Without `numClasses` there is one more
 * class than the greatest index, which must be known on the host. As torch.nn.functional.one_hot.
 */
export function oneHot(input: Tensor, numClasses = -1): Tensor {
  requireIndices('oneHot', 'input', input);
  const classes = numClasses === -1 ? classesIn(input) : numClasses;
  return oneHotOf(input, classes);
}

function classesIn(input: Tensor): number {
  const values = knownValues(input);
  if (values === undefined || values.length === 0) {
    throw new ArgumentError(
      `oneHot: the classes of an input of shape ${formatShape(input.shape)} are not known on the host; give numClasses`,
    );
  }
  return values.reduce((greatest, value) => Math.max(greatest, value)) + 1;
}

function oneHotOf(input: Tensor, numClasses: number): Tensor {
  return composed(input, () => {
    if (!Number.isInteger(numClasses) || numClasses < 1) {
      throw new ArgumentError(`oneHot: numClasses is ${numClasses}, expected a whole number of at least 1`);
    }
    checkIndexRange('oneHot', 'class', input, numClasses);
    const shape = [...input.shape, numClasses];
    const position = source(input.home, 'iota', { shape, axis: input.ndim });
    const isHere = apply('eq', [position, expandTo(castTo(input, 'int32').unsqueeze(-1), shape)], undefined);
    return castTo(isHere, 'int64');
  });
}
