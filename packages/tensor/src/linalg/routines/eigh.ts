/**
 * Eigenvalues of symmetric matrices on the host: reflections to a tridiagonal form, then implicitly shifted QR steps on
 * that (Golub & Van Loan, "Matrix Computations", section 8.3).
 */

import { reflect, reflectRows, vectorOf } from './reflections.ts';

const EPS = 2 ** -52;

/** [n, n], of which the lower triangle is read, to n eigenvalues, rising, and the eigenvectors as columns [n, n]. */
export function eigh(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  let scale = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      scale = Math.max(scale, Math.abs(input[i * n + j]));
      input[j * n + i] = input[i * n + j];
    }
  }
  if (!Number.isFinite(scale)) return void output.fill(NaN);
  for (let at = 0; at < n * n; at++) input[at] /= scale || 1;
  const { diagonal, beside, rows } = tridiagonal(input, n);
  diagonalize(diagonal, beside, rows);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[a] - diagonal[b]);
  order.forEach((from, j) => {
    output[j] = diagonal[from] * scale;
    for (let i = 0; i < n; i++) output[n + i * n + j] = rows[from][i];
  });
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i stands beside i and i + 1. */
  readonly beside: Float64Array;
  /** The columns of Q, where Qᵀ A Q is tridiagonal. */
  readonly rows: readonly Float64Array[];
}

function tridiagonal(a: Float64Array, n: number): Tridiagonal {
  const taus = new Float64Array(Math.max(n - 2, 0));
  for (let k = 0; k < n - 2; k++) {
    const first = k + 1;
    const tau = (taus[k] = reflect(a, first * n + k, n, n - first));
    if (tau === 0) continue;
    const v = vectorOf(a, first * n + k, n, n - first);
    const w = v.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < v.length; j++) sum += a[(first + i) * n + first + j] * v[j];
      return tau * sum;
    });
    const share = (tau / 2) * v.reduce((sum, x, i) => sum + x * w[i], 0);
    for (let i = 0; i < v.length; i++) w[i] -= share * v[i];
    for (let i = 0; i < v.length; i++)
      for (let j = 0; j < v.length; j++) a[(first + i) * n + first + j] -= v[i] * w[j] + w[i] * v[j];
  }
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--)
    reflectRows(q, n, k + 1, k + 1, vectorOf(a, (k + 1) * n + k, n, n - k - 1), taus[k]);
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]),
    beside: Float64Array.from({ length: Math.max(n - 1, 0) }, (_, i) => a[(i + 1) * n + i]),
    rows: Array.from({ length: n }, (_, j) => Float64Array.from({ length: n }, (_v, i) => q[i * n + j])),
  };
}

/** Makes `e` zeros; `rows` turn with it. */
function diagonalize(d: Float64Array, e: Float64Array, rows: readonly Float64Array[]): void {
  const isSmall = (i: number) => Math.abs(e[i]) <= EPS * (Math.abs(d[i]) + Math.abs(d[i + 1])) || Math.abs(e[i]) < 1e-300;
  let steps = 60 * d.length;
  for (let last = d.length - 1; last > 0 && steps > 0; ) {
    if (isSmall(last - 1)) {
      last--;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isSmall(first - 1)) first--;
    step(d, e, rows, first, last);
    steps--;
  }
} // prettier-ignore

/** One QR step on the block from `first` to `last`, shifted by the eigenvalue of its last two rows that is nearer its end. */
function step(
  d: Float64Array,
  e: Float64Array,
  rows: readonly Float64Array[],
  first: number,
  last: number,
): void {
  const half = (d[last - 1] - d[last]) / 2;
  const corner = e[last - 1];
  const shift = d[last] - (corner * corner) / (half + (half < 0 ? -1 : 1) * Math.hypot(half, corner));
  let [x, z] = [d[first] - shift, e[first]];
  for (let k = first; k < last; k++) {
    const length = Math.hypot(x, z);
    const [c, s] = length === 0 ? [1, 0] : [x / length, z / length];
    if (k > first) e[k - 1] = length;
    const [a, b, off] = [d[k], d[k + 1], e[k]];
    d[k] = c * c * a + 2 * c * s * off + s * s * b;
    d[k + 1] = s * s * a - 2 * c * s * off + c * c * b;
    e[k] = c * s * (b - a) + (c * c - s * s) * off;
    if (k < last - 1) {
      x = e[k];
      z = s * e[k + 1];
      e[k + 1] *= c;
    }
    const [p, q] = [rows[k], rows[k + 1]];
    for (let i = 0; i < p.length; i++) {
      const [u, v] = [p[i], q[i]];
      p[i] = c * u + s * v;
      q[i] = c * v - s * u;
    }
  }
}
