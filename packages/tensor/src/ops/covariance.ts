/** How variables vary together, and how far tensors are apart. */

import { ArgumentError, DTypeError, ShapeError, formatShape, isFloat, normalizeAxis } from '@tenfold/ir';
import { castTo, expandTo, literal, together } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, mul, sub } from './arithmetic.ts';
import { clamp } from './clamp.ts';
import { matmul } from './matmul.ts';
import { norm } from './norm.ts';
import { asFloat } from './numeric.ts';
import { sum } from './reduce.ts';
import { transpose, unsqueeze } from './shape.ts';
import { diag } from './diagonal.ts';

export interface CovOptions {
  /** Taken from the number of observations that the products are divided by. Default 1. */
  readonly correction?: number;
  /** How often each observation was made: a vector of integers. */
  readonly fweights?: Tensor;
  /** How much each observation counts: a vector of floats. */
  readonly aweights?: Tensor;
}

/** The covariance matrix of variables, the rows of `self`, whose columns are observations; a number for one. As torch.cov. */
export function cov(self: Tensor, { correction = 1, fweights, aweights }: CovOptions = {}): Tensor {
  if (self.ndim > 2) throw new ShapeError(`cov: expected at most 2 axes, got ${formatShape(self.shape)}`);
  if (self.dtype === 'bool') throw new DTypeError('cov: bool tensors have no covariance; cast with float()');
  const x = asFloat(self.ndim < 2 ? self.reshape([1, self.numel]) : self);
  const count = x.shape[1];
  const weights = weightsOf(x, fweights, aweights);
  if (!weights) {
    const centred = sub(x, x.mean(1, { keepdim: true }));
    return squeezed(div(matmul(centred, transpose(centred, 0, 1)), Math.max(count - correction, 0)));
  }
  const total = sum(weights);
  const centred = sub(x, unsqueeze(div(sum(mul(x, weights), 1), total), 1));
  const lost = aweights
    ? div(mul(sum(mul(weights, castTo(aweights, x.dtype))), correction), total)
    : literal(total, correction);
  const divisor = clamp(sub(total, lost), 0);
  return squeezed(div(matmul(centred, transpose(mul(centred, weights), 0, 1)), divisor));
}

/** A matrix of one variable is a number. */
function squeezed(matrix: Tensor): Tensor {
  return matrix.numel === 1 ? matrix.reshape([]) : matrix;
}

function weightsOf(x: Tensor, fweights?: Tensor, aweights?: Tensor): Tensor | undefined {
  const given = Object.entries({ fweights, aweights }).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined,
  );
  const casts = given.map(([name, weights]) => {
    const isRightType = isFloat(weights.dtype) !== (name === 'fweights');
    if (weights.ndim < 2 && !isRightType) {
      const wanted = name === 'fweights' ? 'integers' : 'floats';
      throw new DTypeError(`cov: ${name} are ${weights.dtype}, expected ${wanted}`);
    }
    if (weights.ndim > 1 || weights.numel !== x.shape[1]) {
      throw new ShapeError(
        `cov: ${name} have shape ${formatShape(weights.shape)}, expected [${x.shape[1]}], one for each observation`,
      );
    }
    return castTo(weights, x.dtype);
  });
  return casts.length === 2 ? mul(casts[0], casts[1]) : casts[0];
}

/** The matrix of Pearson's correlation coefficients of variables, the rows of `self`. As torch.corrcoef. */
export function corrcoef(self: Tensor): Tensor {
  if (self.ndim > 2)
    throw new ShapeError(`corrcoef: expected at most 2 axes, got ${formatShape(self.shape)}`);
  const matrix = cov(self);
  if (matrix.ndim === 0) return div(matrix, matrix);
  const size = matrix.shape[0];
  const deviation = raw.sqrt(diag(matrix).reshape([size, 1]));
  const scaled = div(div(matrix, deviation), transpose(deviation, 0, 1));
  return clamp(scaled, -1, 1);
}

/** The `p`-norm of the difference. As torch.dist. */
export function dist(self: Tensor, other: Tensor, p = 2): Tensor {
  return norm(sub(self, other), p);
}

/** Scales the parts of `self` along axis `dim` whose `p`-norm is above `maxnorm` down to it. As torch.renorm. */
export function renorm(self: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  const axis = normalizeAxis('renorm', dim, self.ndim);
  if (self.ndim < 2) throw new ShapeError(`renorm: expected at least 2 axes, got ${formatShape(self.shape)}`);
  if (!(p > 0)) throw new ArgumentError(`renorm: p is ${p}, expected a number above 0`);
  if (!(maxnorm >= 0)) throw new ArgumentError(`renorm: maxnorm is ${maxnorm}, expected a number from 0`);
  const others = self.shape.map((_, a) => a).filter((a) => a !== axis);
  const [length, limit] = together('renorm', [norm(self, p, others, { keepdim: true }), maxnorm]);
  // PyTorch's small number too, so that results agree.
  const factor = raw.div(limit, raw.add(length, literal(length, 1e-7)));
  const scale = raw.where(raw.lt(limit, length), factor, literal(factor, 1));
  return raw.mul(self, expandTo(castTo(scale, self.dtype), self.shape));
}
