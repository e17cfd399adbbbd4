/**
 * Products of parts of matrices, which all decompositions spend their time in: sums of contiguous rows, four rows for two sums
 * at a time, so that each element read serves more than one operation. Nothing is left out for zeros: NaN and infinities
 * go where arithmetic takes them.
 */

/** Rows whose elements lie side by side; the first begins at `at`, and the others follow `step` apart. */
export interface Rows {
  readonly data: Float64Array;
  readonly at: number;
  readonly step: number;
}

/** A matrix in any order: elements of a row are `across` apart. */
export interface Strided extends Rows {
  readonly across: number;
}

/** C + A B for A [m, k], B [k, n] and C [m, n], in place of C. */
export function addProduct(a: Strided, b: Rows, c: Rows, m: number, k: number, n: number): void {
  combine(1, a, b, c, m, k, n);
}

/** C - A B, as `addProduct`. */
export function subtractProduct(a: Strided, b: Rows, c: Rows, m: number, k: number, n: number): void {
  combine(-1, a, b, c, m, k, n);
}

function combine(sign: number, a: Strided, b: Rows, c: Rows, m: number, k: number, n: number): void {
  if (n === 0) return;
  const { data: f, step: down, across } = a;
  const x = b.data;
  let i = 0;
  for (; i + 1 < m; i += 2) {
    const [p, q] = [a.at + i * down, a.at + (i + 1) * down];
    const y = c.at + i * c.step;
    let j = 0;
    for (; j + 3 < k; j += 4) {
      const [s, t, u] = [j * across, (j + 1) * across, (j + 2) * across];
      const v = (j + 3) * across;
      addFourTwice(
        c.data, y, y + c.step, n, x, b.at + j * b.step, b.step,
        sign * f[p + s], sign * f[p + t], sign * f[p + u], sign * f[p + v],
        sign * f[q + s], sign * f[q + t], sign * f[q + u], sign * f[q + v],
      ); // prettier-ignore
    }
    if (j + 1 < k) {
      const [s, t] = [j * across, (j + 1) * across];
      addTwoTwice(
        c.data, y, y + c.step, n, x, b.at + j * b.step, b.step,
        sign * f[p + s], sign * f[p + t], sign * f[q + s], sign * f[q + t],
      ); // prettier-ignore
      j += 2;
    }
    if (j < k) {
      addRow(c.data, y, n, x, b.at + j * b.step, sign * f[p + j * across]);
      addRow(c.data, y + c.step, n, x, b.at + j * b.step, sign * f[q + j * across]);
    }
  }
  if (i === m) return;
  const p = a.at + i * down;
  const y = c.at + i * c.step;
  let j = 0;
  for (; j + 3 < k; j += 4) {
    const s = p + j * across;
    addFour(
      c.data, y, n, x, b.at + j * b.step, b.step,
      sign * f[s], sign * f[s + across], sign * f[s + 2 * across], sign * f[s + 3 * across],
    ); // prettier-ignore
  }
  for (; j < k; j++) addRow(c.data, y, n, x, b.at + j * b.step, sign * f[p + j * across]);
}

/** Two rows of `y` and, for each, a sum of the same four rows of `x`. */
export function addFourTwice(
  y: Float64Array,
  y0: number,
  y1: number,
  count: number,
  x: Float64Array,
  x0: number,
  step: number,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
): void {
  const x1 = x0 + step;
  const x2 = x1 + step;
  const x3 = x2 + step;
  for (let i = 0; i < count; i++) {
    const r = x[x0 + i];
    const s = x[x1 + i];
    const t = x[x2 + i];
    const u = x[x3 + i];
    y[y0 + i] += a0 * r + a1 * s + a2 * t + a3 * u;
    y[y1 + i] += b0 * r + b1 * s + b2 * t + b3 * u;
  }
}

function addTwoTwice(
  y: Float64Array,
  y0: number,
  y1: number,
  count: number,
  x: Float64Array,
  x0: number,
  step: number,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
): void {
  const x1 = x0 + step;
  for (let i = 0; i < count; i++) {
    const r = x[x0 + i];
    const s = x[x1 + i];
    y[y0 + i] += a0 * r + a1 * s;
    y[y1 + i] += b0 * r + b1 * s;
  }
}

function addFour(
  y: Float64Array,
  y0: number,
  count: number,
  x: Float64Array,
  x0: number,
  step: number,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
): void {
  const x1 = x0 + step;
  const x2 = x1 + step;
  const x3 = x2 + step;
  for (let i = 0; i < count; i++)
    y[y0 + i] += a0 * x[x0 + i] + a1 * x[x1 + i] + a2 * x[x2 + i] + a3 * x[x3 + i];
}

function addRow(
  y: Float64Array,
  y0: number,
  count: number,
  x: Float64Array,
  x0: number,
  factor: number,
): void {
  for (let i = 0; i < count; i++) y[y0 + i] += factor * x[x0 + i];
}

/** A x for the rows of A and a vector of `n` elements from `at` on. */
export function multiplyVector(a: Rows, m: number, n: number, x: Float64Array, out: Float64Array): void {
  const { data, step } = a;
  let i = 0;
  for (; i + 3 < m; i += 4) {
    const p = a.at + i * step;
    const q = p + step;
    const r = q + step;
    const s = r + step;
    let [t, u, v, w] = [0, 0, 0, 0];
    for (let j = 0; j < n; j++) {
      const one = x[j];
      t += data[p + j] * one;
      u += data[q + j] * one;
      v += data[r + j] * one;
      w += data[s + j] * one;
    }
    out[i] = t;
    out[i + 1] = u;
    out[i + 2] = v;
    out[i + 3] = w;
  }
  for (; i < m; i++) {
    const p = a.at + i * step;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += data[p + j] * x[j];
    out[i] = sum;
  }
}

/** The sum of products of the first `n` elements. */
export function dot(x: Float64Array, y: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}
