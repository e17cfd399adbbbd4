/**
 * The discrete Fourier transform along one axis of complex numbers, without scaling. Lengths up to a limit are products
 * with a matrix; longer ones are split in two factors (Cooley & Tukey 1965), and those that have no factors are
 * convolutions of a length that has (Bluestein 1970). So a transform is a handful of contractions, differentiable like
 * any.
 */

import { apply } from '../core/apply.ts';
import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { along, range } from '../ops/labels.ts';
import { sliceAxis } from '../ops/slice-axis.ts';
import { timesTable } from './complex.ts';
import { fillComplex, root, table } from './tables.ts';

/** Lengths that are a product with a matrix, and prime ones: a product of twice the length is still the faster. */
export const DIRECT = 64;
const DIRECT_PRIME = 160;

/** The sign in `exp(sign · 2πi · j k / n)`. */
export type Sign = 1 | -1;

/** Transforms `axis` of [..., 2]. */
export function dft(x: Tensor, axis: number, sign: Sign): Tensor {
  const n = x.shape[axis];
  if (n === 1) return x;
  if (n <= DIRECT) return byMatrix(x, axis, sign);
  const factor = factorOf(n);
  if (factor !== n) return inTwo(x, axis, sign, factor);
  return n <= DIRECT_PRIME ? byMatrix(x, axis, sign) : asConvolution(x, axis, sign);
}

/** A product with the real matrix that takes (n, part) to (k, part). */
function byMatrix(x: Tensor, axis: number, sign: Sign): Tensor {
  const n = x.shape[axis];
  const matrix = table(x, `dft ${n} ${sign}`, [n, 2, n, 2], (numbers) => {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        const [re, im] = root(sign * j * k, n);
        numbers.set([re, im], (2 * j * n + k) * 2);
        numbers.set([-im, re], ((2 * j + 1) * n + k) * 2);
      }
    }
  });
  return contractAxis(x, matrix, [axis, x.ndim - 1]);
}

/** Replaces `axes` of `x` by as many of a matrix: the first half of its axes is summed, the other takes the place. */
export function contractAxis(x: Tensor, matrix: Tensor, axes: readonly number[]): Tensor {
  const { ndim } = x;
  const half = axes.length;
  const extents = [...x.shape, ...matrix.shape.slice(half)];
  const summed = axes.map((axis) => along(axis));
  const made = axes.map((_, i) => ndim + i);
  const out = range(0, ndim).map((axis) => (axes.includes(axis) ? made[axes.indexOf(axis)] : axis));
  return apply('contract', [x, matrix], {
    extents,
    a: range(0, ndim).map((axis) => along(axis)),
    b: [...summed, ...made.map((label) => along(label))],
    out,
  });
}

/** With n = n1 n2, j = n2 a + b and k = c + n1 d: over a, then the twiddle factors, then over b. */
function inTwo(x: Tensor, axis: number, sign: Sign, n1: number): Tensor {
  const n = x.shape[axis];
  const n2 = n / n1;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const split = apply('reshape', [x], { shape: [...before, n1, n2, ...after] });
  const first = dft(split, axis, sign);
  const twiddles = [n1, n2, ...after.map((_, i) => (i === after.length - 1 ? 2 : 1))];
  const turned = timesTable(first, `twiddle ${n1} ${n2} ${sign} ${twiddles.length}`, twiddles, (place) =>
    root(sign * Math.floor(place / n2) * (place % n2), n),
  );
  const second = dft(turned, axis + 1, sign);
  const axes = range(0, second.ndim);
  [axes[axis], axes[axis + 1]] = [axis + 1, axis];
  return apply('reshape', [apply('permute', [second], { axes })], { shape: x.shape });
}

/**
 * j k = (j² + k² - (k - j)²) / 2 makes a convolution with a chirp of it, which is a product between two transforms of
 * a power of two.
 */
function asConvolution(x: Tensor, axis: number, sign: Sign): Tensor {
  const n = x.shape[axis];
  const length = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const ones = x.shape.slice(axis + 1).map((_, i, { length: rank }) => (i === rank - 1 ? 2 : 1));
  const chirp = (y: Tensor) =>
    timesTable(y, `chirp ${n} ${sign} ${ones.length}`, [n, ...ones], (j) =>
      root(sign * ((j * j) % (2 * n)), 2 * n),
    );
  const zero = x.shape.map(() => 0);
  const hi = zero.map((_, i) => (i === axis ? length - n : 0));
  const padded = apply('pad', [chirp(x)], { lo: zero, hi, interior: zero, value: 0 });
  const filter = chirpFilter(n, length, sign);
  const product = timesTable(
    dft(padded, axis, -1),
    `filter ${n} ${sign} ${ones.length}`,
    [length, ...ones],
    (k) => [filter()[2 * k], filter()[2 * k + 1]],
  );
  return chirp(sliceAxis(dft(product, axis, 1), axis, 0, n));
}

/** The transform of the inverse chirp, divided by its length; computed when it is asked for. */
function chirpFilter(n: number, length: number, sign: Sign): () => Float64Array {
  let made: Float64Array | undefined;
  return () => {
    if (made) return made;
    const chirp = new Float64Array(2 * length);
    fillComplex(chirp, (place) => {
      const j = Math.min(place, length - place);
      if (j >= n) return [0, 0];
      const [re, im] = root(-sign * ((j * j) % (2 * n)), 2 * n);
      return [re / length, im / length];
    });
    return (made = hostTransform(chirp));
  };
}

/** The transform of a power of two on the host, in double precision. */
function hostTransform(x: Float64Array): Float64Array {
  const n = x.length / 2;
  if (n === 1) return x;
  const [even, odd] = [0, 1].map((offset) => {
    const half = new Float64Array(n);
    fillComplex(half, (j) => [x[2 * (2 * j + offset)], x[2 * (2 * j + offset) + 1]]);
    return hostTransform(half);
  });
  const result = new Float64Array(2 * n);
  for (let k = 0; k < n / 2; k++) {
    const [cos, sin] = root(-k, n);
    const re = odd[2 * k] * cos - odd[2 * k + 1] * sin;
    const im = odd[2 * k] * sin + odd[2 * k + 1] * cos;
    result.set([even[2 * k] + re, even[2 * k + 1] + im], 2 * k);
    result.set([even[2 * k] - re, even[2 * k + 1] - im], 2 * k + n);
  }
  return result;
}

/** A divisor of n near the root that makes equal stages of at most about 32 each; the least one where all are large. */
function factorOf(n: number): number {
  const stages = Math.ceil(Math.log(n) / Math.log(32));
  const wanted = n ** (1 / stages);
  let best = 0;
  for (let d = 2; d <= DIRECT; d++) {
    if (n % d === 0 && (best === 0 || Math.abs(Math.log(d / wanted)) < Math.abs(Math.log(best / wanted))))
      best = d;
  }
  if (best > 0) return best;
  for (let d = DIRECT + 1; d * d <= n; d++) if (n % d === 0) return d;
  return n;
}

/** Scales by a number that the library knows. */
export function scaleBy(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : raw.mul(x, literal(x, factor));
}
