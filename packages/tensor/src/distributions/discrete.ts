/** Distributions of yes or no, and of counts. */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { noGrad } from '../core/grad-mode.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { poisson } from '../creation/poisson.ts';
import { arange } from '../creation/range.ts';
import { where } from '../ops/where.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, positiveUniform, requirePositive, softplus, uniform } from './parameters.ts';
import { WithProbability } from './probabilities.ts';
import type { ProbsOrLogits } from './probabilities.ts';
import { standardGamma } from './standard-gamma.ts';

/** 1 with probability p, else 0. As torch.distributions.Bernoulli. */
export class Bernoulli extends WithProbability {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): Bernoulli {
    return new Bernoulli(this.given(f));
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    const { probs } = this;
    return probs.gt(0.5).to(probs.dtype).maskedFill(probs.eq(0.5), NaN);
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1));
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => uniform(this.probs, this.extended(sampleShape)).lt(this.probs).to(this.probs.dtype));
  }

  logProb(value: Tensor): Tensor {
    const { logits } = this;
    return value.mul(logits).sub(softplus(logits));
  }

  override entropy(): Tensor {
    return softplus(this.logits).sub(this.probs.mul(this.logits));
  }

  override enumerateSupport(): Tensor {
    const { dtype, device } = this.probs;
    const values = arange(0, 2, 1, { dtype, device }).reshape([2, ...this.batchShape.map(() => 1)]);
    return values.expand([2, ...this.batchShape]);
  }
}

/** How many tries fail before one succeeds. As torch.distributions.Geometric. */
export class Geometric extends WithProbability {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): Geometric {
    return new Geometric(this.given(f));
  }

  override get mean(): Tensor {
    return this.probs.reciprocal().sub(1);
  }

  override get mode(): Tensor {
    return this.probs.mul(0);
  }

  override get variance(): Tensor {
    return this.probs.reciprocal().sub(1).div(this.probs);
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() =>
      positiveUniform(this.probs, this.extended(sampleShape)).log().div(this.logs.no).floor(),
    );
  }

  logProb(value: Tensor): Tensor {
    const { yes, no } = this.logs;
    const certain = no.eq(-Infinity).logicalAnd(value.eq(0));
    return value.mul(where(certain, 0, no)).add(yes);
  }

  override entropy(): Tensor {
    const { probs, logits } = this;
    return softplus(logits).sub(probs.mul(logits)).div(probs);
  }
}

/** How many of `totalCount` tries succeed. As torch.distributions.Binomial. */
export class Binomial extends WithProbability {
  readonly totalCount: number;

  constructor(totalCount = 1, options: ProbsOrLogits = {}) {
    if (!(Number.isInteger(totalCount) && totalCount >= 0))
      throw new ArgumentError(`Binomial: totalCount is ${totalCount}, expected a whole number from 0`);
    super(options);
    this.totalCount = totalCount;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Binomial {
    return new Binomial(this.totalCount, this.given(f));
  }

  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }

  override get mode(): Tensor {
    return this.probs
      .mul(this.totalCount + 1)
      .floor()
      .clamp(undefined, this.totalCount);
  }

  override get variance(): Tensor {
    return this.mean.mul(this.probs.neg().add(1));
  }

  /** Each try is a number drawn, so memory does not grow with them but time does. */
  override sample(sampleShape: Shape = []): Tensor {
    const shape = [...this.extended(sampleShape), this.totalCount];
    return noGrad(() => {
      const { probs } = this;
      return uniform(probs, shape).lt(probs.unsqueeze(-1)).to(probs.dtype).sum(-1);
    });
  }

  logProb(value: Tensor): Tensor {
    const { logits, totalCount: n } = this;
    const ways = value
      .add(1)
      .lgamma()
      .add(
        value
          .neg()
          .add(n + 1)
          .lgamma(),
      )
      .neg();
    const normaliser = logits.clamp(0).add(logits.abs().neg().exp().log1p()).mul(n);
    return value.mul(logits).add(ways).sub(normaliser).add(logFactorial(n));
  }

  override entropy(): Tensor {
    const values = this.enumerateSupport();
    const logs = this.logProb(values);
    return logs.exp().mul(logs).sum(0).neg();
  }

  override enumerateSupport(): Tensor {
    const { dtype, device } = this.probs;
    const count = this.totalCount + 1;
    const values = arange(0, count, 1, { dtype, device }).reshape([count, ...this.batchShape.map(() => 1)]);
    return values.expand([count, ...this.batchShape]);
  }
}

/** `log n!` of a whole number. */
export function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}

/** How many tries succeed before `totalCount` have failed. As torch.distributions.NegativeBinomial. */
export class NegativeBinomial extends WithProbability {
  readonly totalCount: Tensor;

  constructor(totalCount: Operand, options: ProbsOrLogits = {}) {
    requirePositive('NegativeBinomial', { totalCount });
    const given = options.probs ?? options.logits ?? 0;
    const [count, parameter] = broadcastAll('NegativeBinomial', [totalCount, given]);
    super(
      options.probs === undefined
        ? { ...options, logits: options.logits && parameter }
        : { ...options, probs: parameter },
    );
    this.totalCount = count;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): NegativeBinomial {
    return new NegativeBinomial(f(this.totalCount), this.given(f));
  }

  override get mean(): Tensor {
    return this.totalCount.mul(this.logits.exp());
  }

  override get mode(): Tensor {
    return this.totalCount.sub(1).mul(this.logits.exp()).floor().clamp(0);
  }

  override get variance(): Tensor {
    return this.mean.mul(this.logits.exp().add(1));
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => {
      const rates = standardGamma(this.totalCount, this.extended(sampleShape)).mul(this.logits.exp());
      return poisson(rates);
    });
  }

  logProb(value: Tensor): Tensor {
    const { totalCount: count } = this;
    const { yes, no } = this.logs;
    const ways = count.add(value).lgamma().sub(value.add(1).lgamma()).sub(count.lgamma());
    return count
      .mul(no)
      .add(value.mul(yes))
      .add(ways.maskedFill(count.add(value).eq(0), 0));
  }
}

/** Counts of events that come at `rate`. As torch.distributions.Poisson. */
export class Poisson extends Distribution {
  readonly rate: Tensor;

  constructor(rate: Operand) {
    const [lambda] = broadcastAll('Poisson', [rate]);
    super(lambda.shape);
    this.rate = lambda;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Poisson {
    return new Poisson(f(this.rate));
  }

  override get mean(): Tensor {
    return this.rate;
  }

  override get mode(): Tensor {
    return this.rate.floor();
  }

  override get variance(): Tensor {
    return this.rate;
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => poisson(this.rate.expand(this.extended(sampleShape))));
  }

  logProb(value: Tensor): Tensor {
    return value.xlogy(this.rate).sub(this.rate).sub(value.add(1).lgamma());
  }
}
