/**
 * Householder's reflections I - tau v vᵀ, on the host: what QR and all condensed forms are made with. Four at a time are
 * applied as I - V T Vᵀ (Schreiber & Van Loan 1989), so that the work is in products. Signs are LAPACK's, which makes R unique.
 */

import { addProduct, subtractProduct } from './products.ts';
import type { Rows } from './products.ts';

/** Reflections that are applied together. */
const PANEL = 4;

/** Reflections of vectors of `rows` elements; they multiply to Q = H₀ H₁ … */
export interface Reflections {
  readonly rows: number;
  readonly count: number;
  /** [rows, count]: vector j begins, with a one, in row j + `offset`; what is above it is zero. */
  readonly v: Float64Array;
  readonly offset: number;
  readonly taus: Float64Array;
  /** T of each panel, as rows of `PANEL`. */
  readonly t: Float64Array;
  /** Room for two products with a panel. */
  readonly room: Float64Array;
}

/** `columns`: how many the matrices have at most to which they are applied. */
export function reflections(rows: number, count: number, columns: number, offset = 0): Reflections {
  return {
    rows,
    count,
    v: new Float64Array(rows * count),
    offset,
    taus: new Float64Array(count),
    t: new Float64Array(count * PANEL),
    room: new Float64Array(2 * PANEL * Math.max(columns, PANEL)),
  };
}

/**
 * The reflection that takes `count` elements of `a` from `first` on, `stride` apart, to a multiple of the first unit vector.
 * Overwrites them with that multiple and with v, whose first element is 1 and not stored. Returns tau.
 */
export function reflect(a: Float64Array, first: number, stride: number, count: number): number {
  const head = a[first];
  const end = first + count * stride;
  let scale = 0;
  for (let at = first + stride; at < end; at += stride) scale = Math.max(scale, Math.abs(a[at]));
  if (scale === 0) return 0;
  scale = Math.max(scale, Math.abs(head));
  // In parts of the greatest, so that v is exact for elements of any magnitude.
  const own = head / scale;
  let squares = own * own;
  for (let at = first + stride; at < end; at += stride) {
    const x = a[at] / scale;
    a[at] = x;
    squares += x * x;
  }
  const made = own >= 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const divisor = own - made;
  for (let at = first + stride; at < end; at += stride) a[at] /= divisor;
  a[first] = made * scale;
  return (made - own) / made;
}

/** Stores reflection j, which `reflect` made of the elements of `a` from `first` on, `stride` apart. */
export function keep(r: Reflections, j: number, tau: number, a: Float64Array, first: number, stride: number): void {
  const { v, rows, count, offset } = r;
  const top = j + offset;
  r.taus[j] = tau;
  v[top * count + j] = 1;
  for (let i = top + 1, at = first + stride; i < rows; i++, at += stride) v[i * count + j] = a[at];
} // prettier-ignore

/** Computes T of the panel that begins with reflection `first`; returns how many it has. */
export function closePanel(r: Reflections, first: number): number {
  const { v, count, taus, t, room } = r;
  const width = Math.min(PANEL, count - first);
  const top = first + r.offset;
  const at = top * count + first;
  // The products of the vectors with each other.
  room.fill(0, 0, PANEL * PANEL);
  addProduct(
    { data: v, at, step: 1, across: count },
    { data: v, at, step: count },
    { data: room, at: 0, step: PANEL },
    width,
    r.rows - top,
    width,
  );
  for (let j = 0; j < width; j++) {
    const tau = taus[first + j];
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += t[(first + i) * PANEL + k] * room[k * PANEL + j];
      t[(first + i) * PANEL + j] = -tau * sum;
    }
    t[(first + j) * PANEL + j] = tau;
  }
  return width;
}

/** Multiplies `columns` columns by the panel that begins with `first`, or its transpose; `c` begins in the row of its first vector. */
export function applyPanel(r: Reflections, first: number, c: Rows, columns: number, transposed: boolean): void {
  const { v, count, t, room } = r;
  const width = Math.min(PANEL, count - first);
  const top = first + r.offset;
  const at = top * count + first;
  const height = r.rows - top;
  room.fill(0, 0, 2 * width * columns);
  const products = { data: room, at: 0, step: columns };
  const turned = { data: room, at: width * columns, step: columns };
  const [step, across] = transposed ? [1, PANEL] : [PANEL, 1];
  addProduct({ data: v, at, step: 1, across: count }, c, products, width, height, columns);
  addProduct({ data: t, at: first * PANEL, step, across }, products, turned, width, width, columns);
  subtractProduct({ data: v, at, step: count, across: 1 }, turned, c, height, width, columns);
} // prettier-ignore

/** Closes all panels, of reflections that were not needed before. */
export function closePanels(r: Reflections): void {
  for (let first = 0; first < r.count; first += PANEL) closePanel(r, first);
}

/**
 * Q C for C [rows, columns] at the beginning of `c`, in place. `fromOnes`: C has ones on its diagonal and is zero besides, so
 * that what it has left of a panel remains as it is.
 */
export function applyAll(r: Reflections, c: Float64Array, columns: number, fromOnes: boolean): void {
  for (let first = Math.floor((r.count - 1) / PANEL) * PANEL; first >= 0; first -= PANEL) {
    const top = first + r.offset;
    const from = fromOnes ? top : 0;
    applyPanel(r, first, { data: c, at: top * columns + from, step: columns }, columns - from, false);
  }
}

/** The first `columns` columns of Q, into zeros. */
export function formQ(r: Reflections, c: Float64Array, columns: number): void {
  for (let i = 0; i < Math.min(r.rows, columns); i++) c[i * columns + i] = 1;
  applyAll(r, c, columns, true);
}

/** Overwrites `a`, [m, n], with R and, below its diagonal, the reflections, which it returns. */
export function reflectAll(a: Float64Array, m: number, n: number, columns = n): Reflections {
  const count = Math.min(m, n);
  const r = reflections(m, count, Math.max(n, columns));
  for (let first = 0; first < count; first += PANEL) {
    const end = Math.min(first + PANEL, count);
    for (let j = first; j < end; j++) {
      const tau = reflect(a, j * n + j, n, m - j);
      keep(r, j, tau, a, j * n + j, n);
      for (let c = j + 1; c < end; c++) reflectColumn(a, n, c, r, j);
    }
    closePanel(r, first);
    if (end < n) applyPanel(r, first, { data: a, at: first * n + end, step: n }, n - end, true);
  }
  return r;
}

/** Column c of `a`, of `n`, by reflection j. */
function reflectColumn(a: Float64Array, n: number, c: number, r: Reflections, j: number): void {
  const { v, rows, count } = r;
  let sum = 0;
  for (let i = j, p = j * count + j, q = j * n + c; i < rows; i++, p += count, q += n) sum += v[p] * a[q];
  sum *= r.taus[j];
  for (let i = j, p = j * count + j, q = j * n + c; i < rows; i++, p += count, q += n) a[q] -= sum * v[p];
}

/** [m, n] to R with the reflections below its diagonal, and their factors. */
export function qrFactors(input: Float64Array, output: Float64Array, [m, n]: readonly number[]): void {
  const { taus } = reflectAll(input, m, n);
  output.set(input);
  output.set(taus, m * n);
}

/** [m, n] to the first `columns` columns of Q, maybe none, and the first `rows` rows of R. */
export function qr(input: Float64Array, output: Float64Array, sizes: readonly number[]): void {
  const [m, n, columns, rows] = sizes;
  const reflected = reflectAll(input, m, n, columns);
  if (columns > 0) formQ(reflected, output, columns);
  const r = m * columns;
  for (let i = 0; i < rows; i++) for (let j = i; j < n; j++) output[r + i * n + j] = input[i * n + j];
}
