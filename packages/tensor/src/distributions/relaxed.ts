/**
 * Differentiable stand-ins for discrete choices, at a temperature: Maddison, Mnih & Teh, "The concrete distribution"
 * (2017); and the continuous Bernoulli of Loaiza-Ganem & Cunningham (2019).
 */

import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { where } from '../ops/where.ts';
import { Categorical, noisyLogits } from './categorical.ts';
import type { ClassProbabilities } from './categorical.ts';
import { logFactorial } from './discrete.ts';
import { Distribution } from './distribution.ts';
import { logitsOf, positiveUniform, softplus, uniform } from './parameters.ts';
import { WithProbability } from './probabilities.ts';
import type { ProbsOrLogits } from './probabilities.ts';

/** A number between 0 and 1, near one of them at low temperature. As torch.distributions.RelaxedBernoulli. */
export class RelaxedBernoulli extends WithProbability {
  readonly temperature: number;

  constructor(temperature: number, options: ProbsOrLogits = {}) {
    super(options);
    this.temperature = temperature;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): RelaxedBernoulli {
    return new RelaxedBernoulli(this.temperature, this.given(f));
  }

  override get hasRsample(): boolean {
    return true;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const noise = positiveUniform(this.logits, this.extended(sampleShape)).mul(1 - 2 ** -23);
    return logitsOf(noise).add(this.logits).div(this.temperature).sigmoid();
  }

  logProb(value: Tensor): Tensor {
    const at = logitsOf(value);
    const distance = this.logits.sub(at.mul(this.temperature));
    const density = distance.add(Math.log(this.temperature)).sub(softplus(distance).mul(2));
    return density.add(softplus(at)).add(softplus(at.neg()));
  }
}

/** Shares that sum to 1, near a corner at low temperature. As torch.distributions.RelaxedOneHotCategorical. */
export class RelaxedOneHotCategorical extends Distribution {
  readonly temperature: number;
  readonly #choice: Categorical;

  constructor(temperature: number, probabilities: ClassProbabilities = {}) {
    const choice = new Categorical(probabilities);
    super(choice.batchShape, [choice.numEvents]);
    this.temperature = temperature;
    this.#choice = choice;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): RelaxedOneHotCategorical {
    return new RelaxedOneHotCategorical(this.temperature, { logits: f(this.logits) });
  }

  get logits(): Tensor {
    return this.#choice.logits;
  }

  get probs(): Tensor {
    return this.#choice.probs;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return noisyLogits(this.logits, this.extended(sampleShape)).div(this.temperature).softmax(-1);
  }

  logProb(value: Tensor): Tensor {
    const [count] = this.eventShape;
    const { temperature } = this;
    const logs = value.log();
    const score = this.logits.sub(logs.mul(temperature));
    const normalised = score.sub(score.logsumexp(-1, { keepdim: true })).sum(-1);
    return normalised.add(logFactorial(count - 1) + (count - 1) * Math.log(temperature)).sub(logs.sum(-1));
  }
}

/** Density C(λ) λ^x (1 - λ)^(1 - x) on [0, 1]. As torch.distributions.ContinuousBernoulli. */
export class ContinuousBernoulli extends WithProbability {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): ContinuousBernoulli {
    return new ContinuousBernoulli(this.given(f));
  }

  override get hasRsample(): boolean {
    return true;
  }

  /** Where λ is so near 1/2 that the closed forms divide 0 by 0, a series takes their place. */
  #apartFromHalf(of: (probs: Tensor) => Tensor, near: (distance: Tensor) => Tensor): Tensor {
    const { probs } = this;
    const isNear = probs.gt(0.499).logicalAnd(probs.lt(0.501));
    return where(isNear, near(probs.sub(0.5)), of(where(isNear, 0.499, probs)));
  }

  get #logNormaliser(): Tensor {
    return this.#apartFromHalf(
      (p) => {
        const gap = p.mul(-2).add(1);
        return p.neg().log1p().sub(p.log()).abs().log().sub(gap.abs().log());
      },
      (d) => {
        const squared = d.square();
        return squared
          .mul(104 / 45)
          .mul(squared)
          .add(squared.mul(4 / 3))
          .add(Math.LN2);
      },
    );
  }

  override get mean(): Tensor {
    return this.#apartFromHalf(
      (p) => p.div(p.mul(2).sub(1)).add(p.neg().log1p().sub(p.log()).reciprocal()),
      (d) =>
        d
          .square()
          .mul(16 / 45)
          .add(1 / 3)
          .mul(d)
          .add(0.5),
    );
  }

  override get variance(): Tensor {
    return this.#apartFromHalf(
      (p) => p.mul(p.sub(1)).div(p.mul(-2).add(1).square()).add(p.log().sub(p.neg().log1p()).pow(-2)),
      (d) =>
        d
          .square()
          .mul(-1 / 15)
          .add(1 / 12),
    );
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return this.icdf(uniform(this.logits, this.extended(sampleShape)));
  }

  override icdf(value: Tensor): Tensor {
    return this.#apartFromHalf(
      (p) => {
        const rise = value.mul(p.mul(2).sub(1)).sub(p).log1p().sub(p.neg().log1p());
        return rise.div(p.log().sub(p.neg().log1p()));
      },
      (d) => value.add(d.mul(0)),
    );
  }

  override cdf(value: Tensor): Tensor {
    const inside = this.#apartFromHalf(
      (p) =>
        p
          .pow(value)
          .mul(p.neg().add(1).pow(value.neg().add(1)))
          .add(p)
          .sub(1)
          .div(p.mul(2).sub(1)),
      (d) => value.add(d.mul(0)),
    );
    return where(value.le(0), 0, where(value.ge(1), 1, inside));
  }

  logProb(value: Tensor): Tensor {
    return value.mul(this.logits).sub(softplus(this.logits)).add(this.#logNormaliser);
  }

  override entropy(): Tensor {
    const { yes, no } = this.logs;
    return this.mean.mul(no.sub(yes)).sub(this.#logNormaliser).sub(no);
  }
}
