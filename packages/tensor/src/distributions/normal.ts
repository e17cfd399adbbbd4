/** The normal distribution and what follows from it. */

import type { Shape } from '@tenfold/ir';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, requirePositive, standardNormal } from './parameters.ts';
import { TransformedDistribution } from './transformed.ts';
import { AbsTransform, ExpTransform, StickBreakingTransform } from './transforms.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Mean `loc`, standard deviation `scale`. As torch.distributions.Normal. */
export class Normal extends Distribution {
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(loc: Operand, scale: Operand) {
    requirePositive('Normal', { scale });
    const [mean, deviation] = broadcastAll('Normal', [loc, scale]);
    super(mean.shape);
    this.loc = mean;
    this.scale = deviation;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Normal {
    return new Normal(f(this.loc), f(this.scale));
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

  override get stddev(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    return this.scale.square();
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return standardNormal(this.loc, this.extended(sampleShape)).mul(this.scale).add(this.loc);
  }

  logProb(value: Tensor): Tensor {
    const distance = value.sub(this.loc).div(this.scale);
    return distance.square().mul(-0.5).sub(this.scale.log()).sub(HALF_LOG_TWO_PI);
  }

  override cdf(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale.mul(Math.SQRT2)).erf().add(1).mul(0.5);
  }

  override icdf(value: Tensor): Tensor {
    return value.mul(2).sub(1).erfinv().mul(this.scale.mul(Math.SQRT2)).add(this.loc);
  }

  override entropy(): Tensor {
    return this.scale.log().add(0.5 + HALF_LOG_TWO_PI);
  }
}

/** The exponential of a normal number of mean `loc` and deviation `scale`. As torch.distributions.LogNormal. */
export class LogNormal extends TransformedDistribution<Normal> {
  constructor(loc: Operand, scale: Operand) {
    super(new Normal(loc, scale), [new ExpTransform()]);
  }

  get loc(): Tensor {
    return this.base.loc;
  }

  get scale(): Tensor {
    return this.base.scale;
  }

  override expand(batchShape: Shape): LogNormal {
    return new LogNormal(this.loc.expand(batchShape), this.scale.expand(batchShape));
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.square().mul(0.5)).exp();
  }

  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }

  override get variance(): Tensor {
    const squared = this.scale.square();
    return squared.expm1().mul(this.loc.mul(2).add(squared).exp());
  }

  override entropy(): Tensor {
    return this.base.entropy().add(this.loc);
  }
}

/** The magnitude of a normal number of mean 0 and deviation `scale`. As torch.distributions.HalfNormal. */
export class HalfNormal extends TransformedDistribution<Normal> {
  constructor(scale: Operand) {
    super(new Normal(0, scale), [new AbsTransform()]);
  }

  get scale(): Tensor {
    return this.base.scale;
  }

  override expand(batchShape: Shape): HalfNormal {
    return new HalfNormal(this.scale.expand(batchShape));
  }

  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI));
  }

  override get mode(): Tensor {
    return this.scale.mul(0);
  }

  override get variance(): Tensor {
    return this.scale.square().mul(1 - 2 / Math.PI);
  }

  override logProb(value: Tensor): Tensor {
    return this.base.logProb(value).add(Math.LN2).maskedFill(value.lt(0), -Infinity);
  }

  override cdf(value: Tensor): Tensor {
    return this.base.cdf(value).mul(2).sub(1);
  }

  override icdf(value: Tensor): Tensor {
    return this.base.icdf(value.add(1).mul(0.5));
  }

  override entropy(): Tensor {
    return this.base.entropy().sub(Math.LN2);
  }
}

/**
 * Shares that sum to 1: normal numbers `[..., n]` made n + 1 of them by breaking a stick. As
 * torch.distributions.LogisticNormal.
 */
export class LogisticNormal extends TransformedDistribution<Normal> {
  constructor(loc: Operand, scale: Operand) {
    super(new Normal(loc, scale), [new StickBreakingTransform()]);
  }

  get loc(): Tensor {
    return this.base.loc;
  }

  get scale(): Tensor {
    return this.base.scale;
  }

  override expand(batchShape: Shape): LogisticNormal {
    const shape = [...batchShape, this.eventShape[0] - 1];
    return new LogisticNormal(this.loc.expand(shape), this.scale.expand(shape));
  }
}
