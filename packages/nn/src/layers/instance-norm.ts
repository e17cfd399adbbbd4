/** Instance normalisation. */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { instanceNorm } from '../functional/group-normalization.ts';
import { asBatch } from '../functional/spatial.ts';
import { StatisticsNorm } from './batch-norm.ts';
import type { BatchNormOptions } from './batch-norm.ts';

export interface InstanceNormOptions extends BatchNormOptions {
  /** Whether to learn a factor and a summand for each channel. Default false. */
  readonly affine?: boolean;
  /** Whether to keep running statistics for evaluation. Default false. */
  readonly trackRunningStats?: boolean;
}

/** What the layers below have in common; they differ in the number of axes they take. */
abstract class InstanceNorm extends StatisticsNorm {
  readonly #rank: number;

  constructor(
    rank: number,
    numFeatures: number,
    { affine = false, trackRunningStats = false, ...others }: InstanceNormOptions,
  ) {
    super(numFeatures, { affine, trackRunningStats, ...others });
    this.#rank = rank;
  }

  /** The shape stays; the batch axis may be missing. In training, running statistics change with the next run. */
  forward(input: Tensor): Tensor {
    this.#checkInput(input);
    return asBatch(this.#rank, input, (batch) =>
      instanceNorm(batch, {
        runningMean: this.runningMean,
        runningVar: this.runningVar,
        weight: this.weight,
        bias: this.bias,
        useInputStats: this.training || this.runningMean === null,
        momentum: this.momentum ?? 0,
        eps: this.eps,
      }),
    );
  }

  #checkInput({ shape, ndim }: Tensor): void {
    const rank = this.#rank;
    const hasRank = ndim === rank + 1 || ndim === rank + 2;
    if (hasRank && shape[ndim - rank - 1] === this.numFeatures) return;
    throw new ShapeError(
      `${this.constructor.name}: the input has shape ${formatShape(shape)}, expected ${rank + 1} or ${rank + 2} axes ` +
        `with ${this.numFeatures} channels before the last ${rank}`,
    );
  }
}

/** Normalises each channel of each example of `[N, C, L]` or `[C, L]`, as torch.nn.InstanceNorm1d. */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(1, numFeatures, options);
  }
}

/** Normalises each channel of each example of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.InstanceNorm2d. */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(2, numFeatures, options);
  }
}

/** Normalises each channel of each example of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.InstanceNorm3d. */
export class InstanceNorm3d extends InstanceNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(3, numFeatures, options);
  }
}
