/**
 * Eigenvalues of any square matrix on the host: reflections to Hessenberg's form, then shifted QR steps in complex numbers
 * to a triangle, whose eigenvectors follow by substitution (Golub & Van Loan, "Matrix Computations", chapter 7).
 */

import { addProduct, multiplyVector, subtractProduct } from './products.ts';
import { closePanels, formQ, keep, reflect, reflections } from './reflections.ts';

const EPS = 2 ** -52;
const STEPS_EACH = 60;

/** A complex matrix [n, n] in two parts. */
interface Matrix {
  readonly n: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

type Complex = readonly [re: number, im: number];

/** [n, n] to n complex eigenvalues and, where `vectors` is 1, eigenvectors as columns [n, n] of complex numbers, each of length 1. */
export function eig(input: Float64Array, output: Float64Array, [n, vectors]: readonly number[]): void {
  const scale = input.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  if (!Number.isFinite(scale)) return void output.fill(NaN);
  for (let at = 0; at < n * n; at++) input[at] /= scale || 1;
  const { h, z } = hessenberg(input, n);
  toTriangle(h, z);
  const noise = 4 * EPS * n * Math.hypot(...input);
  const left = new Set(Array.from({ length: n }, (_, k) => k));
  let place = 0;
  const write = ([re, im]: Complex, vector: readonly Complex[]) => {
    output.set([re * scale, im * scale], 2 * place);
    vector.forEach((element, i) => output.set(element, 2 * (n + i * n + place)));
    place++;
  };
  for (const k of left) {
    left.delete(k);
    const [re, im] = at(h, k, k);
    const vector = vectors === 1 ? eigenvector(h, z, k) : [];
    const partner = Math.abs(im) > noise ? nearest(h, left, [re, -im]) : undefined;
    if (partner === undefined) {
      write([re, 0], vector.map(([x]) => [x, 0])); // prettier-ignore
      continue;
    }
    // Of a real matrix conjugates come in pairs, here the one above the axis first.
    left.delete(partner);
    const up = im > 0 ? vector : vector.map(conjugate);
    write([re, Math.abs(im)], up);
    write([re, -Math.abs(im)], up.map(conjugate));
  }
}

/** The place in `left` of the eigenvalue nearest to a number. */
function nearest(h: Matrix, left: ReadonlySet<number>, [re, im]: Complex): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const k of left) {
    const [x, y] = at(h, k, k);
    const distance = Math.hypot(x - re, y - im);
    if (distance < least) [best, least] = [k, distance];
  }
  return best;
}

function conjugate([re, im]: Complex): Complex {
  return [re, -im];
}

function hessenberg(a: Float64Array, n: number): { h: Matrix; z: Matrix } {
  const r = reflections(n, Math.max(n - 2, 0), n, 1);
  const v = new Float64Array(n);
  const sums = new Float64Array(n);
  const column = { data: v, at: 0, step: 1, across: n };
  for (let k = 0; k < n - 2; k++) {
    const first = k + 1;
    const left = n - first;
    const tau = reflect(a, first * n + k, n, left);
    keep(r, k, tau, a, first * n + k, n);
    v[0] = 1;
    for (let i = 1; i < left; i++) {
      v[i] = a[(first + i) * n + k];
      a[(first + i) * n + k] = 0;
    }
    // From the left, on the rows below, and from the right, on all.
    const rows = { data: a, at: first * n + first, step: n };
    sums.fill(0, 0, left);
    const summed = { data: sums, at: 0, step: n };
    addProduct({ ...column, step: n, across: 1 }, rows, summed, 1, left, left);
    for (let j = 0; j < left; j++) sums[j] *= tau;
    subtractProduct(column, summed, rows, left, 1, left);
    const columns = { data: a, at: first, step: n };
    multiplyVector(columns, n, left, v, sums);
    for (let i = 0; i < n; i++) sums[i] *= tau;
    subtractProduct({ ...summed, step: 1, across: n }, column, columns, n, 1, left);
  }
  closePanels(r);
  const q = new Float64Array(n * n);
  formQ(r, q, n);
  return {
    h: { n, re: a, im: new Float64Array(n * n) },
    z: { n, re: q, im: new Float64Array(n * n) },
  };
}

/** Makes `h` a triangle and turns `z` with it. */
function toTriangle(h: Matrix, z: Matrix): void {
  const { n } = h;
  const size = (i: number, j: number) => Math.hypot(...at(h, i, j));
  let last = n - 1;
  for (let tries = 0; last > 0 && tries < STEPS_EACH; ) {
    let first = last;
    while (first > 0 && size(first, first - 1) > EPS * (size(first - 1, first - 1) + size(first, first)) + 1e-300) first--;
    if (first > 0) put(h, first, first - 1, [0, 0]);
    if (first === last) {
      last--;
      tries = 0;
      continue;
    }
    tries++;
    step(h, z, first, last, tries % 10 === 0 ? [size(last, last - 1), size(last - 1, last - 1)] : shiftOf(h, last));
  }
} // prettier-ignore

/** The eigenvalue of the last two rows that is nearer to their end. */
function shiftOf(h: Matrix, last: number): Complex {
  const [a, b, c, d] = [at(h, last - 1, last - 1), at(h, last - 1, last), at(h, last, last - 1), at(h, last, last)];
  const half: Complex = [(a[0] - d[0]) / 2, (a[1] - d[1]) / 2];
  const bc = times(b, c);
  const square = times(half, half);
  const root = rootOf([square[0] + bc[0], square[1] + bc[1]]);
  const plus: Complex = [half[0] + root[0], half[1] + root[1]];
  const minus: Complex = [half[0] - root[0], half[1] - root[1]];
  const far = Math.hypot(...plus) > Math.hypot(...minus) ? plus : minus;
  if (far[0] === 0 && far[1] === 0) return d;
  const [x, y] = over(bc, far);
  return [d[0] - x, d[1] - y];
} // prettier-ignore

/** H - shift = QR by rotations of neighbouring rows, then RQ + shift. */
function step(h: Matrix, z: Matrix, first: number, last: number, shift: Complex): void {
  const { n } = h;
  const move = (sign: number) => {
    for (let i = first; i <= last; i++) {
      h.re[i * n + i] += sign * shift[0];
      h.im[i * n + i] += sign * shift[1];
    }
  };
  move(-1);
  const turns: { c: number; s: Complex }[] = [];
  for (let k = first; k < last; k++) {
    const [x, y] = [at(h, k, k), at(h, k + 1, k)];
    const length = Math.hypot(...x, ...y);
    const own = Math.hypot(...x);
    // [c, s; -conj(s), c] takes (x, y) to (a number as long, 0).
    const c = length === 0 ? 1 : own / length;
    const phase: Complex = own === 0 ? [1, 0] : [x[0] / own, x[1] / own];
    const s = length === 0 ? ([0, 0] as const) : times(phase, [y[0] / length, -y[1] / length]);
    turns.push({ c, s });
    for (let j = k; j < n; j++) turn(h, k * n + j, (k + 1) * n + j, c, s);
    put(h, k + 1, k, [0, 0]);
  }
  turns.forEach(({ c, s }, i) => {
    const k = first + i;
    const back: Complex = [s[0], -s[1]];
    for (let row = 0; row <= Math.min(k + 1, last); row++) turn(h, row * n + k, row * n + k + 1, c, back);
    for (let row = 0; row < n; row++) turn(z, row * n + k, row * n + k + 1, c, back);
  });
  move(1);
}

/** Elements p and q become c p + s q and c q - conj(s) p. */
function turn({ re, im }: Matrix, p: number, q: number, c: number, [sr, si]: Complex): void {
  const [a, b, x, y] = [re[p], im[p], re[q], im[q]];
  re[p] = c * a + sr * x - si * y;
  im[p] = c * b + sr * y + si * x;
  re[q] = c * x - sr * a - si * b;
  im[q] = c * y - sr * b + si * a;
}

/** The k-th eigenvector, of length 1; its greatest element is real. */
function eigenvector(t: Matrix, z: Matrix, k: number): readonly Complex[] {
  const { n } = t;
  const own = at(t, k, k);
  const x: Complex[] = Array.from({ length: k + 1 }, () => [0, 0]);
  x[k] = [1, 0];
  const least = EPS * Math.max(Math.hypot(...own), 1);
  for (let i = k - 1; i >= 0; i--) {
    let [re, im] = [0, 0];
    for (let j = i + 1; j <= k; j++) {
      const [a, b] = times(at(t, i, j), x[j]);
      re -= a;
      im -= b;
    }
    const [a, b] = at(t, i, i);
    const gap: Complex = [a - own[0], b - own[1]];
    x[i] = over([re, im], Math.hypot(...gap) < least ? [least, 0] : gap);
    // Long before anything overflows.
    const size = Math.hypot(...x[i]);
    if (size > 1e100) for (let j = i; j <= k; j++) x[j] = [x[j][0] / size, x[j][1] / size];
  }
  const vector = Array.from({ length: n }, (_, i): Complex => {
    let [re, im] = [0, 0];
    for (let j = 0; j <= k; j++) {
      const [a, b] = times(at(z, i, j), x[j]);
      re += a;
      im += b;
    }
    return [re, im];
  });
  const lengths = vector.map((element) => Math.hypot(...element));
  const greatest = vector[lengths.indexOf(Math.max(...lengths))];
  const length = Math.hypot(...lengths);
  const phase = Math.hypot(...greatest);
  const factor: Complex = [greatest[0] / phase / length, -greatest[1] / phase / length];
  return vector.map((element) => times(element, factor));
}

function at({ n, re, im }: Matrix, i: number, j: number): Complex {
  return [re[i * n + j], im[i * n + j]];
}

function put({ n, re, im }: Matrix, i: number, j: number, [x, y]: Complex): void {
  re[i * n + j] = x;
  im[i * n + j] = y;
}

function times([a, b]: Complex, [x, y]: Complex): Complex {
  return [a * x - b * y, a * y + b * x];
}

function over([a, b]: Complex, [x, y]: Complex): Complex {
  const scale = Math.max(Math.abs(x), Math.abs(y));
  const [u, v] = [x / scale, y / scale];
  const size = scale * (u * u + v * v);
  return [(a * u + b * v) / size, (b * u - a * v) / size];
}

function rootOf([x, y]: Complex): Complex {
  const length = Math.hypot(x, y);
  const re = Math.sqrt((length + Math.abs(x)) / 2);
  if (re === 0) return [0, 0];
  return x >= 0 ? [re, y / (2 * re)] : [Math.abs(y) / (2 * re), y < 0 ? -re : re];
}
