/**
 * Eigenvalues of any square matrix on the host: those of the blocks of Schur's form; eigenvectors follow by substitution,
 * one for each pair of conjugates.
 */

import { addProduct } from './products.ts';
import { hessenberg, toBlocks } from './schur.ts';

const EPS = 2 ** -52;
/** Vectors that grow beyond this are made shorter, long before anything overflows. */
const LONG = 1e100;

/** [n, n] to n complex eigenvalues and, where `vectors` is 1, eigenvectors as columns [n, n] of complex numbers, each of length 1. */
export function eig(input: Float64Array, output: Float64Array, [n, vectors]: readonly number[]): void {
  if (!input.every(Number.isFinite)) return void output.fill(NaN);
  let scale = 0;
  for (let at = 0; at < n * n; at++) scale = Math.max(scale, Math.abs(input[at]));
  for (let at = 0; at < n * n; at++) input[at] /= scale || 1;
  const z = hessenberg(input, n, vectors === 1);
  toBlocks(input, n, z);
  // Eigenvectors of T as columns: of a pair the real part, then the imaginary one.
  const ofT = new Float64Array(n * n);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    const size = sizeOfBlock(input, n, k);
    const value = eigenvalue(input, n, k, size);
    for (let i = 0; i < size; i++) output.set([value.re * scale, (i === 0 ? value.im : -value.im) * scale], 2 * (k + i));
    if (z) {
      substitute(input, n, k, size, value, re, im);
      for (let i = 0; i < k + size; i++) {
        ofT[i * n + k] = re[i];
        if (size === 2) ofT[i * n + k + 1] = im[i];
      }
    }
    k += size - 1;
  }
  if (!z) return;
  const columns = new Float64Array(n * n);
  const whole = (data: Float64Array) => ({ data, at: 0, step: n, across: 1 });
  addProduct(whole(z), whole(ofT), whole(columns), n, n, n);
  for (let k = 0; k < n; k++) {
    const size = sizeOfBlock(input, n, k);
    writeVector(columns, n, k, size, output);
    k += size - 1;
  }
} // prettier-ignore

interface Complex {
  readonly re: number;
  readonly im: number;
}

function sizeOfBlock(t: Float64Array, n: number, k: number): number {
  return k + 1 < n && t[(k + 1) * n + k] !== 0 ? 2 : 1;
}

/** The eigenvalue, above the axis, of the block that begins with diagonal element k. */
function eigenvalue(t: Float64Array, n: number, k: number, size: number): Complex {
  const at = k * n + k;
  if (size === 1) return { re: t[at], im: 0 };
  const [a, d] = [t[at], t[at + n + 1]];
  const half = (a - d) / 2;
  return { re: d + half, im: Math.sqrt(Math.max(-(half * half + t[at + 1] * t[at + n]), 0)) };
}

/** The eigenvector of T whose last elements are those of the block that begins with k: (T - value) x = 0, from the bottom up. */
function substitute(
  t: Float64Array,
  n: number,
  k: number,
  size: number,
  { re: lr, im: li }: Complex,
  re: Float64Array,
  im: Float64Array,
): void {
  re.fill(0);
  im.fill(0);
  re[k] = 1;
  if (size === 2) {
    re[k] = lr - t[(k + 1) * n + k + 1];
    im[k] = li;
    re[k + 1] = t[(k + 1) * n + k];
  }
  const end = k + size;
  for (let i = k - 1; i >= 0; i--) {
    const pair = i > 0 && t[i * n + i - 1] !== 0;
    let [sr, si] = rest(t, n, i, i + 1, end, re, im);
    let [ar, ai] = [t[i * n + i] - lr, -li];
    if (!pair) {
      // Where the same value comes twice, something as small as rounding stands for the gap.
      if (Math.abs(ar) + Math.abs(ai) < EPS) [ar, ai] = [EPS, 0];
      divide(sr, si, ar, ai, re, im, i);
    } else {
      const at = (i - 1) * n + i - 1;
      const [b, c] = [t[at + 1], t[at + n]];
      const [pr, pi] = rest(t, n, i - 1, i + 1, end, re, im);
      const [dr, di] = [ar, ai];
      [ar, ai] = [t[at] - lr, -li];
      let [er, ei] = [ar * dr - ai * di - b * c, ar * di + ai * dr];
      const least = EPS * (Math.abs(ar) + Math.abs(ai) + Math.abs(b) + Math.abs(c));
      if (Math.abs(er) + Math.abs(ei) < least) [er, ei] = [least, 0];
      divide(dr * pr - di * pi - b * sr, dr * pi + di * pr - b * si, er, ei, re, im, i - 1);
      [sr, si] = [ar * sr - ai * si - c * pr, ar * si + ai * sr - c * pi];
      divide(sr, si, er, ei, re, im, i);
      i--;
    }
    const longest = Math.max(Math.abs(re[i]), Math.abs(im[i]), pair ? Math.abs(re[i + 1]) + Math.abs(im[i + 1]) : 0);
    if (longest > LONG) {
      for (let j = i; j < end; j++) {
        re[j] /= longest;
        im[j] /= longest;
      }
    }
  }
} // prettier-ignore

/** What row i has on the right-hand side: the products from column `from` on, negative. */
function rest(t: Float64Array, n: number, i: number, from: number, end: number, re: Float64Array, im: Float64Array): [re: number, im: number] {
  let [x, y] = [0, 0];
  for (let j = from; j < end; j++) {
    x -= t[i * n + j] * re[j];
    y -= t[i * n + j] * im[j];
  }
  return [x, y];
} // prettier-ignore

/** (a + b i) / (x + y i) to element `at` of a vector. */
function divide(a: number, b: number, x: number, y: number, re: Float64Array, im: Float64Array, at: number): void {
  const scale = Math.max(Math.abs(x), Math.abs(y));
  const [u, v] = [x / scale, y / scale];
  const size = scale * (u * u + v * v);
  re[at] = (a * u + b * v) / size;
  im[at] = (b * u - a * v) / size;
} // prettier-ignore

/** The vector in column k, or columns k and k + 1 and its conjugate, made as long as 1, its greatest element a positive number. */
function writeVector(columns: Float64Array, n: number, k: number, size: number, output: Float64Array): void {
  const re = (i: number) => columns[i * n + k];
  const im = (i: number) => (size === 2 ? columns[i * n + k + 1] : 0);
  let greatest = 0;
  let most = -1;
  let longest = 0;
  for (let i = 0; i < n; i++) longest = Math.max(longest, Math.abs(re(i)), Math.abs(im(i)));
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const square = (re(i) / longest) ** 2 + (im(i) / longest) ** 2;
    squares += square;
    if (square > most) [most, greatest] = [square, i];
  }
  const phase = Math.sqrt(most) * Math.sqrt(squares) * longest;
  const [c, s] = [re(greatest) / longest / phase, -im(greatest) / longest / phase];
  for (let i = 0; i < n; i++) {
    const at = 2 * (n + i * n + k);
    const [x, y] = [re(i) * c - im(i) * s, re(i) * s + im(i) * c];
    output[at] = x;
    output[at + 1] = y;
    if (size === 2) {
      output[at + 2] = x;
      output[at + 3] = -y;
    }
  }
}
