/**
 * Where values belong in sorted sequences. Each search halves what is left of its sequence, so it takes as many steps as
 * the length of the sequence has bits, and no memory beyond the positions.
 */

import { ArgumentError, DTypeError, ShapeError, formatShape, sameShape } from '@tenfold/ir';
import { apply, constant } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { indexTensor } from './index-range.ts';
import { sliceAxis } from './slice-axis.ts';

export interface BucketizeOptions {
  /** Positions as int32 rather than int64. Default false. */
  readonly outInt32?: boolean;
  /** The last fitting position rather than the first, where values equal elements of the sequence. Default false. */
  readonly right?: boolean;
}

export interface SearchsortedOptions extends BucketizeOptions {
  /** `'right'` is another word for `right: true`. */
  readonly side?: 'left' | 'right';
  /** The positions that sort the sequence, as `argsort` gives them, where it is not sorted itself. */
  readonly sorter?: Tensor;
}

/**
 * The position before which each value goes into the sorted last axis of `sortedSequence`: of `[..., n]` and values
 * `[..., m]` with equal axes before, or of a vector and values of any shape. As torch.searchsorted.
 * @throws ShapeError when those axes differ; DTypeError when the dtypes do.
 */
export function searchsorted(
  sortedSequence: Tensor,
  self: Tensor | number,
  { outInt32 = false, right = false, side, sorter }: SearchsortedOptions = {},
): Tensor {
  if (side !== undefined && side !== 'left' && side !== 'right')
    throw new ArgumentError(`searchsorted: side is '${String(side)}', expected 'left' or 'right'`);
  if (right && side === 'left')
    throw new ArgumentError("searchsorted: right is true and side 'left'; give one of them");
  if (sortedSequence.ndim === 0)
    throw new ShapeError('searchsorted: the sequence has no axes, expected at least one');
  const values =
    self instanceof Tensor ? self : numberTensor(sortedSequence.home, self, sortedSequence.dtype);
  if (sorter && !sameShape(sorter.shape, sortedSequence.shape)) {
    throw new ShapeError(
      `searchsorted: the sorter has shape ${formatShape(sorter.shape)}, the sequence ${formatShape(sortedSequence.shape)}; expected equal`,
    );
  }
  return composed(sortedSequence, () => {
    const sequence = sorter ? inOrder(sortedSequence, sorter) : sortedSequence;
    return search('searchsorted', sequence, values, right || side === 'right', outInt32);
  });
}

/**
 * The number of the bucket between `boundaries`, a sorted vector, that each element is in: `boundaries[i - 1] < x <=
 * boundaries[i]` for bucket `i`, and with `right` `boundaries[i - 1] <= x < boundaries[i]`. As torch.bucketize.
 */
export function bucketize(
  self: Tensor | number,
  boundaries: Tensor,
  { outInt32 = false, right = false }: BucketizeOptions = {},
): Tensor {
  if (boundaries.ndim !== 1)
    throw new ShapeError(
      `bucketize: the boundaries have shape ${formatShape(boundaries.shape)}, expected a vector`,
    );
  const values = self instanceof Tensor ? self : numberTensor(boundaries.home, self, boundaries.dtype);
  return composed(boundaries, () => search('bucketize', boundaries, values, right, outInt32));
}

function inOrder(sequence: Tensor, sorter: Tensor): Tensor {
  const axis = sequence.ndim - 1;
  return apply('gather', [sequence, indexTensor('searchsorted', sorter, sequence.shape[axis])], { axis });
}

function search(op: string, sequence: Tensor, values: Tensor, right: boolean, outInt32: boolean): Tensor {
  if (sequence.dtype !== values.dtype) {
    throw new DTypeError(
      `${op}: the values are ${values.dtype}, the sequence ${sequence.dtype}; cast one with to()`,
    );
  }
  const rows = sequence.shape.slice(0, -1);
  if (sequence.ndim > 1 && !sameShape(values.shape.slice(0, -1), rows)) {
    throw new ShapeError(
      `${op}: values of shape ${formatShape(values.shape)} do not fit sequences of shape ${formatShape(sequence.shape)}; ` +
        'expected equal sizes but for the last axis, or one sequence',
    );
  }
  const flat = sequence.ndim > 1 ? values : apply('reshape', [values], { shape: [values.numel] });
  const found = apply('reshape', [positionsIn(sequence, flat, right)], { shape: values.shape });
  return outInt32 ? found : castTo(found, 'int64');
}

/** Steps in which what is compared with is chosen among few elements, rather than fetched for each value. */
const CHOSEN_STEPS = 3;

/**
 * How many elements of the sorted last axis of `sequence` each value comes after (with `right`: at or after), int32. Each
 * step halves the counts that are still possible; the larger half is kept, so that all values take the same steps.
 */
export function positionsIn(sequence: Tensor, values: Tensor, right: boolean): Tensor {
  const axis = sequence.ndim - 1;
  let count = expandTo(constant(values.home, 0, 'int32'), values.shape);
  /** Whether the value stayed where it was, in each of the first steps, and by how much it would have gone on. */
  const taken: (readonly [stays: Tensor, half: number])[] = [];
  const elementAt = (place: number, [step, ...later]: typeof taken): Tensor => {
    if (!step) return expandTo(sliceAxis(sequence, axis, place, 1), values.shape);
    const [stays, half] = step;
    return raw.where(stays, elementAt(place, later), elementAt(place + half, later));
  };
  for (let possible = sequence.shape[axis] + 1; possible > 1;) {
    const half = possible >> 1;
    const element =
      taken.length < CHOSEN_STEPS
        ? elementAt(half - 1, taken)
        : apply('gather', [sequence, raw.add(count, literal(count, half - 1))], { axis });
    // A NaN comes after everything.
    const stays = right ? raw.lt(values, element) : raw.le(values, element);
    count = raw.where(stays, count, raw.add(count, literal(count, half)));
    if (taken.length < CHOSEN_STEPS) taken.push([stays, half]);
    possible -= half;
  }
  return count;
}
