/**
 * Normal numbers whose dependence has few directions: only a matrix of as many rows as directions is decomposed, by the
 * identity of Woodbury and the lemma on determinants.
 * https://en.wikipedia.org/wiki/Woodbury_matrix_identity
 */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { eye } from '../creation/constant.ts';
import { cholesky, solveTriangular } from '../linalg/index.ts';
import { diagEmbed } from '../ops/diagonal.ts';
import { logDiagonal, squaredLength } from './covariance.ts';
import { NormalVector } from './multivariate-normal.ts';
import { standardNormal } from './parameters.ts';

/**
 * Mean `loc` `[..., n]`, covariance W Wᵀ + D with W = `covFactor` `[..., n, rank]` and D the diagonal matrix of `covDiag`
 * `[..., n]`. As torch.distributions.LowRankMultivariateNormal. Densities need the decompositions of the CPU; draws do not.
 * @throws ShapeError where the three do not agree in n.
 */
export class LowRankMultivariateNormal extends NormalVector {
  readonly loc: Tensor;
  readonly covFactor: Tensor;
  readonly covDiag: Tensor;

  constructor(loc: Tensor, covFactor: Tensor, covDiag: Tensor) {
    const size = loc.shape[loc.ndim - 1];
    if (
      loc.ndim < 1 ||
      covFactor.ndim < 2 ||
      covFactor.shape.at(-2) !== size ||
      covDiag.shape.at(-1) !== size
    )
      throw new ShapeError(
        `LowRankMultivariateNormal: loc ${formatShape(loc.shape)}, covFactor ${formatShape(covFactor.shape)} and covDiag ` +
          `${formatShape(covDiag.shape)} do not fit; expected [..., n], [..., n, rank] and [..., n]`,
      );
    const batch = loc.add(covDiag.mul(0)).add(covFactor.sum(-1).mul(0)).shape.slice(0, -1);
    super(batch, [size]);
    this.loc = loc.expand([...batch, size]);
    this.covDiag = covDiag.expand([...batch, size]);
    this.covFactor = covFactor.expand([...batch, size, covFactor.shape[covFactor.ndim - 1]]);
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): LowRankMultivariateNormal {
    return new LowRankMultivariateNormal(f(this.loc), f(this.covFactor), f(this.covDiag));
  }

  override get variance(): Tensor {
    return this.covFactor.square().sum(-1).add(this.covDiag);
  }

  get covarianceMatrix(): Tensor {
    return this.covFactor.matmul(this.covFactor.mT).add(diagEmbed(this.covDiag));
  }

  get precisionMatrix(): Tensor {
    const inner = solveTriangular(this.#capacity, this.#weighted, { upper: false });
    return diagEmbed(this.covDiag.reciprocal()).sub(inner.mT.matmul(inner));
  }

  get scaleTril(): Tensor {
    return cholesky(this.covarianceMatrix);
  }

  /** D⁻¹ W, transposed: `[..., rank, n]`. */
  get #weighted(): Tensor {
    return this.covFactor.mT.div(this.covDiag.unsqueeze(-2));
  }

  /** The Cholesky factor of 1 + Wᵀ D⁻¹ W, `[..., rank, rank]`. */
  get #capacity(): Tensor {
    const { covFactor } = this;
    const { dtype, device } = covFactor;
    const rank = covFactor.shape[covFactor.ndim - 1];
    return cholesky(this.#weighted.matmul(covFactor).add(eye(rank, rank, { dtype, device })));
  }

  get logVolume(): Tensor {
    return logDiagonal(this.#capacity).add(this.covDiag.log().sum(-1).mul(0.5));
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const shape = this.extended(sampleShape);
    const rank = this.covFactor.shape[this.covFactor.ndim - 1];
    const shared = standardNormal(this.loc, [...shape.slice(0, -1), rank, 1]);
    const own = standardNormal(this.loc, shape).mul(this.covDiag.sqrt());
    return this.covFactor.matmul(shared).squeeze(-1).add(own).add(this.loc);
  }

  protected distance(x: Tensor): Tensor {
    const across = this.#weighted.matmul(x.unsqueeze(-1)).squeeze(-1);
    return x.square().div(this.covDiag).sum(-1).sub(squaredLength(this.#capacity, across));
  }
}
