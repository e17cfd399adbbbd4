/** Losses as modules, for where one is passed around; the functions they call are in `functional`. */

import type { Tensor } from '@tenfold/tensor/base';
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from '../functional/binary-cross-entropy.ts';
import type {
  BinaryCrossEntropyOptions,
  BinaryCrossEntropyWithLogitsOptions,
} from '../functional/binary-cross-entropy.ts';
import { crossEntropy, nllLoss } from '../functional/cross-entropy.ts';
import type { CrossEntropyOptions, NllLossOptions } from '../functional/cross-entropy.ts';
import { ctcLoss } from '../functional/ctc-loss.ts';
import type { CtcLossOptions, SequenceLengths } from '../functional/ctc-loss.ts';
import { huberLoss, klDiv, l1Loss, mseLoss, smoothL1Loss } from '../functional/losses.ts';
import type { HuberLossOptions, KlDivOptions, SmoothL1LossOptions } from '../functional/losses.ts';
import { gaussianNllLoss, poissonNllLoss } from '../functional/nll-losses.ts';
import type { GaussianNllLossOptions, PoissonNllLossOptions } from '../functional/nll-losses.ts';
import type { LossOptions } from '../functional/reduction.ts';
import { Buffer } from '../module/parameter.ts';
import { Loss, WeightedLoss } from './loss.ts';

/** Squared error. */
export class MSELoss extends Loss<LossOptions> {
  constructor(options: LossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** Absolute error. */
export class L1Loss extends Loss<LossOptions> {
  constructor(options: LossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** Squared error below `beta`, absolute above. */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  constructor(options: SmoothL1LossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** Squared error below `delta`, absolute above. */
export class HuberLoss extends Loss<HuberLossOptions> {
  constructor(options: HuberLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/** Kullback-Leibler divergence. */
export class KLDivLoss extends Loss<KlDivOptions> {
  constructor(options: KlDivOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/** Negative log-likelihood of log-probabilities. */
export class NLLLoss extends WeightedLoss<NllLossOptions> {
  constructor(options: NllLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** Cross-entropy of logits against class indices or probabilities. */
export class CrossEntropyLoss extends WeightedLoss<CrossEntropyOptions> {
  constructor(options: CrossEntropyOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** Binary cross-entropy of probabilities. */
export class BCELoss extends WeightedLoss<BinaryCrossEntropyOptions> {
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** Binary cross-entropy of logits. */
export class BCEWithLogitsLoss extends WeightedLoss<BinaryCrossEntropyWithLogitsOptions> {
  posWeight: Buffer | null;

  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super(options);
    this.posWeight = options.posWeight ? new Buffer(options.posWeight, { key: 'pos_weight' }) : null;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight } = this;
    return binaryCrossEntropyWithLogits(input, target, { ...this.options, weight, posWeight });
  }
}

/** Negative log-likelihood of counts. */
export class PoissonNLLLoss extends Loss<PoissonNllLossOptions> {
  constructor(options: PoissonNllLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Negative log-likelihood of real numbers with a predicted variance. */
export class GaussianNLLLoss extends Loss<GaussianNllLossOptions> {
  constructor(options: GaussianNllLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** Connectionist temporal classification. */
export class CTCLoss extends Loss<CtcLossOptions> {
  constructor(options: CtcLossOptions = {}) {
    super(options);
  }

  override forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: SequenceLengths,
    targetLengths: SequenceLengths,
  ): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
