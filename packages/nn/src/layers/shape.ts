/** Layers that change nothing, or the shape alone. */

import { unflatten } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { Module } from '../module/module.ts';
import { pythonTuple } from '../module/print.ts';

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

/** Splits the axis `dim` into axes of these sizes, as torch.nn.Unflatten. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.unflattenedSize)}`;
  }
}
