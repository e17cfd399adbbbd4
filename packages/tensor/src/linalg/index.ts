/**
 * `@tenfold/tensor/linalg`: linear algebra, as torch.linalg. Decompositions run on devices whose memory is the host's, in
 * double precision; everything that is a product runs everywhere.
 */

export { cholesky, choleskyEx } from './cholesky.ts';
export type { CholeskyExOptions, CholeskyOptions } from './cholesky.ts';
export { eig, eigh, eigvals, eigvalsh } from './eigen.ts';
export type { Uplo } from './eigen.ts';
export { cond, lstsq, matrixRank, pinv } from './least-squares.ts';
export type { LstsqOptions, LstsqResult, RankOptions } from './least-squares.ts';
export { lu, luFactor, luFactorEx, luSolve } from './lu.ts';
export type { LuSolveOptions } from './lu.ts';
export { matrixExp } from './matrix-exp.ts';
export { matrixNorm, norm, vectorNorm } from './norms.ts';
export type { MatrixOrder, NormOptions } from './norms.ts';
export {
  cross,
  diagonal,
  matrixPower,
  multiDot,
  tensorinv,
  tensorsolve,
  vander,
  vecdot,
} from './products.ts';
export type { DiagonalOptions } from './products.ts';
export { householderProduct, qr } from './qr.ts';
export type { QrMode } from './qr.ts';
export { det, inv, invEx, slogdet, solve, solveEx } from './solve.ts';
export type { SolveOptions } from './solve.ts';
export { svd, svdvals } from './svd.ts';
export type { Svd } from './svd.ts';
export { solveTriangular } from './triangular.ts';
export type { TriangularOptions } from './triangular.ts';
export { matmul } from '../ops/matmul.ts';
