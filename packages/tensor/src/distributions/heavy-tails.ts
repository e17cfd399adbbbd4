/** Distributions whose far values are likelier than an exponential says. */

import type { Shape } from '@tenfold/ir';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { where } from '../ops/where.ts';
import { Distribution } from './distribution.ts';
import { Gamma } from './gamma.ts';
import { broadcastAll, requirePositive, uniform } from './parameters.ts';
import { TransformedDistribution } from './transformed.ts';
import { PowerTransform } from './transforms.ts';

/** The reciprocal of a gamma number of shape `concentration` and `rate`. As torch.distributions.InverseGamma. */
export class InverseGamma extends TransformedDistribution<Gamma> {
  constructor(concentration: Operand, rate: Operand) {
    super(new Gamma(concentration, rate), [new PowerTransform(-1)]);
  }

  get concentration(): Tensor {
    return this.base.concentration;
  }

  get rate(): Tensor {
    return this.base.rate;
  }

  override expand(batchShape: Shape): InverseGamma {
    return new InverseGamma(this.concentration.expand(batchShape), this.rate.expand(batchShape));
  }

  override get mean(): Tensor {
    const { concentration: alpha } = this;
    return where(alpha.gt(1), this.rate.div(alpha.sub(1)), Infinity);
  }

  override get mode(): Tensor {
    return this.rate.div(this.concentration.add(1));
  }

  override get variance(): Tensor {
    const { concentration: alpha } = this;
    const finite = this.rate.square().div(alpha.sub(1).square().mul(alpha.sub(2)));
    return where(alpha.gt(2), finite, Infinity);
  }

  override entropy(): Tensor {
    const { concentration: alpha } = this;
    const rest = alpha.add(1).mul(alpha.digamma());
    return alpha.add(this.rate.log()).add(alpha.lgamma()).sub(rest);
  }
}

/** A `concentration` nearer to 0 counts as 0, where the closed forms divide 0 by 0. */
const NEARLY_EXPONENTIAL = 1e-6;

/**
 * Excesses over a high threshold `loc`: a power for a `concentration` ξ above 0, an exponential for 0, and bounded by
 * loc - scale / ξ below. As torch.distributions.GeneralizedPareto.
 * https://en.wikipedia.org/wiki/Generalized_Pareto_distribution
 */
export class GeneralizedPareto extends Distribution {
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly concentration: Tensor;

  constructor(loc: Operand, scale: Operand, concentration: Operand) {
    requirePositive('GeneralizedPareto', { scale });
    const [place, stretch, xi] = broadcastAll('GeneralizedPareto', [loc, scale, concentration]);
    super(place.shape);
    this.loc = place;
    this.scale = stretch;
    this.concentration = xi;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): GeneralizedPareto {
    return new GeneralizedPareto(f(this.loc), f(this.scale), f(this.concentration));
  }

  /** `power` of a ξ that is not 0, and what it tends to. */
  #byTail(power: (xi: Tensor) => Tensor, exponential: Tensor): Tensor {
    const { concentration: xi } = this;
    const isNear = xi.abs().lt(NEARLY_EXPONENTIAL);
    return where(isNear, exponential, power(where(isNear, 1, xi)));
  }

  /** The logarithm of the probability to lie above `value`; 0 below `loc`, -∞ above the bound. */
  #logSurvival(value: Tensor): Tensor {
    const z = value.sub(this.loc).div(this.scale).clamp(0);
    return this.#byTail((xi) => xi.mul(z).clamp(-1).log1p().neg().div(xi), z.neg());
  }

  override get hasRsample(): boolean {
    return true;
  }

  override get mean(): Tensor {
    const { concentration: xi } = this;
    return where(xi.lt(1), this.loc.add(this.scale.div(xi.neg().add(1))), Infinity);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    const rest = this.concentration.neg().add(1);
    const last = this.concentration.mul(-2).add(1);
    return where(this.concentration.lt(0.5), this.scale.square().div(rest.square().mul(last)), Infinity);
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return this.icdf(uniform(this.loc, this.extended(sampleShape)));
  }

  logProb(value: Tensor): Tensor {
    const density = this.#logSurvival(value).mul(this.concentration.add(1)).sub(this.scale.log());
    const last = this.loc.sub(this.scale.div(this.concentration));
    const isOutside = value.lt(this.loc).logicalOr(this.concentration.lt(0).logicalAnd(value.gt(last)));
    return density.maskedFill(isOutside, -Infinity);
  }

  override cdf(value: Tensor): Tensor {
    return this.#logSurvival(value).expm1().neg();
  }

  override icdf(value: Tensor): Tensor {
    const rest = value.neg().log1p();
    const z = this.#byTail((xi) => rest.mul(xi.neg()).expm1().div(xi), rest.neg());
    return z.mul(this.scale).add(this.loc);
  }

  override entropy(): Tensor {
    return this.scale.log().add(this.concentration).add(1);
  }
}
