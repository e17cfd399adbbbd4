/** Linear algebra as `torch.*` and methods of tensors have it, where names, order or defaults are not those of torch.linalg. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { mT } from './matrix.ts';
import * as byCholesky from './cholesky.ts';
import * as byLu from './lu.ts';
import * as byQr from './qr.ts';
import { inv } from './solve.ts';
import * as bySvd from './svd.ts';
import { solveTriangular } from './triangular.ts';

export { choleskyInverse, choleskySolve } from './cholesky.ts';
export { pinverse } from './least-squares.ts';
export { pcaLowrank, svdLowrank } from './low-rank.ts';
export type { LowRank } from './low-rank.ts';
export { matrixExp } from './matrix-exp.ts';
export { matrixPower } from './products.ts';
export { geqrf, ormqr } from './qr.ts';
export { det, logdet, slogdet } from './solve.ts';

/** As `linalg.cholesky`. As torch.cholesky. */
export function cholesky(self: Tensor, upper = false): Tensor {
  return byCholesky.cholesky(self, { upper });
}

/** The inverse of matrices. As torch.inverse. */
export function inverse(self: Tensor): Tensor {
  return inv(self);
}

/** As `linalg.qr`, in full without `some`. As torch.qr. */
export function qr(self: Tensor, some = true): { Q: Tensor; R: Tensor } {
  return byQr.qr(self, some ? 'reduced' : 'complete');
}

/** As `linalg.svd`, in full without `some`, and with `V` in the place of its transpose. As torch.svd. */
export function svd(self: Tensor, some = true, computeUv = true): { U: Tensor; S: Tensor; V: Tensor } {
  if (!computeUv) throw new ArgumentError('svd: without U and V it is linalg.svdvals(); leave computeUv out');
  const { U, S, Vh } = bySvd.svd(self, !some);
  return { U, S, V: mT(Vh) };
}

/** LU factors as `linalg.luFactor` gives them, and `infos` if they are wanted. As torch.lu. */
export function lu(
  self: Tensor,
  pivot = true,
  { getInfos = false }: { readonly getInfos?: boolean } = {},
): readonly Tensor[] {
  const { LU, pivots, info } = byLu.luFactorEx(self, { pivot });
  return getInfos ? [LU, pivots, info] : [LU, pivots];
}

/** X with A X = `self`, where A is given by its LU factors. As torch.lu_solve. */
export function luSolve(self: Tensor, LUData: Tensor, LUPivots: Tensor): Tensor {
  return byLu.luSolve(LUData, LUPivots, self);
}

/** The first columns of the product of reflections. As torch.orgqr. */
export function orgqr(self: Tensor, tau: Tensor): Tensor {
  return byQr.householderProduct(self, tau);
}

/** `solution` X of A X = `self`, or of Aᵀ X = `self`, for triangles A, and `clonedCoefficient`, A. As torch.triangular_solve. */
export function triangularSolve(
  self: Tensor,
  A: Tensor,
  upper = true,
  transpose = false,
  unitriangular = false,
): { solution: Tensor; clonedCoefficient: Tensor } {
  const solution = transpose
    ? solveTriangular(mT(A), self, { upper: !upper, unitriangular })
    : solveTriangular(A, self, { upper, unitriangular });
  return { solution, clonedCoefficient: A };
}
