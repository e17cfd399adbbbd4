/** Choices among a fixed number of classes, along the last axis of `probs` or `logits`. */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { noGrad } from '../core/grad-mode.ts';
import type { Tensor } from '../core/tensor.ts';
import { arange } from '../creation/range.ts';
import { eye } from '../creation/constant.ts';
import { gather } from '../ops/gather.ts';
import { where } from '../ops/where.ts';
import { Binomial, logFactorial } from './discrete.ts';
import { Distribution } from './distribution.ts';
import { positiveUniform, requireOneOfTwo } from './parameters.ts';

/** One of the two, `[..., classes]`. */
export interface ClassProbabilities {
  /** Need not sum to 1. */
  readonly probs?: Tensor;
  /** Logarithms, of which a number may be added to all. */
  readonly logits?: Tensor;
}

/** The number of the class that is drawn, int64. As torch.distributions.Categorical. */
export class Categorical extends Distribution {
  /** Logarithms of the probabilities. */
  readonly logits: Tensor;

  constructor({ probs, logits }: ClassProbabilities) {
    requireOneOfTwo('Categorical', probs, logits);
    const given = probs ?? logits;
    if (!given || given.ndim < 1)
      throw new ArgumentError(
        'Categorical: probabilities need an axis of classes; a number alone is for Bernoulli',
      );
    super(given.shape.slice(0, -1));
    this.logits = probs
      ? probs.div(probs.sum(-1, { keepdim: true })).log()
      : given.sub(given.logsumexp(-1, { keepdim: true }));
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Categorical {
    return new Categorical({ logits: f(this.logits) });
  }

  get probs(): Tensor {
    return this.logits.exp();
  }

  /** How many classes there are. */
  get numEvents(): number {
    return this.logits.shape[this.logits.ndim - 1];
  }

  override get mean(): Tensor {
    return this.logits.sum(-1).mul(NaN);
  }

  override get variance(): Tensor {
    return this.mean;
  }

  override get mode(): Tensor {
    return this.logits.argmax(-1);
  }

  /** The greatest of the logits with Gumbel noise (Gumbel, 1954). */
  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => noisyLogits(this.logits, [...sampleShape, ...this.logits.shape]).argmax(-1));
  }

  logProb(value: Tensor): Tensor {
    const index = value.to('int64').unsqueeze(-1);
    const shape = [...value.shape, this.numEvents];
    const rank = Math.max(shape.length, this.logits.ndim);
    const batch = Array.from({ length: rank - 1 }, (_, i) => {
      const sizes = [shape, this.logits.shape].map((s) => s[i - rank + s.length] ?? 1);
      return Math.max(...sizes);
    });
    return gather(this.logits.expand([...batch, this.numEvents]), -1, index.expand([...batch, 1])).squeeze(
      -1,
    );
  }

  override entropy(): Tensor {
    return this.probs.xlogy(this.probs).sum(-1).neg();
  }

  override enumerateSupport(): Tensor {
    const count = this.numEvents;
    const values = arange(0, count, 1, { dtype: 'int64', device: this.logits.device });
    return values.reshape([count, ...this.batchShape.map(() => 1)]).expand([count, ...this.batchShape]);
  }
}

/** `log p` with Gumbel noise: the greatest along the last axis is a draw. */
export function noisyLogits(logits: Tensor, shape: Shape): Tensor {
  return logits.sub(
    positiveUniform(logits, shape)
      .mul(1 - 2 ** -24)
      .log()
      .neg()
      .log(),
  );
}

/** As `Categorical`, a draw being 1 at its class and 0 elsewhere. As torch.distributions.OneHotCategorical. */
export class OneHotCategorical extends Distribution {
  readonly #choice: Categorical;

  constructor(options: ClassProbabilities) {
    const choice = new Categorical(options);
    super(choice.batchShape, [choice.numEvents]);
    this.#choice = choice;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): OneHotCategorical {
    return new OneHotCategorical({ logits: f(this.logits) });
  }

  get logits(): Tensor {
    return this.#choice.logits;
  }

  get probs(): Tensor {
    return this.#choice.probs;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1));
  }

  override get mode(): Tensor {
    return this.#oneHot(this.#choice.mode);
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => this.#oneHot(this.#choice.sample(sampleShape)));
  }

  logProb(value: Tensor): Tensor {
    return this.#choice.logProb(value.argmax(-1));
  }

  override entropy(): Tensor {
    return this.#choice.entropy();
  }

  override enumerateSupport(): Tensor {
    const [count] = this.eventShape;
    const { dtype, device } = this.logits;
    const rows = eye(count, count, { dtype, device }).reshape([
      count,
      ...this.batchShape.map(() => 1),
      count,
    ]);
    return rows.expand([count, ...this.batchShape, count]);
  }

  #oneHot(classes: Tensor): Tensor {
    const numbers = arange(0, this.eventShape[0], 1, { dtype: 'int64', device: classes.device });
    return classes.unsqueeze(-1).eq(numbers).to(this.logits.dtype);
  }
}

/** As `OneHotCategorical`, with the gradient of the probabilities in draws (Bengio et al. 2013). */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  protected override rebuilt(f: (parameter: Tensor) => Tensor): OneHotCategoricalStraightThrough {
    return new OneHotCategoricalStraightThrough({ logits: f(this.logits) });
  }

  override get hasRsample(): boolean {
    return true;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    const { probs } = this;
    return this.sample(sampleShape).add(probs.sub(probs.detach()));
  }
}

/** How often each class is drawn in `totalCount` draws. As torch.distributions.Multinomial. */
export class Multinomial extends Distribution {
  readonly totalCount: number;
  readonly #choice: OneHotCategorical;

  constructor(totalCount = 1, probabilities: ClassProbabilities = {}) {
    const choice = new OneHotCategorical(probabilities);
    super(choice.batchShape, choice.eventShape);
    this.totalCount = totalCount;
    this.#choice = choice;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Multinomial {
    return new Multinomial(this.totalCount, { logits: f(this.logits) });
  }

  get logits(): Tensor {
    return this.#choice.logits;
  }

  get probs(): Tensor {
    return this.#choice.probs;
  }

  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }

  override get variance(): Tensor {
    return this.#choice.variance.mul(this.totalCount);
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => this.#choice.sample([this.totalCount, ...sampleShape]).sum(0));
  }

  logProb(value: Tensor): Tensor {
    const ways = value.sum(-1).add(1).lgamma().sub(value.add(1).lgamma().sum(-1));
    const impossible = this.logits.eq(-Infinity).logicalAnd(value.eq(0));
    return ways.add(value.mul(where(impossible, 0, this.logits)).sum(-1));
  }

  /** From the entropy of one draw and, for each class, the mean of log(count!), whose count is binomial. */
  override entropy(): Tensor {
    const n = this.totalCount;
    const counts = new Binomial(n, { probs: this.probs });
    const support = counts.enumerateSupport();
    const orders = counts.logProb(support).exp().mul(support.add(1).lgamma()).sum([0, -1]);
    return this.#choice.entropy().mul(n).sub(logFactorial(n)).add(orders);
  }
}
