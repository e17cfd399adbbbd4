/** What losses as modules have in common: they keep the options of a function, and its weights as buffers. */

import type { Tensor } from '@tenfold/tensor/base';
import { Module } from '../module/module.ts';
import { Buffer } from '../module/parameter.ts';

/** A function of tensors, with the options of one module. */
export abstract class Loss<O> extends Module {
  readonly options: O;

  constructor(options: O) {
    super();
    this.options = options;
  }

  /** The loss of an input against targets. */
  abstract override forward(...inputs: Tensor[]): Tensor;
}

/** A loss with weights: buffers, which move with the module and are in its state dict, as in PyTorch. */
export abstract class WeightedLoss<O extends { readonly weight?: Tensor | null }> extends Loss<O> {
  weight: Buffer | null;

  constructor(options: O) {
    super(options);
    this.weight = options.weight ? new Buffer(options.weight) : null;
  }
}
