/** Losses as modules, for where one is passed around; the functions they call are in `functional`. */

import type { Tensor } from '@tenfold/tensor/base';
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from '../functional/binary-cross-entropy.ts';
import type {
  BinaryCrossEntropyOptions,
  BinaryCrossEntropyWithLogitsOptions,
} from '../functional/binary-cross-entropy.ts';
import { crossEntropy, nllLoss } from '../functional/cross-entropy.ts';
import type { CrossEntropyOptions, NllLossOptions } from '../functional/cross-entropy.ts';
import { huberLoss, klDiv, l1Loss, mseLoss, smoothL1Loss } from '../functional/losses.ts';
import type { HuberLossOptions, KlDivOptions, SmoothL1LossOptions } from '../functional/losses.ts';
import type { LossOptions } from '../functional/reduction.ts';
import { Module } from '../module/module.ts';
import { Buffer } from '../module/parameter.ts';

/** A function of input and target, with the options of one module. */
abstract class Loss<O> extends Module {
  readonly options: O;

  constructor(options: O) {
    super();
    this.options = options;
  }

  /** The loss of `input` against `target`. */
  abstract override forward(input: Tensor, target: Tensor): Tensor;
}

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

/** A loss with weights: buffers, which move with the module and are in its state dict, as in PyTorch. */
abstract class WeightedLoss<O extends { readonly weight?: Tensor | null }> extends Loss<O> {
  weight: Buffer | null;

  constructor(options: O) {
    super(options);
    this.weight = options.weight ? new Buffer(options.weight) : null;
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
