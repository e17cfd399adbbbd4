/** Distributions made of others: seen through a transform, as one event, or as a mixture. */

import { ArgumentError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { ComposeTransform } from './composed-transforms.ts';
import { Distribution } from './distribution.ts';
import { sumRightmost } from './parameters.ts';
import type { Transform } from './transforms.ts';

/** What `transforms`, one after the other, make of draws of `base`. As torch.distributions.TransformedDistribution. */
export class TransformedDistribution<D extends Distribution = Distribution> extends Distribution {
  readonly base: D;
  readonly transforms: readonly Transform[];

  constructor(baseDistribution: D, transforms: Transform | readonly Transform[]) {
    const parts = Array.isArray(transforms)
      ? (transforms as readonly Transform[])
      : [transforms as Transform];
    const chain = new ComposeTransform(parts);
    const shape = chain.forwardShape([...baseDistribution.batchShape, ...baseDistribution.eventShape]);
    const eventDim = Math.max(
      chain.codomainDim,
      baseDistribution.eventShape.length + chain.codomainDim - chain.domainDim,
    );
    const cut = shape.length - eventDim;
    super(shape.slice(0, cut), shape.slice(cut));
    this.base = baseDistribution;
    this.transforms = parts;
  }

  override expand(batchShape: Shape): Distribution {
    const own = this.base.batchShape.slice(this.batchShape.length);
    return new TransformedDistribution(this.base.expand([...batchShape, ...own]), this.transforms);
  }

  override get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return this.transforms.reduce((value, part) => part.forward(value), this.base.rsample(sampleShape));
  }

  override sample(sampleShape: Shape = []): Tensor {
    return this.transforms
      .reduce((value, part) => part.forward(value), this.base.sample(sampleShape))
      .detach();
  }

  logProb(value: Tensor): Tensor {
    let eventDim = this.eventShape.length;
    let y = value;
    let stretch: Tensor | undefined;
    for (const part of [...this.transforms].reverse()) {
      const x = part.inverse(y);
      eventDim += part.domainDim - part.codomainDim;
      const term = sumRightmost(part.logAbsDetJacobian(x, y), eventDim - part.domainDim);
      stretch = stretch ? stretch.add(term) : term;
      y = x;
    }
    const inner = sumRightmost(this.base.logProb(y), eventDim - this.base.eventShape.length);
    return stretch ? inner.sub(stretch) : inner;
  }

  override cdf(value: Tensor): Tensor {
    return this.base.cdf(this.transforms.reduceRight((y, part) => part.inverse(y), value));
  }

  override icdf(value: Tensor): Tensor {
    return this.transforms.reduce((x, part) => part.forward(x), this.base.icdf(value));
  }
}

/** Counts the last axes of the batch as part of one event. As torch.distributions.Independent. */
export class Independent<D extends Distribution = Distribution> extends Distribution {
  readonly base: D;
  readonly reinterpretedBatchNdims: number;

  constructor(baseDistribution: D, reinterpretedBatchNdims: number) {
    const { batchShape, eventShape } = baseDistribution;
    if (!(reinterpretedBatchNdims >= 0 && reinterpretedBatchNdims <= batchShape.length)) {
      throw new ArgumentError(
        `Independent: ${reinterpretedBatchNdims} axes cannot be taken from a batch of ${batchShape.length}`,
      );
    }
    const cut = batchShape.length - reinterpretedBatchNdims;
    super(batchShape.slice(0, cut), [...batchShape.slice(cut), ...eventShape]);
    this.base = baseDistribution;
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }

  override expand(batchShape: Shape): Independent {
    const inner = this.base.batchShape.slice(this.batchShape.length);
    return new Independent(this.base.expand([...batchShape, ...inner]), this.reinterpretedBatchNdims);
  }

  override get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  override get mean(): Tensor {
    return this.base.mean;
  }

  override get mode(): Tensor {
    return this.base.mode;
  }

  override get variance(): Tensor {
    return this.base.variance;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return this.base.rsample(sampleShape);
  }

  override sample(sampleShape: Shape = []): Tensor {
    return this.base.sample(sampleShape);
  }

  logProb(value: Tensor): Tensor {
    return sumRightmost(this.base.logProb(value), this.reinterpretedBatchNdims);
  }

  override entropy(): Tensor {
    return sumRightmost(this.base.entropy(), this.reinterpretedBatchNdims);
  }
}
