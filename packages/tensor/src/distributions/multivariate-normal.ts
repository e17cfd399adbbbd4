/** Normal numbers that depend on each other. */

import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { solveTriangular } from '../linalg/index.ts';
import { Covariance, givenMatrix, squaredLength } from './covariance.ts';
import type { Spread } from './covariance.ts';
import { Distribution } from './distribution.ts';
import { standardNormal } from './parameters.ts';

/** What normal distributions of vectors `[..., n]` have in common, however their covariance is given. */
export abstract class NormalVector extends Distribution {
  abstract readonly loc: Tensor;
  /** The lower triangle L with L Lᵀ = covariance. */
  abstract get scaleTril(): Tensor;
  /** Half the logarithm of the covariance's determinant. */
  abstract get logVolume(): Tensor;

  /** xᵀ C⁻¹ x for the covariance C and x of shape `[..., n]`. */
  protected abstract distance(x: Tensor): Tensor;

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  logProb(value: Tensor): Tensor {
    return this.distance(value.sub(this.loc))
      .add(this.eventShape[0] * Math.log(2 * Math.PI))
      .mul(-0.5)
      .sub(this.logVolume);
  }

  override entropy(): Tensor {
    return this.logVolume.add(0.5 * this.eventShape[0] * (1 + Math.log(2 * Math.PI)));
  }
}

/**
 * Mean `loc` `[..., n]` and a covariance between the n numbers. As torch.distributions.MultivariateNormal. It needs
 * decompositions, which the CPU has.
 */
export class MultivariateNormal extends NormalVector {
  readonly loc: Tensor;
  readonly #covariance: Covariance;

  /** @throws ArgumentError unless exactly one matrix is given. */
  constructor(loc: Tensor, options: Spread) {
    const [name, matrix] = givenMatrix('MultivariateNormal', options);
    const size = loc.shape[loc.ndim - 1];
    const batch = loc.add(matrix.sum(-1).mul(0)).shape.slice(0, -1);
    super(batch, [size]);
    this.loc = loc.expand([...batch, size]);
    this.#covariance = new Covariance(name, matrix.expand([...batch, size, size]));
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): MultivariateNormal {
    return new MultivariateNormal(f(this.loc), this.#covariance.mapped(f));
  }

  get scaleTril(): Tensor {
    return this.#covariance.scaleTril;
  }

  get covarianceMatrix(): Tensor {
    return this.#covariance.covarianceMatrix;
  }

  get precisionMatrix(): Tensor {
    return this.#covariance.precisionMatrix;
  }

  get logVolume(): Tensor {
    return this.#covariance.logVolume;
  }

  override get variance(): Tensor {
    return this.scaleTril.square().sum(-1);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const noise = standardNormal(this.loc, this.extended(sampleShape)).unsqueeze(-1);
    return this.scaleTril.matmul(noise).squeeze(-1).add(this.loc);
  }

  protected distance(x: Tensor): Tensor {
    return squaredLength(this.scaleTril, x);
  }
}

/** The divergence of two of them. */
export function multivariateKl(p: NormalVector, q: NormalVector): Tensor {
  const size = p.eventShape[0];
  const spread = solveTriangular(q.scaleTril, p.scaleTril, { upper: false }).square().sum([-2, -1]);
  const distance = squaredLength(q.scaleTril, q.loc.sub(p.loc));
  return spread.add(distance).sub(size).mul(0.5).add(q.logVolume).sub(p.logVolume);
}
