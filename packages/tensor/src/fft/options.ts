/** Lengths, axes and scaling as the transforms' callers give them. */

import { ArgumentError, IndexError, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Dim } from '../ops/dims.ts';
import { sliceAxis } from '../ops/slice-axis.ts';

/** Which direction is divided by the number of elements: the inverse one (`backward`), both by its root, the other. */
export type Norm = 'backward' | 'ortho' | 'forward';

export interface FftOptions {
  /** Default null, which is `backward`. */
  readonly norm?: Norm | null;
}

/** The factor of a transform of `n` elements; `inverse` says that it is the one `backward` divides. */
export function scaleOf(op: string, norm: Norm | null, n: number, inverse: boolean): number {
  switch (norm ?? 'backward') {
    case 'backward':
      return inverse ? 1 / n : 1;
    case 'forward':
      return inverse ? 1 : 1 / n;
    case 'ortho':
      return 1 / Math.sqrt(n);
    default:
      throw new ArgumentError(
        `${op}: norm is '${String(norm)}', expected 'backward', 'ortho', 'forward' or null`,
      );
  }
}

/** `axis` cut off, or continued with zeros, to `n` elements. */
export function resized(op: string, x: Tensor, axis: number, n: number): Tensor {
  if (!Number.isInteger(n) || n < 1) {
    throw new ArgumentError(
      `${op}: a transform of ${n} elements along axis ${axis} of ${formatShape(x.shape)}; expected at least 1`,
    );
  }
  const size = x.shape[axis];
  if (n <= size) return sliceAxis(x, axis, 0, n);
  const zero = x.shape.map(() => 0);
  const hi = zero.map((_, i) => (i === axis ? n - size : 0));
  return apply('pad', [x], { lo: zero, hi, interior: zero, value: 0 });
}

/** One of the `rank` axes that are not the parts of complex numbers. */
export function signalAxis(op: string, dim: number, rank: number): number {
  if (rank === 0) throw new IndexError(`${op}: there is no axis to transform; expected at least one`);
  return normalizeAxis(op, dim, rank);
}

/** The axes of a transform in several dimensions, in the order named, and the size wanted of each. */
export function signalAxes(
  op: string,
  s: Dim | null | undefined,
  dim: Dim | null | undefined,
  rank: number,
): { axes: readonly number[]; sizes: readonly (number | undefined)[] } {
  const given = s === undefined || s === null ? undefined : typeof s === 'number' ? [s] : s;
  const named = dim === undefined || dim === null ? undefined : typeof dim === 'number' ? [dim] : dim;
  const count = named?.length ?? given?.length ?? rank;
  if (given && (given.length !== count || count > rank)) {
    throw new ArgumentError(
      `${op}: s names ${given.length} sizes for ${named ? count : rank} axes; expected one for each axis in dim`,
    );
  }
  const axes = (named ?? Array.from({ length: count }, (_, i) => i - count)).map((axis) =>
    signalAxis(op, axis, rank),
  );
  const twice = axes.find((axis, i) => axes.indexOf(axis) !== i);
  if (twice !== undefined)
    throw new IndexError(`${op}: axis ${twice} is named twice in [${axes.join(', ')}]`);
  return { axes, sizes: axes.map((_, i) => (given && given[i] !== -1 ? given[i] : undefined)) };
}
