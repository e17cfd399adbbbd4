/**
 * Gradient checks of linear algebra. Results that are unique but for signs are made so by what is done with them:
 * squares, absolute values and products.
 */

import * as T from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import * as linalg from '@tenfold/tensor/linalg';
import type { GradientCase } from './case.ts';

function onShapes(
  name: string,
  shapes: readonly (readonly number[])[],
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  more: Partial<GradientCase> = {},
): GradientCase {
  return { name, shapes, fn, smooth: true, ...more };
}

/** Symmetric, and positive definite. */
const symmetric = (x: Tensor) => x.add(x.mT);
const positive = (x: Tensor) => x.matmul(x.mT).add(T.eye(x.shape[x.ndim - 1], undefined, { dtype: x.dtype }));
/** Far from singular. */
const dominant = (x: Tensor) => x.add(T.eye(x.shape[x.ndim - 1], undefined, { dtype: x.dtype }).mul(4));

const systems: readonly GradientCase[] = [
  onShapes('solve', [[2, 3, 3], [3, 2]], (A, B) => linalg.solve(dominant(A), B)),
  onShapes('solve of a vector, from the right', [[3, 3], [2, 3]], (A, B) => linalg.solve(dominant(A), B, { left: false })),
  onShapes('inv', [[2, 3, 3]], (A) => linalg.inv(dominant(A))),
  onShapes('solveTriangular', [[3, 3], [2, 3, 2]], (A, B) => linalg.solveTriangular(dominant(A), B, { upper: true })),
  onShapes('solveTriangular, unit, from the right', [[3, 3], [2, 3]], (A, B) => linalg.solveTriangular(A, B, { upper: false, left: false, unitriangular: true })),
  onShapes('cholesky', [[2, 3, 3]], (A) => linalg.cholesky(positive(A))),
  onShapes('cholesky, upper', [[3, 3]], (A) => linalg.cholesky(positive(A), { upper: true })),
  onShapes('choleskyInverse', [[3, 3]], (A) => T.choleskyInverse(dominant(A), true)),
  onShapes('choleskySolve', [[3, 2], [3, 3]], (B, L) => T.choleskySolve(B, dominant(L))),
  onShapes('det', [[2, 3, 3]], (A) => linalg.det(A)),
  onShapes('det of singular matrices', [[3, 1]], (A) => linalg.det(A.matmul(A.mT)), { smooth: false }),
  onShapes('slogdet', [[2, 3, 3]], (A) => linalg.slogdet(dominant(A)).logabsdet),
  onShapes('logdet', [[3, 3]], (A) => T.logdet(dominant(A))),
  onShapes('matrixPower', [[3, 3]], (A) => [linalg.matrixPower(A, 5), linalg.matrixPower(dominant(A), -2)]),
  onShapes('matrixExp', [[2, 3, 3]], (A) => linalg.matrixExp(A)),
  onShapes('tensorinv', [[2, 2, 4]], (A) => linalg.tensorinv(A.add(T.eye(4).to(A.dtype).mul(4).reshape(2, 2, 4)), 2)),
  onShapes('tensorsolve', [[2, 2, 4], [2, 2]], (A, B) => linalg.tensorsolve(A.add(T.eye(4).to(A.dtype).mul(4).reshape(2, 2, 4)), B)),
]; // prettier-ignore

const factors: readonly GradientCase[] = [
  ...([[3, 3], [3, 5], [5, 3]] as const).flatMap((shape) => [
    onShapes(`lu of ${shape.join(' by ')}`, [[2, ...shape]], (A) => [linalg.lu(A).L, linalg.lu(A).U]),
    onShapes(`qr of ${shape.join(' by ')}`, [[2, ...shape]], (A) => [linalg.qr(A).Q, linalg.qr(A).R]),
    onShapes(`svdvals of ${shape.join(' by ')}`, [[2, ...shape]], (A) => linalg.svdvals(A)),
    onShapes(`svd of ${shape.join(' by ')}`, [shape], (A) => {
      const { U, S, Vh } = linalg.svd(A, false);
      return [U.square(), S, Vh.abs(), U.matmul(Vh)];
    }),
    onShapes(`pinv of ${shape.join(' by ')}`, [[2, ...shape]], (A) => linalg.pinv(A)),
    onShapes(`lstsq of ${shape.join(' by ')}`, [shape, [shape[0], 2]], (A, B) => linalg.lstsq(A, B).solution),
  ]),
  onShapes('svd in full', [[3, 4]], (A) => linalg.svd(A).U.square()),
  onShapes('luSolve', [[3, 3], [3, 2]], (A, B) => {
    const { LU, pivots } = linalg.luFactor(A);
    return [false, true].flatMap((adjoint) => [
      linalg.luSolve(LU, pivots, B, { adjoint }),
      linalg.luSolve(LU, pivots, B.mT, { adjoint, left: false }),
    ]);
  }),
  onShapes('householderProduct', [[2, 4, 3], [2, 3]], (A, tau) => linalg.householderProduct(A, tau)),
  onShapes('ormqr', [[4, 2], [2], [4, 3]], (A, tau, other) => T.ormqr(A, tau, other, true, true)),
  onShapes('eigh', [[2, 3, 3]], (A) => {
    const { eigenvalues, eigenvectors } = linalg.eigh(symmetric(A));
    return [eigenvalues, eigenvectors.abs()];
  }),
  onShapes('eigvalsh of the upper triangle', [[3, 3]], (A) => linalg.eigvalsh(symmetric(A), 'U')),
  onShapes('eigvals', [[2, 3, 3]], (A) => linalg.eigvals(A).square().sum([-2])),
  onShapes('eig', [[3, 3]], (A) => {
    const { eigenvectors } = linalg.eig(A);
    return eigenvectors.square().sum(-1).mul(T.tensor([[1], [2], [3]])).sum([0]).prod();
  }),
]; // prettier-ignore

const norms: readonly GradientCase[] = [
  ...(['fro', 'nuc', 2, -2] as const).map((ord) =>
    onShapes(`matrixNorm ${ord}`, [[2, 3, 4]], (A) => linalg.matrixNorm(A, ord)),
  ),
  ...([1, -1, Infinity, -Infinity] as const).map((ord) =>
    onShapes(`matrixNorm ${ord}`, [[2, 3, 4]], (A) => linalg.matrixNorm(A, ord), { smooth: false }),
  ),
  onShapes('norm of an axis', [[2, 3]], (x) => linalg.norm(x, 3, 1), { range: [0.3, 1.5] }),
  onShapes('cond', [[3, 3]], (A) => [linalg.cond(A), linalg.cond(A, 'fro')]),
  onShapes('multiDot', [[2], [2, 4], [4, 3], [3]], (...all) => linalg.multiDot(all)),
  onShapes('cross', [[2, 3], [1, 3]], (a, b) => linalg.cross(a, b)),
  onShapes('vecdot', [[2, 3], [3]], (a, b) => linalg.vecdot(a, b)),
  onShapes('vander', [[2, 3]], (x) => linalg.vander(x), { range: [0.5, 1.5] }),
  onShapes('diagonal', [[2, 3, 4]], (A) => linalg.diagonal(A, { offset: 1, dim1: 0, dim2: 2 })),
]; // prettier-ignore

export const LINALG_CASES: readonly GradientCase[] = [...systems, ...factors, ...norms];
