/**
 * Singular values of bidiagonal matrices on the host: implicitly shifted QR steps (Golub & Van Loan, "Matrix Computations",
 * section 8.6), and steps without a shift where values are too small for one (Demmel & Kahan, "Accurate singular values of
 * bidiagonal matrices", 1990).
 */

import { lengthOf, rotateColumns, rotations } from './rotations.ts';
import type { Rotations } from './rotations.ts';

const EPS = 2 ** -52;
/** Steps that each value may take; two are usual. */
const STEPS_EACH = 60;

/** A matrix whose columns turn with the bidiagonal one. */
export interface Columns {
  readonly data: Float64Array;
  readonly rows: number;
  readonly step: number;
}

/**
 * Makes `e`, which stands above the diagonal `d`, zeros: d become the singular values, some maybe negative, in any order. The columns
 * of `left` and `right` turn with it.
 */
export function diagonalize(d: Float64Array, e: Float64Array, left: Columns | undefined, right: Columns | undefined): void {
  const [ofLeft, ofRight] = [rotations(e.length), rotations(e.length)];
  let steps = STEPS_EACH * d.length;
  for (let last = d.length - 1; last > 0 && steps > 0; ) {
    if (isSmall(d, e, last - 1)) {
      e[last - 1] = 0;
      last--;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isSmall(d, e, first - 1)) first--;
    const shift = shiftOf(d, e, first, last);
    if (shift === 0) plainStep(d, e, first, last, ofLeft, ofRight);
    else shiftedStep(d, e, first, last, shift, ofLeft, ofRight);
    if (left) rotateColumns(left.data, left.rows, left.step, ofLeft, first, last);
    if (right) rotateColumns(right.data, right.rows, right.step, ofRight, first, last);
    steps--;
  }
} // prettier-ignore

/** Whether element i of `e`, which stands beside elements i and i + 1 of the diagonal, is nothing beside them. */
export function isSmall(d: Float64Array, e: Float64Array, i: number): boolean {
  const size = Math.abs(e[i]);
  return size <= EPS * (Math.abs(d[i]) + Math.abs(d[i + 1])) || size < 1e-300;
}

/** The lesser singular value of the last two rows; 0 where that is nothing beside the first, or the block is nearly singular. */
function shiftOf(d: Float64Array, e: Float64Array, first: number, last: number): number {
  let [least, most] = [Infinity, 0];
  for (let i = first; i <= last; i++) {
    const size = Math.abs(d[i]);
    least = Math.min(least, size);
    most = Math.max(most, size);
  }
  if (least <= EPS * most) return 0;
  const [f, g, h] = [d[last - 1], e[last - 1], d[last]];
  // The greater is half the sum of what (f + h, g) and (f - h, g) measure, and the product of both is |f h|.
  const [p, q] = [Math.abs(f), Math.abs(h)];
  const greater = (lengthOf(p + q, g) + lengthOf(p - q, g)) / 2;
  const shift = p * (q / greater);
  const ratio = shift / d[first];
  return ratio * ratio < EPS ? 0 : shift;
}

function shiftedStep(
  d: Float64Array,
  e: Float64Array,
  first: number,
  last: number,
  shift: number,
  left: Rotations,
  right: Rotations,
): void {
  const head = d[first];
  const size = Math.abs(head);
  let f = (size - shift) * (Math.sign(head) + shift / head);
  let g = e[first];
  for (let k = first; k < last; k++) {
    let length = lengthOf(f, g);
    let c = length === 0 ? 1 : f / length;
    let s = length === 0 ? 0 : g / length;
    if (k > first) e[k - 1] = length;
    right.cos[k] = c;
    right.sin[k] = s;
    f = c * d[k] + s * e[k];
    e[k] = c * e[k] - s * d[k];
    g = s * d[k + 1];
    const next = c * d[k + 1];
    length = lengthOf(f, g);
    c = length === 0 ? 1 : f / length;
    s = length === 0 ? 0 : g / length;
    d[k] = length;
    left.cos[k] = c;
    left.sin[k] = s;
    f = c * e[k] + s * next;
    d[k + 1] = c * next - s * e[k];
    if (k < last - 1) {
      g = s * e[k + 1];
      e[k + 1] *= c;
    }
  }
  e[last - 1] = f;
}

function plainStep(
  d: Float64Array,
  e: Float64Array,
  first: number,
  last: number,
  left: Rotations,
  right: Rotations,
): void {
  let [c, oldC, oldS] = [1, 1, 0];
  for (let k = first; k < last; k++) {
    const f = d[k] * c;
    const length = lengthOf(f, e[k]);
    c = length === 0 ? 1 : f / length;
    const s = length === 0 ? 0 : e[k] / length;
    if (k > first) e[k - 1] = oldS * length;
    right.cos[k] = c;
    right.sin[k] = s;
    const [p, q] = [oldC * length, d[k + 1] * s];
    const made = lengthOf(p, q);
    oldC = made === 0 ? 1 : p / made;
    oldS = made === 0 ? 0 : q / made;
    d[k] = made;
    left.cos[k] = oldC;
    left.sin[k] = oldS;
  }
  const end = d[last] * c;
  d[last] = end * oldC;
  e[last - 1] = end * oldS;
}
