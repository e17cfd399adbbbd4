/**
 * Singular values on the host, by rotations that make the columns of a matrix orthogonal (Hestenes 1958): slower than by
 * way of a bidiagonal form, but small values are as accurate as they can be.
 */

import { eliminate } from './factor.ts';

const EPS = 2 ** -52;
const MOST_SWEEPS = 60;

/** [m, n] to U [m, p], the least of m and n singular values, Vᵀ [q, n]; p is m and q is n, or both are that least. */
export function svd(input: Float64Array, output: Float64Array, [m, n, full]: readonly number[]): void {
  const least = Math.min(m, n);
  const [p, q] = full === 1 ? [m, n] : [least, least];
  const tall = m >= n;
  const { left, values, right } = decompose(tall ? input : transposed(input, m, n), Math.max(m, n), least, tall ? p : q);
  const [u, v] = tall ? [left, right] : [right, left];
  u.forEach((column, j) => column.forEach((x, i) => (output[i * p + j] = x)));
  output.set(values, m * p);
  v.forEach((column, j) => output.set(column, m * p + least + j * n));
} // prettier-ignore

/** [n, n] to its cofactors: the derivative of the determinant, for matrices without an inverse too. */
export function cofactors(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  const { left, values, right } = decompose(input, n, n, n);
  const sign = orientation(left) * orientation(right);
  for (let k = 0; k < n; k++) {
    let others = sign;
    for (let j = 0; j < n; j++) if (j !== k) others *= values[j];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) output[i * n + j] += others * left[k][i] * right[k][j];
  }
}

interface Decomposition {
  /** `count` columns of m elements, and n of n. */
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
  /** Falling. */
  readonly values: Float64Array;
}

/** Of m at least n. */
function decompose(a: Float64Array, m: number, n: number, count: number): Decomposition {
  const scale = a.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const columns = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: m }, (_v, i) => a[i * n + j] / (scale || 1)),
  );
  const right = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: n }, (_v, i) => (i === j ? 1 : 0)),
  );
  if (Number.isFinite(scale)) orthogonalize(columns, right);
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, j) => j).sort((x, y) => lengths[y] - lengths[x]);
  const values = Float64Array.from(order, (j) => lengths[j] * scale);
  const left: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const length = k < n ? lengths[order[k]] : 0;
    // What rounding has left of a column need not be orthogonal to the others.
    const small = !(length > 1e-8 * lengths[order[0]]);
    const own = length > 0 ? columns[order[k]].map((x) => x / length) : undefined;
    left.push(own && !small ? own : another(left, m, own));
  }
  return { left, right: order.map((j) => right[j]), values };
}

function orthogonalize(columns: readonly Float64Array[], right: readonly Float64Array[]): void {
  const n = columns.length;
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [x, y] = [columns[p], columns[q]];
        const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
        if (Math.abs(xy) <= EPS * Math.sqrt(xx * yy)) continue;
        turned = true;
        const ratio = (yy - xx) / (2 * xy);
        const tan = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const cos = 1 / Math.hypot(1, tan);
        rotate(x, y, cos, cos * tan);
        rotate(right[p], right[q], cos, cos * tan);
      }
    }
  }
}

function rotate(x: Float64Array, y: Float64Array, cos: number, sin: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]];
    x[i] = cos * a - sin * b;
    y[i] = sin * a + cos * b;
  }
}

/** A unit vector that is orthogonal to `others`: as much as there is of `wish`, or of a coordinate axis. */
function another(others: readonly Float64Array[], m: number, wish?: Float64Array): Float64Array {
  if (wish) {
    const length = project(wish, others);
    if (length > 0.5) return wish.map((x) => x / length);
  }
  // The axis of which the others have least.
  const shares = Float64Array.from({ length: m }, (_, i) =>
    others.reduce((sum, column) => sum + column[i] ** 2, 0),
  );
  const axis = shares.indexOf(shares.reduce((min, x) => Math.min(min, x), Infinity));
  const vector = Float64Array.from({ length: m }, (_, i) => (i === axis ? 1 : 0));
  const length = project(vector, others);
  return vector.map((x) => x / length);
}

/** Takes out of a vector what lies along the others, twice, for the rounding; returns its length. */
function project(vector: Float64Array, others: readonly Float64Array[]): number {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of others) {
      const share = dot(vector, other);
      for (let i = 0; i < vector.length; i++) vector[i] -= share * other[i];
    }
  }
  return Math.sqrt(dot(vector, vector));
}

/** 1 for a rotation, -1 for a reflection. */
function orientation(columns: readonly Float64Array[]): number {
  const n = columns.length;
  const matrix = new Float64Array(n * n);
  columns.forEach((column, j) => matrix.set(column, j * n));
  let { sign } = eliminate(matrix, n, n);
  for (let i = 0; i < n; i++) sign *= Math.sign(matrix[i * n + i]);
  return sign;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

function transposed(a: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => a[(at % m) * n + Math.floor(at / m)]);
}
