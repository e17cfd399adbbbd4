/** Dropout. */

import type { Tensor } from '@tenfold/tensor/base';
import { requireProbability } from '../functional/checks.ts';
import { dropout } from '../functional/dropout.ts';
import { Module } from '../module/module.ts';
import { pythonFloat } from '../module/print.ts';

/**
 * In training, sets elements to zero with probability `p` and scales the others by `1 / (1 - p)`; otherwise does
 * nothing. As torch.nn.Dropout.
 */
export class Dropout extends Module {
  p: number;

  constructor(p = 0.5) {
    super();
    requireProbability('Dropout', p);
    this.p = p;
  }

  /** The shape stays. */
  forward(input: Tensor): Tensor {
    return dropout(input, this.p, { training: this.training });
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}
