/** A covariance matrix, given as itself, as its inverse or as its Cholesky factor. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { cholesky, inv, solveTriangular } from '../linalg/index.ts';
import { tril } from '../ops/triangle.ts';

/** One of the three, `[..., n, n]`. */
export interface Spread {
  readonly covarianceMatrix?: Tensor;
  /** The inverse of the covariance. */
  readonly precisionMatrix?: Tensor;
  /** A lower triangle L with positive diagonal: the covariance is L Lᵀ. What is above the diagonal is not read. */
  readonly scaleTril?: Tensor;
}

const FACTORS: Readonly<Record<keyof Spread, (matrix: Tensor) => Tensor>> = {
  covarianceMatrix: (matrix) => cholesky(matrix),
  precisionMatrix: (matrix) => cholesky(inv(matrix)),
  scaleTril: (matrix) => tril(matrix),
};

/** Which matrix is given, and the matrix. Raises ArgumentError, in the name of `op`, unless there is exactly one. */
export function givenMatrix(op: string, spread: Spread): [keyof Spread, Tensor] {
  const names = (['covarianceMatrix', 'precisionMatrix', 'scaleTril'] as const).filter(
    (name) => spread[name],
  );
  const matrix = spread[names[0]];
  if (names.length !== 1 || !matrix)
    throw new ArgumentError(
      `${op}: expected one of covarianceMatrix, precisionMatrix and scaleTril, got ${names.length} of them`,
    );
  return [names[0], matrix];
}

/** What was given, and the others from it. */
export class Covariance {
  readonly scaleTril: Tensor;
  readonly #name: keyof Spread;
  readonly #matrix: Tensor;

  constructor(name: keyof Spread, matrix: Tensor) {
    this.scaleTril = FACTORS[name](matrix);
    this.#name = name;
    this.#matrix = matrix;
  }

  get covarianceMatrix(): Tensor {
    return this.#name === 'covarianceMatrix' ? this.#matrix : this.#product;
  }

  get precisionMatrix(): Tensor {
    return this.#name === 'precisionMatrix' ? this.#matrix : inv(this.#product);
  }

  /** By way of the factor a gradient is symmetric. */
  get #product(): Tensor {
    return this.scaleTril.matmul(this.scaleTril.mT);
  }

  /** Half the logarithm of the covariance's determinant. */
  get logVolume(): Tensor {
    return logDiagonal(this.scaleTril);
  }

  /** What was given, with `f` of the matrix. */
  mapped(f: (matrix: Tensor) => Tensor): Spread {
    return { [this.#name]: f(this.#matrix) };
  }
}

/** The sum of the logarithms of a diagonal. */
export function logDiagonal(matrix: Tensor): Tensor {
  return matrix.diagonal(0, -2, -1).log().sum(-1);
}

/** |L⁻¹ x|² for x of shape `[..., n]`. */
export function squaredLength(triangle: Tensor, x: Tensor): Tensor {
  const wide = triangle.expand([...x.shape, x.shape[x.ndim - 1]]);
  return solveTriangular(wide, x.unsqueeze(-1), { upper: false }).square().sum([-2, -1]);
}
