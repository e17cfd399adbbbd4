/**
 * Schur's form of any square matrix on the host, A = Z T Zᵀ with blocks of one or two on the diagonal of T: reflections to
 * Hessenberg's form, then Francis's steps with two shifts at once, which need no complex numbers (Golub & Van Loan, "Matrix
 * Computations", sections 7.4 and 7.5).
 */

import { addProduct, multiplyVector, subtractProduct } from './products.ts';
import { closePanels, formQ, keep, reflect, reflections } from './reflections.ts';
import { lengthOf } from './rotations.ts';

const EPS = 2 ** -52;
/** Steps that each eigenvalue may take; two or three are usual. */
const STEPS_EACH = 60;
/** After so many steps without success an unusual shift is tried. */
const PATIENCE = 10;

/** Overwrites `a` with Hessenberg's form H, where A = Z H Zᵀ; gives Z, if wanted. */
export function hessenberg(a: Float64Array, n: number, vectors: boolean): Float64Array | undefined {
  const r = vectors ? reflections(n, Math.max(n - 2, 0), n, 1) : undefined;
  const v = new Float64Array(n);
  const sums = new Float64Array(n);
  const vector = { data: v, at: 0, step: n, across: 1 };
  const summed = { data: sums, at: 0, step: n, across: 1 };
  for (let k = 0; k < n - 2; k++) {
    const first = k + 1;
    const left = n - first;
    const tau = reflect(a, first * n + k, n, left);
    if (r) keep(r, k, tau, a, first * n + k, n);
    v[0] = 1;
    for (let i = 1; i < left; i++) {
      v[i] = a[(first + i) * n + k];
      a[(first + i) * n + k] = 0;
    }
    // From the left, on the rows below, and from the right, on all.
    const rows = { data: a, at: first * n + first, step: n };
    sums.fill(0, 0, left);
    addProduct(vector, rows, summed, 1, left, left);
    for (let j = 0; j < left; j++) sums[j] *= tau;
    subtractProduct({ ...vector, step: 1 }, summed, rows, left, 1, left);
    const columns = { data: a, at: first, step: n };
    multiplyVector(columns, n, left, v, sums);
    for (let i = 0; i < n; i++) sums[i] *= tau;
    subtractProduct({ ...summed, step: 1 }, vector, columns, n, 1, left);
  }
  if (!r) return undefined;
  closePanels(r);
  const z = new Float64Array(n * n);
  formQ(r, z, n);
  return z;
}

/**
 * Overwrites H with T, whose blocks of two have complex eigenvalues, and turns `z` with it. Without `z` only the blocks on the
 * diagonal are right.
 */
export function toBlocks(h: Float64Array, n: number, z: Float64Array | undefined): void {
  let steps = 0;
  for (let last = n - 1; last > 0 && steps < STEPS_EACH;) {
    let first = last;
    while (first > 0 && !isSmall(h, n, first)) first--;
    if (first > 0) h[first * n + first - 1] = 0;
    if (first >= last - 1) {
      if (first === last - 1) splitBlock(h, n, first, z);
      last = first - 1;
      steps = 0;
      continue;
    }
    steps++;
    step(h, n, first, last, z, steps % PATIENCE === 0);
  }
}

/** Whether what stands left of diagonal element i is nothing beside its neighbours. */
function isSmall(h: Float64Array, n: number, i: number): boolean {
  const size = Math.abs(h[i * n + i - 1]);
  return size <= EPS * (Math.abs(h[(i - 1) * n + i - 1]) + Math.abs(h[i * n + i])) || size < 1e-300;
}

/** A step on the block from `first` to `last`, shifted by both eigenvalues of its last two rows. */
function step(h: Float64Array, n: number, first: number, last: number, z: Float64Array | undefined, unusual: boolean): void {
  let x = h[last * n + last];
  let y = h[(last - 1) * n + last - 1];
  let w = h[last * n + last - 1] * h[(last - 1) * n + last];
  if (unusual) {
    const size = Math.abs(h[last * n + last - 1]) + Math.abs(h[(last - 1) * n + last - 2]);
    x = y = x + 0.75 * size;
    w = -0.4375 * size * size;
  }
  // The first column of (H - s₁)(H - s₂), which has three elements, over its last divisor.
  const corner = first * n + first;
  const [a, b] = [x - h[corner], y - h[corner]];
  let p = (a * b - w) / h[corner + n] + h[corner + 1];
  let q = h[corner + n + 1] - h[corner] - a - b;
  let r = h[corner + 2 * n + 1];
  for (let k = first; k < last; k++) {
    const three = k < last - 1;
    if (k > first) {
      const at = k * n + k - 1;
      p = h[at];
      q = h[at + n];
      r = three ? h[at + 2 * n] : 0;
    }
    const size = lengthOf(lengthOf(p, q), r);
    if (size === 0) continue;
    const made = p >= 0 ? -size : size;
    const [v, u, tau] = [q / (p - made), r / (p - made), (made - p) / made];
    if (k > first) {
      h[k * n + k - 1] = made;
      h[(k + 1) * n + k - 1] = 0;
      if (three) h[(k + 2) * n + k - 1] = 0;
    }
    // Of the last two there is no third one; another, times zero, stays as it is.
    const third = three ? k + 2 : k - 1;
    reflectThreeRows(h, n, k, third, z ? n : last + 1, v, three ? u : 0, tau);
    const end = Math.min(last, k + 3) + 1;
    reflectThreeColumns(h, n, k, third, z ? 0 : first, end, v, three ? u : 0, tau);
    if (z) reflectThreeColumns(z, n, k, third, 0, n, v, three ? u : 0, tau);
  }
} // prettier-ignore

/** Reflects rows k, k + 1 and `third` by (1, v, u), from column k up to `end`. */
function reflectThreeRows(
  h: Float64Array,
  n: number,
  k: number,
  third: number,
  end: number,
  v: number,
  u: number,
  tau: number,
): void {
  const p = k * n;
  const q = p + n;
  const r = third * n;
  for (let j = k; j < end; j++) {
    const sum = tau * (h[p + j] + v * h[q + j] + u * h[r + j]);
    h[p + j] -= sum;
    h[q + j] -= v * sum;
    h[r + j] -= u * sum;
  }
}

/** Reflects columns k, k + 1 and `third` by (1, v, u), from row `from` up to `end`. */
function reflectThreeColumns(
  h: Float64Array,
  n: number,
  k: number,
  third: number,
  from: number,
  end: number,
  v: number,
  u: number,
  tau: number,
): void {
  for (let i = from; i < end; i++) {
    const p = i * n + k;
    const r = i * n + third;
    const sum = tau * (h[p] + v * h[p + 1] + u * h[r]);
    h[p] -= sum;
    h[p + 1] -= v * sum;
    h[r] -= u * sum;
  }
}

/** Makes a block of two a triangle, where its eigenvalues are real. */
function splitBlock(h: Float64Array, n: number, k: number, z: Float64Array | undefined): void {
  const at = k * n + k;
  const [b, c] = [h[at + 1], h[at + n]];
  const half = (h[at] - h[at + n + 1]) / 2;
  const square = half * half + b * c;
  if (square < 0) return;
  const root = Math.sqrt(square);
  // (distance, c) is an eigenvector.
  const distance = half < 0 ? half - root : half + root;
  const length = lengthOf(distance, c);
  const [cos, sin] = [distance / length, c / length];
  for (let j = k; j < n; j++) {
    const [x, y] = [h[k * n + j], h[(k + 1) * n + j]];
    h[k * n + j] = cos * x + sin * y;
    h[(k + 1) * n + j] = cos * y - sin * x;
  }
  turnColumns(h, n, k, k + 2, cos, sin);
  if (z) turnColumns(z, n, k, n, cos, sin);
  h[at + n] = 0;
}

function turnColumns(z: Float64Array, n: number, k: number, rows: number, cos: number, sin: number): void {
  for (let at = k; at < rows * n; at += n) {
    const [x, y] = [z[at], z[at + 1]];
    z[at] = cos * x + sin * y;
    z[at + 1] = cos * y - sin * x;
  }
}
