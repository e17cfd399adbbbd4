/**
 * Parts of a tensor: ranges, single positions, pieces. None of these copies.
 */

import { ArgumentError, IndexError, ShapeError, formatShape } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { decode } from '../data/typed-array.ts';
import { hostBytes } from './index-range.ts';
import { selectRows } from './select-rows.ts';
import { axisOf, positionAt, sliceAxis, sliceBounds } from './slice-axis.ts';

/**
 * Elements `start` (0 unless given) up to but without `end` of axis `dim`, every `step`-th: Python's
 * `x[..., start:end:step, ...]`. Negative bounds count from the end, and bounds beyond it are cut, as in Python.
 * @throws ArgumentError for a step below 1.
 */
export function slice(self: Tensor, dim: number, start?: number, end?: number, step = 1): Tensor {
  const axis = axisOf('slice', self, dim);
  const { first, length } = sliceBounds('slice', self.shape[axis], start, end, step);
  return sliceAxis(self, axis, first, length, step);
}

/**
 * `length` elements from `start`, a number or a tensor without axes, of axis `dim`. As torch.narrow.
 * @throws IndexError unless they all exist; a start that only the device knows is kept within the range.
 */
export function narrow(self: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  const axis = axisOf('narrow', self, dim);
  if (start instanceof Tensor) {
    const bytes = hostBytes(start);
    if (!bytes) return narrowAt(self, axis, start, length);
    return narrow(self, axis, Number(decode(bytes, start.dtype)[0]), length);
  }
  const size = self.shape[axis];
  const first = start < 0 ? start + size : start;
  if (
    !Number.isInteger(first) ||
    !Number.isInteger(length) ||
    first < 0 ||
    length < 0 ||
    first + length > size
  ) {
    throw new IndexError(
      `narrow: elements ${start} to ${start + length - 1} leave axis ${dim} of ${formatShape(self.shape)}`,
    );
  }
  return sliceAxis(self, axis, first, length);
}

/** A range that begins where only the device knows. */
function narrowAt(self: Tensor, axis: number, start: Tensor, length: number): Tensor {
  const size = self.shape[axis];
  if (!Number.isInteger(length) || length < 0 || length > size)
    throw new IndexError(`narrow: ${length} elements of axis ${axis} of ${formatShape(self.shape)}`);
  const first = castTo(start, 'int32');
  const wrapped = raw.where(raw.lt(first, literal(first, 0)), raw.add(first, literal(first, size)), first);
  const kept = raw.max(raw.min(wrapped, literal(first, size - length)), literal(first, 0));
  const places = source(self.home, 'iota', { shape: [length], axis: 0 });
  return selectRows(
    self,
    axis,
    raw.add(places, expandTo(apply('reshape', [kept], { shape: [1] }), [length])),
  );
}

/** As `narrow`, a value of its own. As torch.narrow_copy. */
export function narrowCopy(self: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  return apply('contiguous', [narrow(self, dim, start, length)], undefined);
}

/** Position `index` of axis `dim`, without that axis. As torch.select. Raises IndexError when it does not exist. */
export function select(self: Tensor, dim: number, index: number): Tensor {
  const axis = axisOf('select', self, dim);
  const one = sliceAxis(self, axis, positionAt('select', self.shape, axis, index), 1);
  return apply('reshape', [one], { shape: self.shape.filter((_, i) => i !== axis) });
}

/**
 * Pieces of axis `dim` (0 unless given): each of `splitSize` elements (the last may be smaller), or of the sizes listed,
 * which must add up. As torch.split.
 */
export function split(self: Tensor, splitSize: number | readonly number[], dim = 0): Tensor[] {
  const axis = axisOf('split', self, dim);
  const total = self.shape[axis];
  const sizes = typeof splitSize === 'number' ? evenSizes(total, splitSize) : splitSize;
  if (sizes.reduce((a, b) => a + b, 0) !== total || sizes.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `split: sizes [${sizes.join(', ')}] do not add up to ${total}, axis ${dim} of ${formatShape(self.shape)}`,
    );
  }
  let start = 0;
  return sizes.map((length) => {
    const piece = sliceAxis(self, axis, start, length);
    start += length;
    return piece;
  });
}

function evenSizes(total: number, size: number): number[] {
  if (!Number.isInteger(size) || size < 1)
    throw new ArgumentError(`split: the size is ${size}, expected a whole number from 1`);
  const count = Math.max(Math.ceil(total / size), 1);
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

/** At most `chunks` pieces of axis `dim`, equal but for the last. As torch.chunk. */
export function chunk(self: Tensor, chunks: number, dim = 0): Tensor[] {
  if (!Number.isInteger(chunks) || chunks < 1)
    throw new ArgumentError(`chunk: ${chunks} pieces asked for, expected a whole number from 1`);
  const axis = axisOf('chunk', self, dim);
  return split(self, Math.max(Math.ceil(self.shape[axis] / chunks), 1), axis);
}

/** All positions of axis `dim`, each without that axis. As torch.unbind. */
export function unbind(self: Tensor, dim = 0): Tensor[] {
  const axis = axisOf('unbind', self, dim);
  return Array.from({ length: self.shape[axis] }, (_, i) => select(self, axis, i));
}
