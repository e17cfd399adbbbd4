/** Layers that change nothing, or the shape alone. */

import type { Tensor } from '@tenfold/tensor/base';
import { Module } from '../module/module.ts';

/** Gives back its input, as torch.nn.Identity. */
export class Identity extends Module {
  forward(input: Tensor): Tensor {
    return input;
  }
}

/** Merges the axes from `startDim` to `endDim`, by default all but the first, as torch.nn.Flatten. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}
