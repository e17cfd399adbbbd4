/** Activation functions with a threshold as layers. */

import type { Tensor } from '@tenfold/tensor/base';
import * as F from '../functional/thresholds.ts';
import { Module } from '../module/module.ts';
import { pythonFloat } from '../module/print.ts';

/** `x` above a threshold, `value` elsewhere. */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    this.threshold = threshold;
    this.value = value;
  }

  forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}

/** What the two kinds of shrinking have in common. */
abstract class Shrink extends Module {
  readonly lambd: number;

  constructor(lambd = 0.5) {
    super();
    this.lambd = lambd;
  }

  abstract override forward(input: Tensor): Tensor;

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/** 0 where `|x| <= lambd`, `x` elsewhere. */
export class Hardshrink extends Shrink {
  forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd);
  }
}

/** `x` moved towards 0 by `lambd`, and 0 where that would cross it. */
export class Softshrink extends Shrink {
  forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd);
  }
}

/** `x - tanh(x)`. */
export class Tanhshrink extends Module {
  forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/** As LeakyReLU, in training with random slopes. https://arxiv.org/abs/1505.00853 */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;

  constructor({ lower = 1 / 8, upper = 1 / 3 }: Omit<F.RreluOptions, 'training'> = {}) {
    super();
    F.checkSlopes('RReLU', lower, upper);
    this.lower = lower;
    this.upper = upper;
  }

  forward(input: Tensor): Tensor {
    const { lower, upper, training } = this;
    return F.rrelu(input, { lower, upper, training });
  }

  override extraRepr(): string {
    return `lower=${pythonFloat(this.lower)}, upper=${pythonFloat(this.upper)}`;
  }
}
