/** Distributions of covariance and correlation matrices. */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { noGrad } from '../core/grad-mode.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { arange } from '../creation/range.ts';
import { cholesky, solveTriangular } from '../linalg/index.ts';
import { diagEmbed } from '../ops/diagonal.ts';
import { mvlgamma } from '../ops/gamma.ts';
import { pad } from '../ops/pad.ts';
import { tril } from '../ops/triangle.ts';
import { Covariance, givenMatrix, logDiagonal } from './covariance.ts';
import type { Spread } from './covariance.ts';
import { Distribution } from './distribution.ts';
import { Beta, Chi2 } from './gamma.ts';
import { LEAST_NORMAL, broadcastAll, requirePositive, standardNormal } from './parameters.ts';

/**
 * Sums of `df` outer products of normal vectors whose covariance is given, `[..., n, n]`; `df` is above n - 1. As
 * torch.distributions.Wishart. Draws by Bartlett's decomposition; densities need the decompositions of the CPU.
 * https://en.wikipedia.org/wiki/Wishart_distribution
 */
export class Wishart extends Distribution {
  readonly df: Tensor;
  readonly #covariance: Covariance;

  /** @throws ArgumentError unless exactly one matrix is given, and for a number `df` that is too small. */
  constructor(df: Operand, options: Spread) {
    const [name, matrix] = givenMatrix('Wishart', options);
    const size = matrix.shape[matrix.ndim - 1];
    if (typeof df === 'number' && !(df > size - 1))
      throw new ArgumentError(
        `Wishart: df is ${df}, expected more than ${size - 1} for matrices of ${size} rows`,
      );
    const [degrees] = broadcastAll('Wishart', [df, matrix.select(-1, 0).select(-1, 0)]);
    super(degrees.shape, [size, size]);
    this.df = degrees;
    this.#covariance = new Covariance(name, matrix.expand(this.extended([])));
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Wishart {
    return new Wishart(f(this.df), this.#covariance.mapped(f));
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

  /** Half the logarithm of the covariance's determinant. */
  get logVolume(): Tensor {
    return this.#covariance.logVolume;
  }

  override get hasRsample(): boolean {
    return true;
  }

  get #size(): number {
    return this.eventShape[0];
  }

  override get mean(): Tensor {
    return this.covarianceMatrix.mul(overMatrices(this.df));
  }

  override get mode(): Tensor {
    const factor = this.df.sub(this.#size + 1);
    return this.covarianceMatrix.mul(overMatrices(factor.maskedFill(factor.le(0), NaN)));
  }

  override get variance(): Tensor {
    const covariance = this.covarianceMatrix;
    const own = covariance.diagonal(0, -2, -1);
    const outer = own.unsqueeze(-1).mul(own.unsqueeze(-2));
    return covariance.square().add(outer).mul(overMatrices(this.df));
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const below = tril(standardNormal(this.scaleTril, this.extended(sampleShape)), -1);
    const roots = new Chi2(this.#degreesByRow).rsample(sampleShape).sqrt();
    const factor = this.scaleTril.matmul(below.add(diagEmbed(roots)));
    return factor.matmul(factor.mT);
  }

  logProb(value: Tensor): Tensor {
    const factor = cholesky(value);
    const spread = solveTriangular(this.scaleTril.expand(factor.shape), factor, { upper: false });
    const volume = logDiagonal(factor).mul(this.df.sub(this.#size + 1));
    return volume.sub(spread.square().sum([-2, -1]).mul(0.5)).sub(this.#logNormaliser);
  }

  override entropy(): Tensor {
    const size = this.#size;
    const slope = this.logGammaSlope.mul(this.df.sub(size + 1).mul(0.5));
    const scale = this.logVolume.add(0.5 * size * Math.LN2).mul(size + 1);
    return scale
      .add(this.logGamma)
      .sub(slope)
      .add(this.df.mul(0.5 * size));
  }

  get #logNormaliser(): Tensor {
    return this.logVolume
      .add(0.5 * this.#size * Math.LN2)
      .mul(this.df)
      .add(this.logGamma);
  }

  /** The logarithm of the multivariate gamma function at df / 2. */
  get logGamma(): Tensor {
    return mvlgamma(this.df.mul(0.5), this.#size);
  }

  /** Its derivative by df / 2. */
  get logGammaSlope(): Tensor {
    return this.#degreesByRow.mul(0.5).digamma().sum(-1);
  }

  /** `df - i` for row i, `[..., n]`. */
  get #degreesByRow(): Tensor {
    const { dtype, device } = this.df;
    return this.df.unsqueeze(-1).sub(arange(this.#size, { dtype, device }));
  }
}

/** The divergence of two of them. */
export function wishartKl(p: Wishart, q: Wishart): Tensor {
  const [size] = p.eventShape;
  const ratio = solveTriangular(q.scaleTril, p.scaleTril, { upper: false }).square().sum([-2, -1]).sub(size);
  return ratio
    .mul(p.df)
    .mul(0.5)
    .sub(p.logVolume.sub(q.logVolume).mul(q.df))
    .add(q.logGamma)
    .sub(p.logGamma)
    .add(p.df.sub(q.df).mul(0.5).mul(p.logGammaSlope));
}

/**
 * Cholesky factors `[..., dim, dim]` of correlation matrices, the more alike the identity the greater `concentration` is; 1
 * makes all matrices equally likely. As torch.distributions.LKJCholesky.
 * Lewandowski, Kurowicka & Joe, "Generating random correlation matrices based on vines and extended onion method" (2009).
 */
export class LKJCholesky extends Distribution {
  readonly dim: number;
  readonly concentration: Tensor;

  constructor(dim: number, concentration: Operand = 1) {
    if (!(Number.isInteger(dim) && dim >= 2))
      throw new ArgumentError(`LKJCholesky: dim is ${dim}, expected a whole number of at least 2`);
    requirePositive('LKJCholesky', { concentration });
    const [eta] = broadcastAll('LKJCholesky', [concentration]);
    super(eta.shape, [dim, dim]);
    this.dim = dim;
    this.concentration = eta;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): LKJCholesky {
    return new LKJCholesky(this.dim, f(this.concentration));
  }

  /** The onion method: row i points anywhere in i dimensions, and how far is a beta number. */
  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => {
      const { dtype, device } = this.concentration;
      const rows = arange(this.dim - 1, { dtype, device });
      const rest = this.concentration
        .add(0.5 * (this.dim - 2))
        .unsqueeze(-1)
        .sub(rows.mul(0.5));
      const reach = pad(new Beta(rows.add(1).mul(0.5), rest).sample(sampleShape), [1, 0]).unsqueeze(-1);
      const directions = tril(standardNormal(reach, this.extended(sampleShape)), -1);
      const length = directions.square().sum(-1, { keepdim: true });
      const below = directions.mul(reach.div(length.clamp(LEAST_NORMAL)).sqrt());
      const left = below.square().sum(-1).neg().add(1).clamp(LEAST_NORMAL);
      return below.add(diagEmbed(left.sqrt()));
    });
  }

  logProb(value: Tensor): Tensor {
    const { dim, concentration: eta } = this;
    const { dtype, device } = eta;
    const after = arange(dim - 2, -1, -1, { dtype, device });
    const order = eta.sub(1).mul(2).unsqueeze(-1).add(after);
    const density = order.mul(value.diagonal(0, -2, -1).slice(-1, 1).log()).sum(-1);
    const alpha = eta.add(0.5 * (dim - 1));
    const volume = mvlgamma(alpha.sub(0.5), dim - 1).sub(alpha.lgamma().mul(dim - 1));
    return density.sub(volume).sub(0.5 * (dim - 1) * Math.log(Math.PI));
  }
}

/** Numbers of the batch beside its matrices. */
function overMatrices(x: Tensor): Tensor {
  return x.unsqueeze(-1).unsqueeze(-1);
}
