/** Repeating tensors and their elements. */

import { ArgumentError, ShapeError, formatShape, normalizeAxis, numel } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { decode } from '../data/typed-array.ts';
import { listOf } from './dims.ts';
import type { ShapeArgs } from './dims.ts';
import { hostBytes } from './index-range.ts';
import { positionsIn } from './searchsorted.ts';
import { selectRows } from './select-rows.ts';

/** The tensor `repeats[i]` times after itself along each axis; new axes come first. As torch.Tensor.repeat. */
export function repeat(self: Tensor, ...repeats: ShapeArgs): Tensor {
  const counts = listOf(repeats);
  const missing = counts.length - self.ndim;
  if (missing < 0 || counts.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `repeat: counts ${formatShape(counts)} do not fit shape ${formatShape(self.shape)}; ` +
        `expected whole numbers for at least ${self.ndim} axes; tile() takes fewer`,
    );
  }
  const shape = [...new Array<number>(missing).fill(1), ...self.shape];
  const spaced = apply('reshape', [self], { shape: shape.flatMap((size) => [1, size]) });
  const repeated = expandTo(spaced, shape.flatMap((size, axis) => [counts[axis], size])); // prettier-ignore
  return apply('reshape', [repeated], { shape: shape.map((size, axis) => size * counts[axis]) });
}

/** As `repeat`, where missing counts are 1. As torch.tile. */
export function tile(self: Tensor, ...dims: ShapeArgs): Tensor {
  const counts = listOf(dims);
  return repeat(self, [...new Array<number>(Math.max(self.ndim - counts.length, 0)).fill(1), ...counts]);
}

export interface RepeatInterleaveOptions {
  /** How many elements the axis has afterwards: what the repeats add up to, where only the device knows them. */
  readonly outputSize?: number;
}

/**
 * Each element `repeats` times in a row along `dim`, or in the flattened tensor; a tensor has a number for each element
 * of the axis. `repeatInterleave(repeats)` alone gives the positions that this reads. As torch.repeat_interleave.
 * @throws ArgumentError where the values of `repeats` are not known on the host and `outputSize` is not given.
 */
export function repeatInterleave(
  self: Tensor,
  repeats?: number | Tensor,
  dim?: number,
  { outputSize }: RepeatInterleaveOptions = {},
): Tensor {
  if (repeats === undefined) return castTo(repeatedPositions(self, outputSize), 'int64');
  const x = dim === undefined ? apply('reshape', [self], { shape: [self.numel] }) : self;
  const axis = normalizeAxis('repeatInterleave', dim ?? 0, x.ndim);
  if (typeof repeats === 'number') return repeatEach(x, axis, repeats);
  const count = x.shape[axis] ?? 1;
  if (repeats.ndim > 1 || (repeats.numel !== 1 && repeats.numel !== count)) {
    throw new ShapeError(
      `repeatInterleave: repeats of shape ${formatShape(repeats.shape)} do not fit axis ${axis} of ${formatShape(x.shape)}; ` +
        `expected 1 or ${count} numbers`,
    );
  }
  return composed(self, () => {
    const each = repeats.numel === count ? repeats : expandTo(repeats, [count]);
    return selectRows(x, axis, repeatedPositions(each, outputSize, hostBytes(repeats)));
  });
}

function repeatEach(x: Tensor, axis: number, count: number): Tensor {
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(`repeatInterleave: repeats is ${count}, expected a whole number from 0`);
  const { shape } = x;
  const inner = numel(shape.slice(axis + 1));
  const outer = numel(shape.slice(0, axis + 1));
  const spread = expandTo(apply('reshape', [x], { shape: [outer, 1, inner] }), [outer, count, inner]);
  return apply('reshape', [spread], { shape: shape.map((size, a) => (a === axis ? size * count : size)) });
}

/** Position `i`, `repeats[i]` times, for all `i`: how many running totals are at most the place in the result. */
function repeatedPositions(repeats: Tensor, outputSize?: number, bytes = hostBytes(repeats)): Tensor {
  if (repeats.dtype !== 'int64' && repeats.dtype !== 'int32')
    throw new ArgumentError(`repeatInterleave: repeats are ${repeats.dtype}, expected int64 or int32`);
  const size = outputSize ?? totalOf(repeats, bytes);
  const counts = castTo(repeats, 'int32');
  const ends = apply('scan', [counts.ndim === 1 ? counts : expandTo(counts, [1])], { kind: 'sum', axis: 0 });
  const places = source(repeats.home, 'iota', { shape: [size], axis: 0 });
  return positionsIn(ends, places, true);
}

function totalOf(repeats: Tensor, bytes: Uint8Array | undefined): number {
  if (!bytes) {
    throw new ArgumentError(
      `repeatInterleave: the values of repeats of shape ${formatShape(repeats.shape)} are not known yet, so neither is the shape ` +
        'of the result; give { outputSize }, which they add up to, or repeats from the host',
    );
  }
  const counts = Array.from(decode(bytes, repeats.dtype), Number);
  const negative = counts.find((count) => count < 0);
  if (negative !== undefined)
    throw new ArgumentError(`repeatInterleave: repeats holds ${negative}, expected whole numbers from 0`);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.length === repeats.numel ? total : total * repeats.numel;
}
