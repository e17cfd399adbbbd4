/** What matrices of any shape have instead of an inverse, by their singular values: least squares, rank, condition. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceAxes } from '../ops/reduce-axes.ts';
import { squeeze, unsqueeze } from '../ops/shape.ts';
import { select } from '../ops/slice.ts';
import { eigh, eigvalsh } from './eigen.ts';
import { identityLike, mT, matrixSizes, ofOneBatch, scaledColumns } from './matrix.ts';
import { matrixNorm } from './norms.ts';
import type { MatrixOrder } from './norms.ts';
import { zeros } from './routine.ts';
import { inv } from './solve.ts';
import { svd, svdvals } from './svd.ts';

export interface RankOptions {
  /** Singular values up to this count as 0. Default null: 0, where `rtol` is given. */
  readonly atol?: number | Tensor | null;
  /** Singular values up to this times the greatest count as 0. Default null: the greater size times the dtype's epsilon. */
  readonly rtol?: number | Tensor | null;
  /** Whether matrices are symmetric, which is faster. Default false. */
  readonly hermitian?: boolean;
}

const EPS: Partial<Record<DType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/** The Moore-Penrose inverse: [..., m, n] to [..., n, m]. As torch.linalg.pinv. Gradients: Golub & Pereyra (1973). */
export function pinv(A: Tensor, options: RankOptions = {}): Tensor {
  matrixSizes('pinv', A);
  return composed(A, () =>
    customGrad(
      [A],
      () => inverseOfRank(A, options),
      (gradient, X) => {
        const g = mT(gradient);
        const left = raw.sub(identityLike(A, A.shape[A.ndim - 2]), matmul(A, X));
        const right = raw.sub(identityLike(A, A.shape[A.ndim - 1]), matmul(X, A));
        const inside = matmul(mT(X), matmul(gradient, mT(X)));
        const rows = matmul(left, matmul(g, matmul(X, mT(X))));
        const columns = matmul(matmul(mT(X), matmul(X, g)), right);
        return [raw.sub(raw.add(rows, columns), inside)];
      },
    ),
  );
}

/** As `pinv`; singular values up to `rcond` times the greatest count as 0. As torch.pinverse. */
export function pinverse(input: Tensor, rcond = 1e-15): Tensor {
  return pinv(input, { rtol: rcond });
}

function inverseOfRank(A: Tensor, options: RankOptions): Tensor {
  if (options.hermitian) {
    const { eigenvalues, eigenvectors } = eigh(A);
    const size = raw.abs(eigenvalues);
    const inverse = inverses(eigenvalues, raw.lt(limitOf('pinv', A, size, options), size));
    return matmul(scaledColumns(eigenvectors, inverse), mT(eigenvectors));
  }
  const { U, S, Vh } = svd(A, false);
  const inverse = inverses(S, raw.lt(limitOf('pinv', A, S, options), S));
  return matmul(scaledColumns(mT(Vh), inverse), mT(U));
}

function inverses(values: Tensor, counted: Tensor): Tensor {
  return raw.where(counted, raw.recip(raw.where(counted, values, literal(values, 1))), literal(values, 0));
}

/** The number of singular values that count, int64. As torch.linalg.matrix_rank. */
export function matrixRank(A: Tensor, options: RankOptions = {}): Tensor {
  matrixSizes('matrixRank', A);
  return composed(A, () => {
    const S = options.hermitian ? raw.abs(eigvalsh(A)) : svdvals(A);
    const counted = castTo(raw.lt(limitOf('matrixRank', A, S, options), S), 'int64');
    return reduceAxes('sum', counted, [S.ndim - 1]);
  });
}

/** Up to what singular values count as 0, in their shape. */
function limitOf(op: string, A: Tensor, S: Tensor, { atol = null, rtol = null }: RankOptions): Tensor {
  if (S.numel === 0) return S;
  const [rows, columns] = matrixSizes(op, A);
  const usual = atol === null ? Math.max(rows, columns) * (EPS[A.dtype] ?? 0) : 0;
  const greatest = reduceAxes('max', S, [S.ndim - 1], true);
  const number = (value: number | Tensor): Tensor =>
    value instanceof Tensor
      ? expandTo(value.ndim === 0 ? castTo(value, S.dtype) : unsqueeze(castTo(value, S.dtype), -1), S.shape)
      : literal(S, value);
  return raw.max(number(atol ?? 0), raw.mul(number(rtol ?? usual), expandTo(greatest, S.shape)));
}

export interface LstsqResult {
  readonly solution: Tensor;
  /** Sums of squares of what is left, one for each column of B; empty unless A has more rows than columns. No gradient. */
  readonly residuals: Tensor;
  /** int64; empty with the driver `gels`. */
  readonly rank: Tensor;
  /** Empty but with the drivers `gelsd` and `gelss`. */
  readonly singularValues: Tensor;
}

export interface LstsqOptions {
  /** All of them go by singular values here; which results there are is PyTorch's. Default null, which is `gelsy`. */
  readonly driver?: 'gels' | 'gelsy' | 'gelsd' | 'gelss' | null;
}

/**
 * X of least length that makes A X - B least, for A [..., m, n] and B [..., m, k], or vectors B [m]. Singular values up to
 * `rcond` times the greatest count as 0. As torch.linalg.lstsq.
 */
export function lstsq(
  A: Tensor,
  B: Tensor,
  rcond?: number | null,
  { driver = null }: LstsqOptions = {},
): LstsqResult {
  const [m, n] = matrixSizes('lstsq', A);
  if (![null, 'gels', 'gelsy', 'gelsd', 'gelss'].includes(driver))
    throw new ArgumentError(
      `lstsq: driver is '${String(driver)}', expected gels, gelsy, gelsd, gelss or null`,
    );
  const isVector = B.ndim === A.ndim - 1;
  const right = isVector ? unsqueeze(B, -1) : B;
  if (right.ndim < 2 || right.shape[right.ndim - 2] !== m) {
    throw new ShapeError(
      `lstsq: A has shape ${formatShape(A.shape)} and B ${formatShape(B.shape)}; expected B of ${m} rows`,
    );
  }
  const [a, b] = ofOneBatch('lstsq', A, right);
  const options = { rtol: rcond ?? null };
  const X = matmul(pinv(a, options), b);
  const none = zeros(a, [0]);
  const rest = raw.sub(matmul(a, X), b);
  const residuals = m > n ? detached(reduceAxes('sum', raw.mul(rest, rest), [rest.ndim - 2])) : none;
  return {
    solution: isVector ? squeeze(X, -1) : X,
    residuals: isVector && m > n ? squeeze(residuals, -1) : residuals,
    rank: driver === 'gels' ? castTo(none, 'int64') : matrixRank(a, options),
    singularValues: driver === 'gelsd' || driver === 'gelss' ? svdvals(detached(a)) : none,
  };
}

function detached(x: Tensor): Tensor {
  return apply('detach', [x], undefined);
}

/** The condition of matrices, for square ones the norm times that of the inverse; the 2-norm unless given. As torch.linalg.cond. */
export function cond(A: Tensor, p: MatrixOrder | null = null): Tensor {
  const [rows, columns] = matrixSizes('cond', A);
  return composed(A, () => {
    if (p === null || p === 2 || p === -2) {
      const S = svdvals(A);
      const last = Math.min(rows, columns) - 1;
      if (last < 0)
        throw new ShapeError(`cond: a matrix of shape ${formatShape(A.shape)} has no singular values`);
      const [most, least] = [select(S, -1, 0), select(S, -1, last)];
      return p === -2 ? raw.div(least, most) : raw.div(most, least);
    }
    return raw.mul(matrixNorm(A, p), matrixNorm(inv(A), p));
  });
}
