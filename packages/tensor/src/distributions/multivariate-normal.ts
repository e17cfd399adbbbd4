/** Normal numbers that depend on each other. */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { cholesky, inv, solveTriangular } from '../linalg/index.ts';
import { Distribution } from './distribution.ts';
import { standardNormal } from './parameters.ts';

/** One of the three, `[..., n, n]`. */
export interface Spread {
  readonly covarianceMatrix?: Tensor;
  /** The inverse of the covariance. */
  readonly precisionMatrix?: Tensor;
  /** A lower triangle L with positive diagonal: the covariance is L Lᵀ. */
  readonly scaleTril?: Tensor;
}

/**
 * Mean `loc` `[..., n]` and a covariance between the n numbers. As torch.distributions.MultivariateNormal. It needs
 * decompositions, which the CPU has.
 */
export class MultivariateNormal extends Distribution {
  readonly loc: Tensor;
  readonly scaleTril: Tensor;

  constructor(loc: Tensor, { covarianceMatrix, precisionMatrix, scaleTril }: Spread) {
    const given = [covarianceMatrix, precisionMatrix, scaleTril].filter((matrix) => matrix !== undefined);
    if (given.length !== 1)
      throw new ArgumentError(
        'MultivariateNormal: expected one of covarianceMatrix, precisionMatrix and scaleTril',
      );
    const size = loc.shape[loc.ndim - 1];
    const matrix = triangleOf({ covarianceMatrix, precisionMatrix, scaleTril });
    const batch = loc.add(matrix.sum(-1).mul(0)).shape.slice(0, -1);
    super(batch, [size]);
    this.loc = loc.expand([...batch, size]);
    this.scaleTril = matrix.expand([...batch, size, size]);
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): MultivariateNormal {
    return new MultivariateNormal(f(this.loc), { scaleTril: f(this.scaleTril) });
  }

  get covarianceMatrix(): Tensor {
    return this.scaleTril.matmul(this.scaleTril.mT);
  }

  get precisionMatrix(): Tensor {
    return inv(this.covarianceMatrix);
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return this.scaleTril.square().sum(-1);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const noise = standardNormal(this.loc, this.extended(sampleShape)).unsqueeze(-1);
    return this.scaleTril.matmul(noise).squeeze(-1).add(this.loc);
  }

  logProb(value: Tensor): Tensor {
    const distance = squaredLength(this.scaleTril, value.sub(this.loc));
    return distance
      .add(this.eventShape[0] * Math.log(2 * Math.PI))
      .mul(-0.5)
      .sub(this.logVolume);
  }

  /** Half the logarithm of the covariance's determinant. */
  get logVolume(): Tensor {
    return this.scaleTril.diagonal(0, -2, -1).log().sum(-1);
  }

  override entropy(): Tensor {
    return this.logVolume.add(0.5 * this.eventShape[0] * (1 + Math.log(2 * Math.PI)));
  }
}

function triangleOf({ covarianceMatrix, precisionMatrix, scaleTril }: Spread): Tensor {
  if (scaleTril) return scaleTril;
  if (covarianceMatrix) return cholesky(covarianceMatrix);
  if (precisionMatrix) return cholesky(inv(precisionMatrix));
  throw new ArgumentError('MultivariateNormal: there is no matrix');
}

/** |L⁻¹ x|² for `[..., n]`. */
function squaredLength(triangle: Tensor, x: Tensor): Tensor {
  const wide = triangle.expand([...x.shape, x.shape[x.ndim - 1]]);
  return solveTriangular(wide, x.unsqueeze(-1), { upper: false }).square().sum([-2, -1]);
}

/** The divergence of two of them. */
export function multivariateKl(p: MultivariateNormal, q: MultivariateNormal): Tensor {
  const size = p.eventShape[0];
  const spread = solveTriangular(q.scaleTril, p.scaleTril, { upper: false }).square().sum([-2, -1]);
  const distance = squaredLength(q.scaleTril, q.loc.sub(p.loc));
  return spread.add(distance).sub(size).mul(0.5).add(q.logVolume).sub(p.logVolume);
}
