/** Transforms from free numbers to triangular factors of covariances and correlations. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { eye } from '../creation/constant.ts';
import { tensor } from '../creation/from-data.ts';
import { diagEmbed } from '../ops/diagonal.ts';
import { pad } from '../ops/pad.ts';
import { tril } from '../ops/triangle.ts';
import { softplus } from './parameters.ts';
import { Transform } from './transforms.ts';

/** The lower triangle of a matrix `[..., n, n]`, with the exponential of its diagonal. */
export class LowerCholeskyTransform extends Transform {
  override readonly domainDim = 2;
  override readonly codomainDim = 2;

  forward(x: Tensor): Tensor {
    return tril(x, -1).add(diagEmbed(x.diagonal(0, -2, -1).exp()));
  }

  inverse(y: Tensor): Tensor {
    return tril(y, -1).add(diagEmbed(y.diagonal(0, -2, -1).log()));
  }

  logAbsDetJacobian(): Tensor {
    throw new ArgumentError(
      'LowerCholeskyTransform: what is above the diagonal is dropped, so there is no Jacobian',
    );
  }
}

/**
 * From n(n - 1)/2 numbers to the Cholesky factor `[..., n, n]` of a correlation matrix: rows of length 1, in which each
 * element takes a share, by tanh, of the length that is left.
 * Lewandowski, Kurowicka & Joe, "Generating random correlation matrices based on vines and extended onion method" (2009).
 */
export class CorrCholeskyTransform extends Transform {
  override readonly domainDim = 1;
  override readonly codomainDim = 2;

  forward(x: Tensor): Tensor {
    const shares = lowerTriangleOf(x.tanh());
    const size = shares.shape[shares.ndim - 1];
    const left = shares.square().neg().add(1).sqrt().cumprod(-1);
    const { dtype, device } = x;
    return shares.add(eye(size, size, { dtype, device })).mul(shifted(left));
  }

  inverse(y: Tensor): Tensor {
    const left = shifted(y.square().cumsum(-1).neg().add(1));
    return rowOf(y, -1).div(rowOf(left, -1).sqrt()).atanh();
  }

  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const left = rowOf(y.square().cumsum(-1).neg().add(1), -2).log().sum(-1).mul(0.5);
    const slope = x.neg().add(Math.LN2).sub(softplus(x.mul(-2))).mul(2).sum(-1); // prettier-ignore
    return left.add(slope);
  }

  override forwardShape(shape: Shape): Shape {
    const size = sizeOf(shape);
    return [...shape.slice(0, -1), size, size];
  }

  override inverseShape(shape: Shape): Shape {
    const size = shape[shape.length - 1];
    return [...shape.slice(0, -2), (size * (size - 1)) / 2];
  }
}

/** The n for which n(n - 1)/2 elements lie below a diagonal. */
function sizeOf(shape: Shape): number {
  const size = (1 + Math.sqrt(1 + 8 * shape[shape.length - 1])) / 2;
  if (!Number.isInteger(size))
    throw new ShapeError(
      `CorrCholeskyTransform: ${formatShape(shape)} does not end in n(n - 1)/2 numbers for any n`,
    );
  return size;
}

/** Elements of the rows moved by one to the right, with 1 in the gap. */
function shifted(x: Tensor): Tensor {
  return pad(x.slice(-1, 0, -1), [1, 0], { value: 1 });
}

/** Numbers, row by row, as what lies below the diagonal. */
function lowerTriangleOf(x: Tensor): Tensor {
  const size = sizeOf(x.shape);
  // Row i begins after 0 + 1 + … + (i - 1) numbers; what is above the diagonal is cut off afterwards.
  const places = Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return j < i ? (i * (i - 1)) / 2 + j : 0;
  });
  const index = tensor(places, { dtype: 'int32', device: x.device });
  return tril(x.indexSelect(-1, index).reshape([...x.shape.slice(0, -1), size, size]), -1);
}

/** What lies on the diagonal `offset` and below it, row by row. */
function rowOf(x: Tensor, offset: number): Tensor {
  const size = x.shape[x.ndim - 1];
  const places = Array.from({ length: size * size }, (_, at) => at).filter(
    (at) => (at % size) - Math.floor(at / size) <= offset,
  );
  const index = tensor(places, { dtype: 'int32', device: x.device });
  return x.flatten(-2).indexSelect(-1, index);
}
