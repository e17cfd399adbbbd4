/**
 * Decompositions of matrices as routines of the host: products, orthogonality and order of what they give, for shapes around
 * the sizes of their panels and for matrices that are hard: zero, of low rank, graded, of extreme scales.
 */

import { describe, expect, it } from 'vitest';
import { cholesky, luFactors, solve } from '../src/linalg/routines/factor.ts';
import { eig } from '../src/linalg/routines/eig.ts';
import { eigh } from '../src/linalg/routines/eigh.ts';
import { qr } from '../src/linalg/routines/reflections.ts';
import { FULL, REDUCED, VALUES, svd } from '../src/linalg/routines/svd.ts';

const SHAPES = [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [8, 8], [9, 9], [17, 17], [64, 64], [65, 65], [1, 5], [5, 1], [2, 9], [6, 4], [20, 13], [13, 20], [50, 7], [7, 50], [100, 64]] as const; // prettier-ignore
const SIZES = SHAPES.filter(([m, n]) => m === n).map(([n]) => n);

let state = 7;
function random(): number {
  state = (state * 1103515245 + 12345) % 2 ** 31;
  return state / 2 ** 31 - 0.5;
}

function matrix(m: number, n: number, of: (i: number, j: number) => number = random): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => of(Math.floor(at / n), at % n));
}

function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  return matrix(m, n, (i, j) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
    return sum;
  });
}

function transposed(a: Float64Array, m: number, n: number): Float64Array {
  return matrix(n, m, (i, j) => a[j * n + i]);
}

const identity = (n: number) => matrix(n, n, (i, j) => Number(i === j));

/** The greatest difference in parts of the greatest of the expected; NaN and infinities are not near anything. */
function apart(a: Float64Array, expected: Float64Array): number {
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x / scale - expected[i] / scale)), 0);
}

function run(routine: typeof svd, input: Float64Array, sizes: readonly number[], lengths: readonly number[]) {
  const output = new Float64Array(lengths.reduce((a, b) => a + b, 0));
  routine(input.slice(), output, sizes);
  let start = 0;
  return lengths.map((length) => output.slice(start, (start += length)));
}

function expectOrthonormal(q: Float64Array, m: number, n: number): void {
  expect(apart(product(transposed(q, m, n), q, n, m, n), identity(n))).toBeLessThan(1e-13);
}

/** By name, from a shape. */
const HARD: Record<string, (m: number, n: number) => Float64Array> = {
  random: (m, n) => matrix(m, n),
  zero: (m, n) => new Float64Array(m * n),
  ones: (m, n) => new Float64Array(m * n).fill(1),
  'of half the rank': (m, n) => product(matrix(m, Math.ceil(n / 2)), matrix(Math.ceil(n / 2), n), m, Math.ceil(n / 2), n),
  'as great as 1e300': (m, n) => matrix(m, n, () => random() * 1e300),
  'as small as 1e-300': (m, n) => matrix(m, n, () => random() * 1e-300),
  'of subnormal numbers': (m, n) => matrix(m, n, () => random() * 2 ** -1028),
  'graded, falling': (m, n) => matrix(m, n, (i, j) => random() * 10 ** (-(i + j) / 2)),
  'graded, rising': (m, n) => matrix(m, n, (i, j) => random() * 10 ** ((i + j) / 2)),
  sparse: (m, n) => matrix(m, n, () => (random() > 0.3 ? random() : 0)),
  nilpotent: (m, n) => matrix(m, n, (i, j) => Number(j === i + 1)),
  'bidiagonal with zeros': (m, n) => matrix(m, n, (i, j) => Number(j === i + 1 || (i === j && i % 3 !== 1))),
  'falling on the diagonal': (m, n) => matrix(m, n, (i, j) => (i === j ? 10 ** -i : 0)),
  'triangular and nearly singular': (m, n) => matrix(m, n, (i, j) => (j < i ? 0 : 0.9 ** i * (i === j ? 1 : -0.4))),
}; // prettier-ignore
const CASES = Object.entries(HARD).map(([name, make]) => ({ name, make }));

describe('singular values', () => {
  it.each(CASES)('of matrices $name', ({ make }) => {
    for (const [m, n] of SHAPES) {
      const a = make(m, n);
      const k = Math.min(m, n);
      const [values] = run(svd, a, [m, n, VALUES], [k]);
      for (const wanted of [REDUCED, FULL]) {
        const [p, q] = wanted === FULL ? [m, n] : [k, k];
        const [u, s, vh] = run(svd, a, [m, n, wanted], [m * p, k, q * n]);
        expect([...values]).toEqual([...s]);
        for (let i = 0; i < k; i++) expect(s[i]).toBeLessThanOrEqual(i > 0 ? s[i - 1] : Infinity);
        expect(s.every((x) => x >= 0)).toBe(true);
        const scaled = matrix(m, k, (i, j) => u[i * p + j] * s[j]);
        // What is subnormal has fewer digits.
        expect(apart(product(scaled, vh, m, k, n), a)).toBeLessThan(1e-12);
        expectOrthonormal(u, m, p);
        expectOrthonormal(transposed(vh, q, n), n, q);
      }
    }
  });

  it('are accurate: of the second difference', () => {
    const n = 40;
    const [s] = run(svd, matrix(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)), [n, n, VALUES], [n]);
    const expected = Float64Array.from(s, (_, i) => 4 * Math.sin(((n - i) * Math.PI) / (2 * (n + 1))) ** 2);
    expect(apart(s, expected)).toBeLessThan(1e-14);
  }); // prettier-ignore

  it('are NaN of what is not finite', () => {
    for (const bad of [NaN, Infinity]) {
      const [u, s, vh] = run(svd, Float64Array.of(1, bad, 3, 4), [2, 2, FULL], [4, 2, 4]);
      expect([...u, ...s, ...vh].every(Number.isNaN)).toBe(true);
    }
  });
});

describe('symmetric eigenvalues', () => {
  it.each(CASES)('of matrices $name', ({ make }) => {
    for (const n of SIZES) {
      const half = make(n, n);
      const a = matrix(n, n, (i, j) => half[Math.max(i, j) * n + Math.min(i, j)]);
      const [values, q] = run(eigh, half, [n, 1], [n, n * n]);
      expect([...run(eigh, half, [n, 0], [n])[0]]).toEqual([...values]);
      for (let i = 1; i < n; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]);
      const scaled = matrix(n, n, (i, j) => q[i * n + j] * values[j]);
      expect(apart(product(scaled, transposed(q, n, n), n, n, n), a)).toBeLessThan(1e-12);
      expectOrthonormal(q, n, n);
    }
  });
});

describe('eigenvalues of any square matrices', () => {
  const more: typeof HARD = {
    cyclic: (n) => matrix(n, n, (i, j) => Number((i + 1) % n === j)),
    'of one value that comes n times': (n) => matrix(n, n, (i, j) => Number(i === j || i + 1 === j)),
    'of two values that come many times': (n) =>
      matrix(n, n, (i, j) => (i >> 1 < j >> 1 ? 1 : i >> 1 > j >> 1 ? 0 : i === j ? 1 : i < j ? 2 : -2)),
    'of a lower triangle': (n) => matrix(n, n, (i, j) => (j <= i ? random() : 0)),
  };
  it.each([...CASES, ...Object.entries(more).map(([name, make]) => ({ name, make }))])(
    '$name',
    ({ make }) => {
      for (const n of SIZES) {
        const a = make(n, n);
        const scale = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
        const [values, vectors] = run(eig, a, [n, 1], [2 * n, 2 * n * n]);
        expect(apart(run(eig, a, [n, 0], [2 * n])[0], values)).toBeLessThan(1e-13);
        const part = (of: number) => matrix(n, n, (i, j) => vectors[2 * (i * n + j) + of]);
        const [re, im] = [part(0), part(1)];
        const [left, alsoLeft] = [re, im].map((x) => product(a, x, n, n, n));
        for (let j = 0; j < n; j++) {
          const [lr, li] = [values[2 * j], values[2 * j + 1]];
          // Conjugates stand together, the one above the axis first.
          expect(li === 0 || values[2 * j + (li > 0 ? 3 : -1)] === -li).toBe(true);
          let squares = 0;
          for (let at = j; at < n * n; at += n) {
            squares += re[at] ** 2 + im[at] ** 2;
            expect(Math.abs((left[at] - lr * re[at] + li * im[at]) / scale)).toBeLessThan(1e-12);
            expect(Math.abs((alsoLeft[at] - lr * im[at] - li * re[at]) / scale)).toBeLessThan(1e-12);
          }
          expect(Math.abs(squares - 1)).toBeLessThan(1e-13);
        }
      }
    },
  );
});

describe('factors', () => {
  it.each(CASES)('of matrices $name', ({ make }) => {
    for (const [m, n] of SHAPES) {
      const a = make(m, n);
      const k = Math.min(m, n);
      for (const columns of [k, m]) {
        const [q, r] = run(qr, a, [m, n, columns, columns], [m * columns, columns * n]);
        expect(apart(product(q, r, m, columns, n), a)).toBeLessThan(1e-12);
        expectOrthonormal(q, m, columns);
        expect([...run(qr, a, [m, n, 0, columns], [columns * n])[0]]).toEqual([...r]);
      }
      const [both, pivots, order] = run(luFactors, a, [m, n], [m * n, k, m, 1]);
      const l = matrix(m, k, (i, j) => (i === j ? 1 : i > j ? both[i * n + j] : 0));
      const u = matrix(k, n, (i, j) => (i <= j ? both[i * n + j] : 0));
      expect(Math.max(...l.map(Math.abs))).toBe(1);
      expect(pivots.every((pivot, i) => pivot > i && pivot <= m)).toBe(true);
      const rows = matrix(m, n, (i, j) => a[order[i] * n + j]);
      expect(apart(product(l, u, m, k, n), rows)).toBeLessThan(1e-12);
    }
  });

  it('of positive definite matrices, and what they solve', () => {
    for (const n of SIZES) {
      const x = matrix(n, n);
      const a = product(x, transposed(x, n, n), n, n, n).map(
        (value, at) => value + Number(at % (n + 1) === 0),
      );
      const [l, info] = run(cholesky, a, [n], [n * n, 1]);
      expect(info[0]).toBe(0);
      expect(apart(product(l, transposed(l, n, n), n, n, n), a)).toBeLessThan(1e-14);
      for (const k of [1, 2, 3, 4, 5, n]) {
        const b = matrix(n, k);
        const [solution, singular] = run(solve, Float64Array.of(...a, ...b), [n, k], [n * k, 1]);
        expect(singular[0]).toBe(0);
        expect(apart(product(a, solution, n, n, k), b)).toBeLessThan(1e-12);
      }
    }
  });

  it('tell the first minor that is not positive', () => {
    for (const bad of [0, 3, 4, 6]) {
      const [l, info] = run(
        cholesky,
        matrix(7, 7, (i, j) => (i !== j ? 0 : i === bad ? -1 : 4)),
        [7],
        [49, 1],
      );
      expect(info[0]).toBe(bad + 1);
      expect([...l]).toEqual([...matrix(7, 7, (i, j) => (i === j && i < bad ? 2 : 0))]);
    }
  });
});
