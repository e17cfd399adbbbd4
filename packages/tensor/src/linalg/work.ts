/**
 * How many floating-point operations the textbook algorithms take for one matrix, leading terms alone: what profiles say of
 * decompositions. From Golub & Van Loan, "Matrix Computations", 4th edition, whose chapters are named. What a routine does
 * beyond that, or saves, is not counted, so that figures compare with those of other libraries.
 */

import { REDUCED, VALUES } from './routines/svd.ts';

/** Chapter 4. */
export function choleskyFlops(n: number): number {
  return n ** 3 / 3;
}

/** Of [m, n]; chapter 3. */
export function luFlops(m: number, n: number): number {
  const [most, least] = [Math.max(m, n), Math.min(m, n)];
  return most * least ** 2 - least ** 3 / 3;
}

/** One triangle of n and `columns` right-hand sides; chapter 3. */
export function triangleFlops(n: number, columns: number): number {
  return n ** 2 * columns;
}

/** R of [m, n], the reflections as vectors; chapter 5. */
export function reflectionsFlops(m: number, n: number): number {
  const [most, least] = [Math.max(m, n), Math.min(m, n)];
  return 2 * most * least ** 2 - (2 / 3) * least ** 3;
}

/** R of [m, n], and `columns` columns of Q by the reflections applied backwards; chapter 5. */
export function qrFlops(m: number, n: number, columns: number): number {
  const r = Math.min(m, n, columns);
  const formed = 4 * m * columns * r - 2 * (m + columns) * r ** 2 + (4 / 3) * r ** 3;
  return reflectionsFlops(m, n) + formed;
}

/** The symmetric QR algorithm; chapter 8. */
export function symmetricFlops(n: number, vectors: boolean): number {
  return (vectors ? 9 : 4 / 3) * n ** 3;
}

/** The lesser of two counts, with and without a QR decomposition first; chapter 8. */
export function singularFlops(rows: number, columns: number, wanted: number): number {
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)];
  if (wanted === VALUES) return Math.min(4 * m * n ** 2 - (4 / 3) * n ** 3, 2 * m * n ** 2 + 2 * n ** 3);
  if (wanted === REDUCED) return Math.min(14 * m * n ** 2 + 8 * n ** 3, 6 * m * n ** 2 + 20 * n ** 3);
  return Math.min(4 * m ** 2 * n + 8 * m * n ** 2 + 9 * n ** 3, 4 * m ** 2 * n + 22 * n ** 3);
}

/** Francis's QR algorithm; chapter 7. */
export function eigenFlops(n: number, vectors: boolean): number {
  return (vectors ? 25 : 10) * n ** 3;
}
