/**
 * Eigenvalues of symmetric matrices on the host: reflections to a tridiagonal form, then implicitly shifted QR steps on
 * that (Golub & Van Loan, "Matrix Computations", section 8.3).
 */

import { isSmall } from './bidiagonal.ts';
import { addProduct, dot, subtractProduct } from './products.ts';
import { closePanels, formQ, keep, reflect, reflections } from './reflections.ts';
import { lengthOf, rotateColumns, rotations } from './rotations.ts';
import type { Rotations } from './rotations.ts';

/** Steps that each eigenvalue may take; two are usual. */
const STEPS_EACH = 60;

/**
 * [n, n], of which the lower triangle is read, to n eigenvalues, rising, and, where `vectors` is 1, the eigenvectors as
 * columns [n, n].
 */
export function eigh(input: Float64Array, output: Float64Array, [n, vectors]: readonly number[]): void {
  let scale = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      scale = Math.max(scale, Math.abs(input[i * n + j]));
      input[j * n + i] = input[i * n + j];
    }
  }
  if (!Number.isFinite(scale)) return void output.fill(NaN);
  for (let at = 0; at < n * n; at++) input[at] /= scale || 1;
  const { diagonal, beside, columns } = tridiagonal(input, n, vectors === 1);
  diagonalize(diagonal, beside, columns);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[a] - diagonal[b]);
  for (let j = 0; j < n; j++) output[j] = diagonal[order[j]] * scale;
  if (!columns) return;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) output[n + i * n + j] = columns[i * n + order[j]];
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i stands beside i and i + 1. */
  readonly beside: Float64Array;
  /** Q [n, n], where Qᵀ A Q is tridiagonal. */
  readonly columns: Float64Array | undefined;
}

function tridiagonal(a: Float64Array, n: number, vectors: boolean): Tridiagonal {
  const r = vectors ? reflections(n, Math.max(n - 2, 0), n, 1) : undefined;
  // v, and w beneath it, as long as what is left.
  const pair = new Float64Array(2 * n);
  const both = { data: pair, at: 0, step: 1, across: n };
  const exchanged = { data: pair, at: n, step: -n };
  const w = pair.subarray(n);
  for (let k = 0; k < n - 2; k++) {
    const left = n - k - 1;
    const first = k * n + k + 1;
    const tau = reflect(a, first, 1, left);
    if (r) keep(r, k, tau, a, first, 1);
    if (tau === 0) continue;
    const rest = { data: a, at: first + n, step: n };
    pair[0] = 1;
    for (let i = 1; i < left; i++) pair[i] = a[first + i];
    w.fill(0, 0, left);
    addProduct({ data: pair, at: 0, step: n, across: 1 }, rest, exchanged, 1, left, left);
    const share = (tau / 2) * dot(pair, w, left);
    for (let i = 0; i < left; i++) w[i] = tau * (w[i] - share * pair[i]);
    subtractProduct(both, exchanged, rest, left, 2, left);
  }
  const columns = r && new Float64Array(n * n);
  if (r && columns) {
    closePanels(r);
    formQ(r, columns, n);
  }
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(Math.max(n - 1, 0));
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i];
  for (let i = 0; i < n - 1; i++) beside[i] = a[i * n + i + 1];
  return { diagonal, beside, columns };
}

/** Makes `e` zeros; the columns of `z` turn with it. */
function diagonalize(d: Float64Array, e: Float64Array, z: Float64Array | undefined): void {
  const n = d.length;
  const turns = rotations(e.length);
  let steps = STEPS_EACH * n;
  for (let last = n - 1; last > 0 && steps > 0;) {
    if (isSmall(d, e, last - 1)) {
      last--;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isSmall(d, e, first - 1)) first--;
    step(d, e, first, last, turns);
    if (z) rotateColumns(z, n, n, turns, first, last);
    steps--;
  }
}

/** One QR step on the block from `first` to `last`, shifted by the eigenvalue of its last two rows that is nearer its end. */
function step(d: Float64Array, e: Float64Array, first: number, last: number, { cos, sin }: Rotations): void {
  const half = (d[last - 1] - d[last]) / 2;
  const corner = e[last - 1];
  const length = lengthOf(half, corner);
  const shift = d[last] - (corner / (half < 0 ? half - length : half + length)) * corner;
  let x = d[first] - shift;
  let z = e[first];
  for (let k = first; k < last; k++) {
    const size = lengthOf(x, z);
    const c = size === 0 ? 1 : x / size;
    const s = size === 0 ? 0 : z / size;
    if (k > first) e[k - 1] = size;
    const [a, b, off] = [d[k], d[k + 1], e[k]];
    const [cc, cs, ss] = [c * c, c * s, s * s];
    d[k] = cc * a + 2 * cs * off + ss * b;
    d[k + 1] = ss * a - 2 * cs * off + cc * b;
    e[k] = cs * (b - a) + (cc - ss) * off;
    if (k < last - 1) {
      x = e[k];
      z = s * e[k + 1];
      e[k + 1] *= c;
    }
    cos[k] = c;
    sin[k] = s;
  }
}
