/** Distributions that are a fixed one moved by `loc` and stretched by `scale`. */

import type { Shape } from '@tenfold/ir';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, positiveUniform, requirePositive, uniform } from './parameters.ts';

const EULER = 0.577215664901532860606512090082402431;

/** A fixed distribution, moved and stretched: draws and quantiles follow from those of the fixed one. */
abstract class LocationScale extends Distribution {
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(loc: Operand, scale: Operand) {
    requirePositive(new.target.name, { scale });
    const [place, stretch] = broadcastAll(new.target.name, [loc, scale]);
    super(place.shape);
    this.loc = place;
    this.scale = stretch;
  }

  /** A quantile of the fixed distribution. */
  protected abstract standardIcdf(probability: Tensor): Tensor;

  /** Where `value` would be for the fixed distribution. */
  protected standardized(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    // Neither 0 nor 1, whose quantiles may be infinite.
    const open = positiveUniform(this.loc, this.extended(sampleShape)).mul(1 - 2 ** -23);
    return this.icdf(open);
  }

  override icdf(value: Tensor): Tensor {
    return this.standardIcdf(value).mul(this.scale).add(this.loc);
  }
}

/** Density exp(-|x|) / 2. As torch.distributions.Laplace. */
export class Laplace extends LocationScale {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): Laplace {
    return new Laplace(f(this.loc), f(this.scale));
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return this.scale.square().mul(2);
  }

  logProb(value: Tensor): Tensor {
    return this.standardized(value).abs().neg().sub(this.scale.mul(2).log());
  }

  override cdf(value: Tensor): Tensor {
    const x = this.standardized(value);
    return x.sign().mul(x.abs().neg().expm1()).mul(-0.5).add(0.5);
  }

  protected standardIcdf(probability: Tensor): Tensor {
    const centred = probability.sub(0.5);
    return centred.sign().mul(centred.abs().mul(-2).log1p()).neg();
  }

  override entropy(): Tensor {
    return this.scale.mul(2).log().add(1);
  }
}

/** Density 1 / π(1 + x²): neither mean nor variance exist. As torch.distributions.Cauchy. */
export class Cauchy extends LocationScale {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): Cauchy {
    return new Cauchy(f(this.loc), f(this.scale));
  }

  override get mean(): Tensor {
    return this.loc.mul(NaN);
  }

  override get variance(): Tensor {
    return this.loc.mul(0).add(Infinity);
  }

  logProb(value: Tensor): Tensor {
    return this.standardized(value).square().log1p().neg().sub(this.scale.log()).sub(Math.log(Math.PI));
  }

  override cdf(value: Tensor): Tensor {
    return this.standardized(value).atan().div(Math.PI).add(0.5);
  }

  protected standardIcdf(probability: Tensor): Tensor {
    return probability.sub(0.5).mul(Math.PI).tan();
  }

  override entropy(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI));
  }
}

/** The magnitude of a Cauchy number around 0. As torch.distributions.HalfCauchy. */
export class HalfCauchy extends Distribution {
  readonly scale: Tensor;
  readonly #whole: Cauchy;

  constructor(scale: Operand) {
    const whole = new Cauchy(0, scale);
    super(whole.batchShape);
    this.#whole = whole;
    this.scale = whole.scale;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): HalfCauchy {
    return new HalfCauchy(f(this.scale));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.scale.mul(0).add(Infinity);
  }

  override get variance(): Tensor {
    return this.#whole.variance;
  }

  override get mode(): Tensor {
    return this.scale.mul(0);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return this.#whole.rsample(sampleShape).abs();
  }

  logProb(value: Tensor): Tensor {
    return this.#whole.logProb(value).add(Math.LN2).maskedFill(value.lt(0), -Infinity);
  }

  override cdf(value: Tensor): Tensor {
    return this.#whole.cdf(value).mul(2).sub(1);
  }

  override icdf(value: Tensor): Tensor {
    return this.#whole.icdf(value.add(1).mul(0.5));
  }

  override entropy(): Tensor {
    return this.#whole.entropy().sub(Math.LN2);
  }
}

/** The greatest of many: cumulative exp(-exp(-x)). As torch.distributions.Gumbel. */
export class Gumbel extends LocationScale {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): Gumbel {
    return new Gumbel(f(this.loc), f(this.scale));
  }

  override get mean(): Tensor {
    return this.scale.mul(EULER).add(this.loc);
  }

  override get variance(): Tensor {
    return this.scale.square().mul(Math.PI ** 2 / 6);
  }

  logProb(value: Tensor): Tensor {
    const y = this.standardized(value).neg();
    return y.sub(y.exp()).sub(this.scale.log());
  }

  override cdf(value: Tensor): Tensor {
    return this.standardized(value).neg().exp().neg().exp();
  }

  protected standardIcdf(probability: Tensor): Tensor {
    return probability.log().neg().log().neg();
  }

  override entropy(): Tensor {
    return this.scale.log().add(1 + EULER);
  }
}

/** Equal density from `low` to `high`. As torch.distributions.Uniform. */
export class Uniform extends Distribution {
  readonly low: Tensor;
  readonly high: Tensor;

  constructor(low: Operand, high: Operand) {
    const [from, to] = broadcastAll('Uniform', [low, high]);
    if (typeof low === 'number' && typeof high === 'number')
      requirePositive('Uniform', { 'high - low': high - low });
    super(from.shape);
    this.low = from;
    this.high = to;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Uniform {
    return new Uniform(f(this.low), f(this.high));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    return this.low.add(this.high).mul(0.5);
  }

  override get mode(): Tensor {
    return this.low.mul(NaN);
  }

  override get variance(): Tensor {
    return this.high.sub(this.low).square().div(12);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return uniform(this.low, this.extended(sampleShape)).mul(this.high.sub(this.low)).add(this.low);
  }

  logProb(value: Tensor): Tensor {
    const within = value.ge(this.low).logicalAnd(value.lt(this.high));
    return within.to(this.low.dtype).log().sub(this.high.sub(this.low).log());
  }

  override cdf(value: Tensor): Tensor {
    return value.sub(this.low).div(this.high.sub(this.low)).clamp(0, 1);
  }

  override icdf(value: Tensor): Tensor {
    return value.mul(this.high.sub(this.low)).add(this.low);
  }

  override entropy(): Tensor {
    return this.high.sub(this.low).log();
  }
}
