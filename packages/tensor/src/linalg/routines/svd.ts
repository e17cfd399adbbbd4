/**
 * Singular values on the host, by way of a bidiagonal form (Golub & Van Loan, "Matrix Computations", section 8.6), which is
 * that of R where a matrix is much taller than wide (Chan, "An improved algorithm for computing the singular value
 * decomposition", 1982).
 */

import { diagonalize } from './bidiagonal.ts';
import { eliminate } from './factor.ts';
import { addProduct, multiplyVector, subtractProduct } from './products.ts';
import { applyAll, closePanels, formQ, keep, reflect, reflectAll, reflections } from './reflections.ts';

/** What is wanted: the values alone, as many vectors as there are values, or all. */
export const VALUES = 0;
export const REDUCED = 1;
export const FULL = 2;

/** How many times taller than wide a matrix is of which R is taken first. */
const TALL = 1.6;

/** [m, n] to U [m, p], the least of m and n singular values, Vᵀ [q, n]; p and q are 0, that least, or m and n. */
export function svd(input: Float64Array, output: Float64Array, [m, n, wanted]: readonly number[]): void {
  if (!input.every(Number.isFinite)) return void output.fill(NaN);
  const least = Math.min(m, n);
  const [p, q] = wanted === FULL ? [m, n] : wanted === REDUCED ? [least, least] : [0, 0];
  const tall = m >= n;
  const { left, values, right, order } = decompose(tall ? input : transposed(input, m, n), Math.max(m, n), least, tall ? p : q);
  for (let j = 0; j < least; j++) output[m * p + j] = values[order[j]];
  if (!left || !right) return;
  const [u, v] = tall ? [left, right] : [right, left];
  for (let i = 0; i < m; i++) for (let j = 0; j < p; j++) output[i * p + j] = u[i * p + (order[j] ?? j)];
  const vh = m * p + least;
  for (let i = 0; i < n; i++) for (let j = 0; j < q; j++) output[vh + j * n + i] = v[i * q + (order[j] ?? j)];
} // prettier-ignore

/** [n, n] to its cofactors: the derivative of the determinant, for matrices without an inverse too. */
export function cofactors(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  if (!input.every(Number.isFinite)) return void output.fill(NaN);
  const { left, values, right } = decompose(input, n, n, n);
  if (!left || !right) return;
  const others = values.map((_, k) => values.reduce((product, x, j) => (j === k ? product : product * x), 1));
  const v = transposed(right, n, n);
  const scaled = left.map((x, at) => x * others[at % n]);
  addProduct({ data: scaled, at: 0, step: n, across: 1 }, { data: v, at: 0, step: n }, { data: output, at: 0, step: n }, n, n, n);
  const sign = orientation(left, n) * orientation(right, n);
  for (let at = 0; at < n * n; at++) output[at] *= sign;
} // prettier-ignore

interface Decomposition {
  /** [m, columns] and [n, n], or neither. */
  readonly left: Float64Array | undefined;
  readonly right: Float64Array | undefined;
  /** In the order of the columns. */
  readonly values: Float64Array;
  /** The places of the values, falling. */
  readonly order: readonly number[];
}

/** Of m at least n; overwrites `a`. Without `columns` there are values alone. */
function decompose(a: Float64Array, m: number, n: number, columns: number): Decomposition {
  const scale = scaled(a);
  if (n > 0 && m > TALL * n) return ofTriangle(a, m, n, columns, scale);
  const { left, diagonal, above, right } = bidiagonal(a, m, n, columns);
  diagonalize(
    diagonal,
    above,
    left && { data: left, rows: m, step: columns },
    right && { data: right, rows: n, step: n },
  );
  if (right) for (let at = 0; at < n * n; at++) if (diagonal[at % n] < 0) right[at] = -right[at];
  const values = diagonal.map((x) => Math.abs(x) * scale);
  const order = Array.from(values, (_, j) => j).sort((x, y) => values[y] - values[x]);
  return { left, right, values, order };
}

/** With A = Q R, the left vectors are Q times those of R. */
function ofTriangle(a: Float64Array, m: number, n: number, columns: number, scale: number): Decomposition {
  const r = reflectAll(a, m, n, columns);
  const triangle = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) triangle[i * n + j] = a[i * n + j];
  const inner = decompose(triangle, n, n, Math.min(n, columns));
  const values = inner.values.map((x) => x * scale);
  if (!inner.left) return { ...inner, values };
  const left = new Float64Array(m * columns);
  for (let i = n; i < columns; i++) left[i * columns + i] = 1;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) left[i * columns + j] = inner.left[i * n + j];
  applyAll(r, left, columns, false);
  return { ...inner, left, values };
}

/** Divides by the greatest magnitude, which it returns, so that squares neither overflow nor vanish. */
function scaled(a: Float64Array): number {
  let scale = 0;
  for (let at = 0; at < a.length; at++) scale = Math.max(scale, Math.abs(a[at]));
  if (scale > 0) for (let at = 0; at < a.length; at++) a[at] /= scale;
  return scale;
}

interface Bidiagonal {
  /** U [m, columns], and V [n, n], where Uᵀ A V is the rest. */
  readonly left: Float64Array | undefined;
  readonly right: Float64Array | undefined;
  readonly diagonal: Float64Array;
  readonly above: Float64Array;
}

/** Each step takes a reflection from the left and one from the right, and changes what is left for both at once. */
function bidiagonal(a: Float64Array, m: number, n: number, columns: number): Bidiagonal {
  const left = columns > 0 ? reflections(m, n, columns) : undefined;
  const right = columns > 0 ? reflections(n, Math.max(n - 2, 0), n, 1) : undefined;
  // What is taken off is v yᵀ + x uᵀ.
  const rows = new Float64Array(2 * n);
  const factors = new Float64Array(2 * m);
  const u = new Float64Array(n);
  const x = new Float64Array(m);
  const diagonal = new Float64Array(n);
  const above = new Float64Array(Math.max(n - 1, 0));
  const y = { data: rows, at: 0, step: n };
  for (let j = 0; j < n; j++) {
    const corner = j * n + j;
    const tau = reflect(a, corner, n, m - j);
    if (left) keep(left, j, tau, a, corner, n);
    diagonal[j] = a[corner];
    const rest = n - j - 1;
    if (rest === 0) break;
    factors[0] = 1;
    for (let i = 1; i < m - j; i++) factors[i] = a[corner + i * n];
    rows.fill(0, 0, rest);
    addProduct({ data: factors, at: 0, step: m, across: 1 }, { data: a, at: corner + 1, step: n }, y, 1, m - j, rest);
    for (let i = 0; i < rest; i++) {
      rows[i] *= tau;
      a[corner + 1 + i] -= rows[i];
    }
    const turn = rest > 1 ? reflect(a, corner + 1, 1, rest) : 0;
    if (right && rest > 1) keep(right, j, turn, a, corner + 1, 1);
    above[j] = a[corner + 1];
    u[0] = 1;
    for (let i = 1; i < rest; i++) u[i] = a[corner + 1 + i];
    const below = { data: a, at: corner + n + 1, step: n };
    multiplyVector(below, m - j - 1, rest, u, x);
    let share = 0;
    for (let i = 0; i < rest; i++) {
      share += rows[i] * u[i];
      rows[n + i] = u[i];
    }
    for (let i = 1; i < m - j; i++) factors[m + i] = turn * (x[i - 1] - share * factors[i]);
    subtractProduct({ data: factors, at: 1, step: 1, across: m }, y, below, m - j - 1, 2, rest);
  }
  if (!left || !right) return { left: undefined, right: undefined, diagonal, above };
  closePanels(left);
  closePanels(right);
  const [q, p] = [new Float64Array(m * columns), new Float64Array(n * n)];
  formQ(left, q, columns);
  formQ(right, p, n);
  return { left: q, right: p, diagonal, above };
} // prettier-ignore

/** 1 for a rotation, -1 for a reflection. */
function orientation(q: Float64Array, n: number): number {
  const factors = q.slice();
  let { sign } = eliminate(factors, n, n);
  for (let i = 0; i < n; i++) sign *= Math.sign(factors[i * n + i]);
  return sign;
}

function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j];
  return result;
}
