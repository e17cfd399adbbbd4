/** Draws from one of several distributions of a family. */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { noGrad } from '../core/grad-mode.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Categorical } from './categorical.ts';
import { Distribution } from './distribution.ts';

/**
 * A component, drawn by `mixtureDistribution`, draws the number: components lie along the last axis of
 * `componentDistribution`'s batch. As torch.distributions.MixtureSameFamily.
 */
export class MixtureSameFamily<D extends Distribution = Distribution> extends Distribution {
  readonly mixtureDistribution: Categorical;
  readonly componentDistribution: D;

  constructor(mixtureDistribution: Categorical, componentDistribution: D) {
    const { batchShape, eventShape } = componentDistribution;
    const components = batchShape.at(-1);
    if (components !== mixtureDistribution.numEvents) {
      throw new ArgumentError(
        `MixtureSameFamily: ${mixtureDistribution.numEvents} weights for ${components ?? 'no axis of'} components; they must agree`,
      );
    }
    super(batchShape.slice(0, -1), eventShape);
    this.mixtureDistribution = mixtureDistribution;
    this.componentDistribution = componentDistribution;
  }

  override expand(batchShape: Shape): Distribution {
    const own = [...batchShape, this.mixtureDistribution.numEvents];
    return new MixtureSameFamily(
      this.mixtureDistribution.expand(batchShape) as Categorical,
      this.componentDistribution.expand(own),
    );
  }

  /** Something of the components, averaged by weight. */
  #averaged(of: Tensor): Tensor {
    return this.#weights(this.mixtureDistribution.probs)
      .mul(of)
      .sum(-1 - this.eventShape.length);
  }

  #weights(perComponent: Tensor): Tensor {
    return perComponent.reshape([...perComponent.shape, ...this.eventShape.map(() => 1)]);
  }

  override get mean(): Tensor {
    return this.#averaged(this.componentDistribution.mean);
  }

  /** The law of total variance. */
  override get variance(): Tensor {
    const { mean, variance } = this.componentDistribution;
    const own = this.mean.unsqueeze(-1 - this.eventShape.length);
    return this.#averaged(variance).add(this.#averaged(mean.sub(own).square()));
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => {
      const draws = this.componentDistribution.sample(sampleShape);
      const axis = draws.ndim - 1 - this.eventShape.length;
      const chosen = this.mixtureDistribution.expand(this.batchShape).sample(sampleShape);
      const numbers = this.mixtureDistribution
        .enumerateSupport()
        .reshape([-1])
        .slice(0, 0, draws.shape[axis]);
      const isChosen = this.#weights(chosen.unsqueeze(-1).eq(numbers.expand([draws.shape[axis]])));
      return draws.maskedFill(isChosen.logicalNot(), 0).sum(axis);
    });
  }

  logProb(value: Tensor): Tensor {
    const each = this.componentDistribution.logProb(value.unsqueeze(-1 - this.eventShape.length));
    return each.add(this.mixtureDistribution.logits).logsumexp(-1);
  }

  override cdf(value: Tensor): Tensor {
    const each = this.componentDistribution.cdf(value.unsqueeze(-1 - this.eventShape.length));
    return each.mul(this.mixtureDistribution.probs).sum(-1);
  }
}
