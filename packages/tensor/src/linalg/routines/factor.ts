/**
 * Factors of a matrix by elimination, on the host: Cholesky's, LU with partial pivoting, and what is solved with them.
 * Matrices are row-major; Golub & Van Loan, "Matrix Computations", chapters 3 and 4.
 */

/** [n, n] to the lower factor, of which the lower triangle is read, and the order of the first minor that is not positive, or 0. */
export function cholesky(input: Float64Array, output: Float64Array, [n]: readonly number[]): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = input[i * n + j];
      for (let k = 0; k < j; k++) sum -= output[i * n + k] * output[j * n + k];
      if (i > j) {
        output[i * n + j] = sum / output[j * n + j];
      } else if (sum > 0) {
        output[j * n + j] = Math.sqrt(sum);
      } else {
        output[n * n] = j + 1;
        return;
      }
    }
  }
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
  const order = Int32Array.from({ length: m }, (_, i) => i);
  const steps = Math.min(m, n);
  const pivots = new Int32Array(steps);
  let [sign, singular] = [1, 0];
  for (let j = 0; j < steps; j++) {
    let best = j;
    for (let i = j + 1; i < m; i++) if (Math.abs(a[i * n + j]) > Math.abs(a[best * n + j])) best = i;
    pivots[j] = best;
    if (best !== j) {
      sign = -sign;
      [order[j], order[best]] = [order[best], order[j]];
      const row = a.slice(j * n, (j + 1) * n);
      a.copyWithin(j * n, best * n, (best + 1) * n);
      a.set(row, best * n);
    }
    const pivot = a[j * n + j];
    if (pivot === 0) {
      singular ||= j + 1;
      continue;
    }
    for (let i = j + 1; i < m; i++) {
      const factor = (a[i * n + j] /= pivot);
      if (factor === 0) continue;
      for (let k = j + 1; k < n; k++) a[i * n + k] -= factor * a[j * n + k];
    }
  }
  return { order, pivots, sign, singular };
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
  const a = input.slice(0, n * n);
  const { order, singular } = eliminate(a, n, n);
  for (let i = 0; i < n; i++) output.set(input.subarray(n * n + order[i] * k, n * n + (order[i] + 1) * k), i * k);
  substitute(a, output, n, k, false, true);
  substitute(a, output, n, k, true, false);
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

function substitute(
  a: Float64Array,
  x: Float64Array,
  n: number,
  k: number,
  upper: boolean,
  unit: boolean,
): void {
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const [from, to] = upper ? [i + 1, n] : [0, i];
    for (let j = from; j < to; j++) {
      const factor = a[i * n + j];
      if (factor !== 0) for (let c = 0; c < k; c++) x[i * k + c] -= factor * x[j * k + c];
    }
    if (!unit) for (let c = 0; c < k; c++) x[i * k + c] /= a[i * n + i];
  }
}

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
