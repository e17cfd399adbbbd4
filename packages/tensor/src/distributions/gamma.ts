/** The gamma distribution and those that are made of gamma numbers. */

import type { Shape } from '@tenfold/ir';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { where } from '../ops/where.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, positiveUniform, requirePositive, standardNormal } from './parameters.ts';
import { standardGamma } from './standard-gamma.ts';

/** Shape `concentration`, `rate` = 1 / scale. As torch.distributions.Gamma. */
export class Gamma extends Distribution {
  readonly concentration: Tensor;
  readonly rate: Tensor;

  constructor(concentration: Operand, rate: Operand) {
    requirePositive('Gamma', { concentration, rate });
    const [alpha, beta] = broadcastAll('Gamma', [concentration, rate]);
    super(alpha.shape);
    this.concentration = alpha;
    this.rate = beta;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Gamma {
    return new Gamma(f(this.concentration), f(this.rate));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.concentration.div(this.rate);
  }

  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clamp(0);
  }

  override get variance(): Tensor {
    return this.concentration.div(this.rate.square());
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return standardGamma(this.concentration, this.extended(sampleShape)).div(this.rate);
  }

  logProb(value: Tensor): Tensor {
    const { concentration: alpha, rate } = this;
    const power = alpha.sub(1).xlogy(value);
    return alpha.xlogy(rate).add(power).sub(rate.mul(value)).sub(alpha.lgamma());
  }

  override entropy(): Tensor {
    const { concentration: alpha, rate } = this;
    const rest = alpha.neg().add(1).mul(alpha.digamma());
    return alpha.sub(rate.log()).add(alpha.lgamma()).add(rest);
  }
}

/** `df` degrees of freedom: the sum of squares of so many normal numbers. As torch.distributions.Chi2. */
export class Chi2 extends Gamma {
  constructor(df: Operand) {
    requirePositive('Chi2', { df });
    const [degrees] = broadcastAll('Chi2', [df]);
    super(degrees.mul(0.5), 0.5);
  }

  get df(): Tensor {
    return this.concentration.mul(2);
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Chi2 {
    return new Chi2(f(this.df));
  }
}

/** Times between events that come at `rate`. As torch.distributions.Exponential. */
export class Exponential extends Distribution {
  readonly rate: Tensor;

  constructor(rate: Operand) {
    requirePositive('Exponential', { rate });
    const [lambda] = broadcastAll('Exponential', [rate]);
    super(lambda.shape);
    this.rate = lambda;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Exponential {
    return new Exponential(f(this.rate));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.rate.reciprocal();
  }

  override get mode(): Tensor {
    return this.rate.mul(0);
  }

  override get variance(): Tensor {
    return this.rate.pow(-2);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return positiveUniform(this.rate, this.extended(sampleShape)).log().neg().div(this.rate);
  }

  logProb(value: Tensor): Tensor {
    return this.rate.log().sub(this.rate.mul(value));
  }

  override cdf(value: Tensor): Tensor {
    return this.rate.mul(value).neg().expm1().neg();
  }

  override icdf(value: Tensor): Tensor {
    return value.neg().log1p().neg().div(this.rate);
  }

  override entropy(): Tensor {
    return this.rate.log().neg().add(1);
  }
}

/** Shares that sum to 1 along the last axis, `concentration` `[..., n]`. As torch.distributions.Dirichlet. */
export class Dirichlet extends Distribution {
  readonly concentration: Tensor;

  constructor(concentration: Tensor) {
    super(concentration.shape.slice(0, -1), concentration.shape.slice(-1));
    this.concentration = concentration;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Dirichlet {
    return new Dirichlet(f(this.concentration));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, { keepdim: true }));
  }

  override get mode(): Tensor {
    const excess = this.concentration.sub(1).clamp(0);
    const inside = excess.div(excess.sum(-1, { keepdim: true }));
    const flat = this.concentration.lt(1).all(-1, { keepdim: true });
    const corner = this.concentration.eq(this.concentration.amax(-1, { keepdim: true })).to(inside.dtype);
    return where(flat, corner, inside);
  }

  override get variance(): Tensor {
    const total = this.concentration.sum(-1, { keepdim: true });
    const rest = total.sub(this.concentration);
    return this.concentration.mul(rest).div(total.square().mul(total.add(1)));
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const parts = standardGamma(this.concentration, this.extended(sampleShape));
    return parts.div(parts.sum(-1, { keepdim: true }));
  }

  logProb(value: Tensor): Tensor {
    const { concentration: alpha } = this;
    const density = alpha.sub(1).xlogy(value).sum(-1);
    return density.add(alpha.sum(-1).lgamma()).sub(alpha.lgamma().sum(-1));
  }

  override entropy(): Tensor {
    const { concentration: alpha } = this;
    const total = alpha.sum(-1);
    const [size] = this.eventShape;
    const spread = total.neg().add(size).mul(total.digamma());
    return alpha
      .lgamma()
      .sum(-1)
      .sub(total.lgamma())
      .sub(spread)
      .sub(alpha.sub(1).mul(alpha.digamma()).sum(-1));
  }
}

/** A share between 0 and 1. As torch.distributions.Beta. */
export class Beta extends Distribution {
  readonly concentration1: Tensor;
  readonly concentration0: Tensor;

  constructor(concentration1: Operand, concentration0: Operand) {
    requirePositive('Beta', { concentration1, concentration0 });
    const [one, zero] = broadcastAll('Beta', [concentration1, concentration0]);
    super(one.shape);
    this.concentration1 = one;
    this.concentration0 = zero;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Beta {
    return new Beta(f(this.concentration1), f(this.concentration0));
  }

  override get hasRsample(): boolean {
    return true;
  }

  get #total(): Tensor {
    return this.concentration1.add(this.concentration0);
  }

  override get mean(): Tensor {
    return this.concentration1.div(this.#total);
  }

  override get mode(): Tensor {
    const [one, zero] = [this.concentration1, this.concentration0];
    const inside = one
      .sub(1)
      .clamp(0)
      .div(one.sub(1).clamp(0).add(zero.sub(1).clamp(0)));
    const corner = one.ge(zero).to(one.dtype);
    return where(one.lt(1).logicalAnd(zero.lt(1)), corner, inside);
  }

  override get variance(): Tensor {
    const total = this.#total;
    return this.concentration1.mul(this.concentration0).div(total.square().mul(total.add(1)));
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const shape = this.extended(sampleShape);
    const one = standardGamma(this.concentration1, shape);
    return one.div(one.add(standardGamma(this.concentration0, shape)));
  }

  logProb(value: Tensor): Tensor {
    const [one, zero] = [this.concentration1, this.concentration0];
    const density = one
      .sub(1)
      .xlogy(value)
      .add(zero.sub(1).xlogy(value.neg().add(1)));
    return density.add(this.#total.lgamma()).sub(one.lgamma()).sub(zero.lgamma());
  }

  override entropy(): Tensor {
    const [one, zero, total] = [this.concentration1, this.concentration0, this.#total];
    const normaliser = one.lgamma().add(zero.lgamma()).sub(total.lgamma());
    const own = one.sub(1).mul(one.digamma()).add(zero.sub(1).mul(zero.digamma()));
    return normaliser.sub(own).add(total.sub(2).mul(total.digamma()));
  }
}

/** A normal number divided by the root of a mean of `df` squares. As torch.distributions.StudentT. */
export class StudentT extends Distribution {
  readonly df: Tensor;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(df: Operand, loc: Operand = 0, scale: Operand = 1) {
    requirePositive('StudentT', { df, scale });
    const [degrees, place, stretch] = broadcastAll('StudentT', [df, loc, scale]);
    super(degrees.shape);
    this.df = degrees;
    this.loc = place;
    this.scale = stretch;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): StudentT {
    return new StudentT(f(this.df), f(this.loc), f(this.scale));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return where(this.df.gt(1), this.loc, NaN).to(this.loc.dtype);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    const { df } = this;
    const finite = this.scale.square().mul(df).div(df.sub(2));
    return where(df.gt(2), finite, where(df.gt(1), Infinity, NaN).to(df.dtype));
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const shape = this.extended(sampleShape);
    const squares = new Chi2(this.df).rsample(sampleShape);
    const y = standardNormal(this.loc, shape).mul(squares.div(this.df).rsqrt());
    return y.mul(this.scale).add(this.loc);
  }

  logProb(value: Tensor): Tensor {
    const { df, scale } = this;
    const y = value.sub(this.loc).div(scale);
    const normaliser = scale
      .log()
      .add(df.log().mul(0.5))
      .add(0.5 * Math.log(Math.PI))
      .add(df.mul(0.5).lgamma())
      .sub(df.add(1).mul(0.5).lgamma());
    return df.add(1).mul(-0.5).mul(y.square().div(df).log1p()).sub(normaliser);
  }

  override entropy(): Tensor {
    const { df, scale } = this;
    const half = df.mul(0.5);
    const more = half.add(0.5);
    const logBeta = half
      .lgamma()
      .add(0.5 * Math.log(Math.PI))
      .sub(more.lgamma());
    return scale
      .log()
      .add(more.mul(more.digamma().sub(half.digamma())))
      .add(df.log().mul(0.5))
      .add(logBeta);
  }
}

/** The ratio of two mean squares. As torch.distributions.FisherSnedecor. */
export class FisherSnedecor extends Distribution {
  readonly df1: Tensor;
  readonly df2: Tensor;

  constructor(df1: Operand, df2: Operand) {
    requirePositive('FisherSnedecor', { df1, df2 });
    const [first, second] = broadcastAll('FisherSnedecor', [df1, df2]);
    super(first.shape);
    this.df1 = first;
    this.df2 = second;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): FisherSnedecor {
    return new FisherSnedecor(f(this.df1), f(this.df2));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    const { df2 } = this;
    return where(df2.gt(2), df2.div(df2.sub(2)), NaN).to(df2.dtype);
  }

  override get mode(): Tensor {
    const { df1, df2 } = this;
    const inside = df1
      .sub(2)
      .div(df1)
      .mul(df2.div(df2.add(2)));
    return inside.maskedFill(df1.le(2), NaN);
  }

  override get variance(): Tensor {
    const { df1, df2 } = this;
    const finite = df2
      .square()
      .mul(2)
      .mul(df1.add(df2).sub(2))
      .div(df1.mul(df2.sub(2).square()).mul(df2.sub(4)));
    return where(df2.gt(4), finite, NaN).to(df2.dtype);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const shape = this.extended(sampleShape);
    const mean = (df: Tensor) => standardGamma(df.mul(0.5), shape).div(df);
    return mean(this.df1).div(mean(this.df2));
  }

  logProb(value: Tensor): Tensor {
    const [one, two] = [this.df1.mul(0.5), this.df2.mul(0.5)];
    const total = one.add(two);
    const ratio = this.df1.div(this.df2);
    const normaliser = total.lgamma().sub(one.lgamma()).sub(two.lgamma()).add(one.mul(ratio.log()));
    return normaliser.add(one.sub(1).mul(value.log())).sub(total.mul(ratio.mul(value).log1p()));
  }
}
