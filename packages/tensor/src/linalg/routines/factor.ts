/**
 * Factors of a matrix by elimination, on the host: Cholesky's, LU with partial pivoting, and what is solved with them.
 * Matrices are row-major, and four columns are eliminated at a time, so that the rest changes by products; Golub & Van Loan,
 * "Matrix Computations", chapters 3 and 4.
 */

import { addFourTwice, subtractProduct } from './products.ts';

/** Columns eliminated together. */
const PANEL = 4;

/**
 * [n, n], of which the lower triangle is read, to the lower factor and 0; or to that of the greatest minor that has one, and
 * the order of the next, which is not positive.
 */
export function cholesky(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  // The columns of a panel as rows.
  const across = new Float64Array(PANEL * n);
  for (let first = 0; first < n; first += PANEL) {
    const end = Math.min(first + PANEL, n);
    const bad = squareRoot(input, n, first, end);
    if (bad > 0) {
      output[n * n] = bad;
      copyRows(input, output, n, bad - 1);
      return;
    }
    if (end === n) break;
    divideRows(input, n, first, across);
    subtractSquares(input, n, first, end, across);
  }
  copyRows(input, output, n, n);
}

/** Overwrites the block on the diagonal with its factor; gives the number of the first pivot that is not positive, or 0. */
function squareRoot(a: Float64Array, n: number, first: number, end: number): number {
  for (let i = first; i < end; i++) {
    for (let j = first; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = first; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (j < i) a[i * n + j] = sum / a[j * n + j];
      else if (sum > 0) a[i * n + i] = Math.sqrt(sum);
      else return i + 1;
    }
  }
  return 0;
}

/** Solves the rows below a whole block on the diagonal with it, and stores them in `across` as columns too. */
function divideRows(a: Float64Array, n: number, first: number, across: Float64Array): void {
  const p = first * n + first;
  const [q, r] = [p + n, p + 2 * n];
  const s = p + 3 * n;
  const [a0, b0, b1, c0, c1, c2] = [a[p], a[q], a[q + 1], a[r], a[r + 1], a[r + 2]];
  const [d0, d1, d2, d3] = [a[s], a[s + 1], a[s + 2], a[s + 3]];
  for (let i = first + PANEL; i < n; i++) {
    const at = i * n + first;
    const w = a[at] / a0;
    const x = (a[at + 1] - w * b0) / b1;
    const y = (a[at + 2] - w * c0 - x * c1) / c2;
    const z = (a[at + 3] - w * d0 - x * d1 - y * d2) / d3;
    a[at] = across[i] = w;
    a[at + 1] = across[n + i] = x;
    a[at + 2] = across[2 * n + i] = y;
    a[at + 3] = across[3 * n + i] = z;
  }
}

/** Takes the products of a panel's rows off the lower triangle beyond it, and off some of what is above, which nobody reads. */
function subtractSquares(a: Float64Array, n: number, first: number, end: number, across: Float64Array): void {
  let i = end;
  for (; i + 1 < n; i += 2) {
    const [p, q] = [i * n + first, (i + 1) * n + first];
    addFourTwice(
      a, i * n + end, (i + 1) * n + end, i + 2 - end, across, end, n,
      -a[p], -a[p + 1], -a[p + 2], -a[p + 3],
      -a[q], -a[q + 1], -a[q + 2], -a[q + 3],
    ); // prettier-ignore
  }
  if (i === n) return;
  const row = { data: a, at: i * n + first, step: n, across: 1 };
  subtractProduct(row, { data: across, at: end, step: n }, { data: a, at: i * n + end, step: n }, 1, PANEL, n - end);
} // prettier-ignore

/** The lower triangle of the first `count` rows. */
function copyRows(from: Float64Array, to: Float64Array, n: number, count: number): void {
  for (let i = 0; i < count; i++) for (let j = 0; j <= i; j++) to[i * n + j] = from[i * n + j];
}

export interface Elimination {
  /** Row i of the product L U is row `order[i]` of the matrix. */
  readonly order: Int32Array;
  /** With which row each was exchanged, in turn. */
  readonly pivots: Int32Array;
  /** The sign of that permutation. */
  readonly sign: number;
  /** The number, from 1, of the first pivot that is 0; 0 where there is none. */
  readonly singular: number;
}

/** Overwrites `a`, [m, n], with L below its diagonal and U. */
export function eliminate(a: Float64Array, m: number, n: number): Elimination {
  const order = new Int32Array(m);
  for (let i = 0; i < m; i++) order[i] = i;
  const steps = Math.min(m, n);
  const pivots = new Int32Array(steps);
  let [sign, singular] = [1, 0];
  for (let first = 0; first < steps; first += PANEL) {
    const end = Math.min(first + PANEL, steps);
    for (let j = first; j < end; j++) {
      const best = pivotOf(a, m, n, j);
      pivots[j] = best;
      if (best !== j) {
        sign = -sign;
        const moved = order[j];
        order[j] = order[best];
        order[best] = moved;
        exchangeRows(a, n, j, best);
      }
      if (a[j * n + j] === 0) singular ||= j + 1;
      else eliminateColumn(a, m, n, j, end);
    }
    if (end === n) continue;
    const rest = n - end;
    const upper = { data: a, at: first * n + end, step: n };
    for (let j = first + 1; j < end; j++)
      subtractProduct({ data: a, at: j * n + first, step: n, across: 1 }, upper, { data: a, at: j * n + end, step: n }, 1, j - first, rest);
    const below = { data: a, at: end * n + first, step: n, across: 1 };
    subtractProduct(below, upper, { data: a, at: end * n + end, step: n }, m - end, end - first, rest);
  }
  return { order, pivots, sign, singular };
} // prettier-ignore

/** The row, from j on, of the greatest element of column j. */
function pivotOf(a: Float64Array, m: number, n: number, j: number): number {
  let best = j;
  let most = Math.abs(a[j * n + j]);
  for (let i = j + 1; i < m; i++) {
    const size = Math.abs(a[i * n + j]);
    if (size > most) {
      best = i;
      most = size;
    }
  }
  return best;
}

function exchangeRows(a: Float64Array, n: number, i: number, j: number): void {
  for (let p = i * n, q = j * n; p < (i + 1) * n; p++, q++) {
    const x = a[p];
    a[p] = a[q];
    a[q] = x;
  }
}

/** Takes row j off those below it, in the columns before `end`. */
function eliminateColumn(a: Float64Array, m: number, n: number, j: number, end: number): void {
  const pivot = a[j * n + j];
  for (let i = j + 1; i < m; i++) {
    const factor = a[i * n + j] / pivot;
    a[i * n + j] = factor;
    for (let k = j + 1; k < end; k++) a[i * n + k] -= factor * a[j * n + k];
  }
}

/** [m, n] to L and U in one, the pivots counted from 1, the order of rows, and the number of the first pivot that is 0, or 0. */
export function luFactors(input: Float64Array, output: Float64Array, [m, n]: readonly number[]): void {
  const { order, pivots, singular } = eliminate(input, m, n);
  output.set(input);
  output.set(pivots.map((pivot) => pivot + 1), m * n);
  output.set(order, m * n + pivots.length);
  output[output.length - 1] = singular;
} // prettier-ignore

/** Pivots counted from 1 to the order of `m` rows. */
export function orderOfPivots(input: Float64Array, output: Float64Array, [m]: readonly number[]): void {
  for (let i = 0; i < m; i++) output[i] = i;
  input.forEach((pivot, i) => {
    [output[i], output[pivot - 1]] = [output[pivot - 1], output[i]];
  });
}

/** A [n, n] and B [n, k] to X with A X = B, and the number of the first pivot that is 0, or 0. */
export function solve(input: Float64Array, output: Float64Array, [n, k]: readonly number[]): void {
  const { order, singular } = eliminate(input, n, n);
  for (let i = 0; i < n; i++) output.set(input.subarray(n * n + order[i] * k, n * n + (order[i] + 1) * k), i * k);
  substitute(input, output, n, k, false, true);
  substitute(input, output, n, k, true, false);
  output[n * k] = singular;
} // prettier-ignore

/** A [n, n], of which one triangle is read, and B [n, k] to X with A X = B. */
export function solveTriangular(
  input: Float64Array,
  output: Float64Array,
  [n, k, upper, unit]: readonly number[],
): void {
  output.set(input.subarray(n * n));
  substitute(input, output, n, k, upper === 1, unit === 1);
}

/** Overwrites x, [n, k], with the solution, four rows at a time. */
function substitute(a: Float64Array, x: Float64Array, n: number, k: number, upper: boolean, unit: boolean): void {
  const rows = (i: number) => ({ data: x, at: i * k, step: k });
  const part = (i: number, j: number) => ({ data: a, at: i * n + j, step: n, across: 1 });
  for (let done = 0; done < n; done += PANEL) {
    const width = Math.min(PANEL, n - done);
    const first = upper ? n - done - width : done;
    for (let step = 0; step < width; step++) {
      const i = upper ? first + width - 1 - step : first + step;
      const from = upper ? i + 1 : first;
      subtractProduct(part(i, from), rows(from), rows(i), 1, step, k);
      if (!unit) for (let c = i * k; c < (i + 1) * k; c++) x[c] /= a[i * n + i];
    }
    const left = upper ? 0 : first + width;
    subtractProduct(part(left, first), rows(first), rows(left), n - done - width, width, k);
  }
} // prettier-ignore

/** [n, n] to its determinant. */
export function determinant(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  const { sign } = eliminate(input, n, n);
  output[0] = sign;
  for (let i = 0; i < n; i++) output[0] *= input[i * n + i];
}

/** [n, n] to the sign of its determinant, and the logarithm of its magnitude. */
export function logDeterminant(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  output[0] = eliminate(input, n, n).sign;
  for (let i = 0; i < n; i++) {
    const pivot = input[i * n + i];
    output[0] *= Math.sign(pivot);
    output[1] += Math.log(Math.abs(pivot));
  }
}
