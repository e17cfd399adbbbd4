/** Losses with margins as modules; the functions they call are in `functional`. */

import type { Tensor } from '@tenfold/tensor/base';
import {
  cosineEmbeddingLoss, hingeEmbeddingLoss, marginRankingLoss, multiMarginLoss, multilabelMarginLoss,
  multilabelSoftMarginLoss, softMarginLoss,
} from '../functional/margin-losses.ts'; // prettier-ignore
import type {
  MarginOptions,
  MultiMarginLossOptions,
  MultilabelSoftMarginLossOptions,
} from '../functional/margin-losses.ts';
import type { LossOptions } from '../functional/reduction.ts';
import { tripletMarginLoss, tripletMarginWithDistanceLoss } from '../functional/triplet-losses.ts';
import type {
  TripletMarginLossOptions,
  TripletMarginWithDistanceLossOptions,
} from '../functional/triplet-losses.ts';
import { Loss, WeightedLoss } from './loss.ts';

/** A distance should be small for a target of 1 and beyond a margin for -1. */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** The first input should be the greater by a margin where the target is 1, the second where it is -1. */
export class MarginRankingLoss extends Loss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/** Two vectors should point the same way for a target of 1, and not for -1. */
export class CosineEmbeddingLoss extends Loss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** Logistic loss of scores for targets 1 and -1. */
export class SoftMarginLoss extends Loss<LossOptions> {
  constructor(options: LossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** The score of the class should exceed all others by a margin. */
export class MultiMarginLoss extends WeightedLoss<MultiMarginLossOptions> {
  constructor(options: MultiMarginLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** The scores of some classes should exceed those of all others by 1. */
export class MultiLabelMarginLoss extends Loss<LossOptions> {
  constructor(options: LossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/** The mean over classes of the binary cross-entropy of logits. */
export class MultiLabelSoftMarginLoss extends WeightedLoss<MultilabelSoftMarginLossOptions> {
  constructor(options: MultilabelSoftMarginLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** An anchor should be nearer to a positive than to a negative example, by a margin. */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions> {
  constructor(options: TripletMarginLossOptions = {}) {
    super(options);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** As TripletMarginLoss, with any distance. */
export class TripletMarginWithDistanceLoss extends Loss<TripletMarginWithDistanceLossOptions> {
  constructor(options: TripletMarginWithDistanceLossOptions = {}) {
    super(options);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
