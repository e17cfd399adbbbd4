/** Systems of equations with a triangle, which everything else solves its own with. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { matmul } from '../ops/matmul.ts';
import { tril, triu } from '../ops/triangle.ts';
import { mT, matrixSizes, ofOneBatch, squareSize } from './matrix.ts';
import { routine } from './routine.ts';
import { solveTriangular as run } from './routines/factor.ts';
import { triangleFlops } from './work.ts';

export interface TriangularOptions {
  /** Whether A is an upper triangle; the other one is not read. */
  readonly upper: boolean;
  /** Whether A X = B is solved, and not X A = B. Default true. */
  readonly left?: boolean;
  /** Whether ones are read on the diagonal. Default false. */
  readonly unitriangular?: boolean;
}

/**
 * X with A X = B for triangles A [..., n, n] and B [..., n, k]; batches broadcast. As torch.linalg.solve_triangular.
 */
export function solveTriangular(A: Tensor, B: Tensor, options: TriangularOptions): Tensor {
  const { upper, left = true, unitriangular = false } = options;
  const n = squareSize('solveTriangular', A);
  const [rows, columns] = matrixSizes('solveTriangular', B);
  if ((left ? rows : columns) !== n) {
    throw new ShapeError(
      `solveTriangular: A has shape ${formatShape(A.shape)} and B ${formatShape(B.shape)}; expected B of ${n} ${left ? 'rows' : 'columns'}`,
    );
  }
  return composed(A, () => {
    const [a, b] = ofOneBatch('solveTriangular', A, B);
    return left ? solveLeft(a, b, upper, unitriangular) : mT(solveLeft(mT(a), mT(b), !upper, unitriangular));
  });
}

/** A X = B for matrices of one batch. */
export function solveLeft(a: Tensor, b: Tensor, upper: boolean, unit = false): Tensor {
  const [n, k] = b.shape.slice(-2);
  const sizes = [n, k, Number(upper), Number(unit)];
  const [solution] = routine(
    [a, b],
    { op: 'solveTriangular', sizes, shapes: [[n, k]], flops: triangleFlops(n, k), run },
    ([gradient], [x]) => {
      const gradB = solveLeft(mT(a), gradient, !upper, unit);
      const all = raw.neg(matmul(gradB, mT(x)));
      const off = unit ? 1 : 0;
      return [upper ? triu(all, off) : tril(all, -off), gradB];
    },
  );
  return solution;
}
