/** Batch normalisation. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { noGrad, ones, tensor, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { batchNorm } from '../functional/normalization.ts';
import { ones_, zeros_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Buffer, Parameter } from '../module/parameter.ts';
import { pythonBool, pythonFloat } from '../module/print.ts';
import { requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface BatchNormOptions extends LayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** The share of a batch in the new running statistics; null for the plain mean over all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether to learn a factor and a summand for each channel. Default true. */
  readonly affine?: boolean;
  /** Whether to keep running statistics for evaluation. Default true. */
  readonly trackRunningStats?: boolean;
}

/** What layers with statistics for each channel have in common: parameters, buffers, text. */
export abstract class StatisticsNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  momentum: number | null;
  weight: Parameter | null;
  bias: Parameter | null;
  runningMean: Buffer | null;
  runningVar: Buffer | null;
  numBatchesTracked: Buffer | null;

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, ...placement } = options;
    requireCount(this.constructor.name, { numFeatures });
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    const shape = [numFeatures];
    this.weight = affine ? new Parameter(ones(shape, placement)) : null;
    this.bias = affine ? new Parameter(zeros(shape, placement)) : null;
    this.runningMean = trackRunningStats
      ? new Buffer(zeros(shape, placement), { key: 'running_mean' })
      : null;
    this.runningVar = trackRunningStats ? new Buffer(ones(shape, placement), { key: 'running_var' }) : null;
    this.numBatchesTracked = trackRunningStats
      ? new Buffer(tensor(0, { dtype: 'int64', device: placement.device }), { key: 'num_batches_tracked' })
      : null;
  }

  resetRunningStats(): void {
    if (this.runningMean) zeros_(this.runningMean);
    if (this.runningVar) ones_(this.runningVar);
    if (this.numBatchesTracked) zeros_(this.numBatchesTracked);
  }

  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  override extraRepr(): string {
    return (
      `${this.numFeatures}, eps=${pythonFloat(this.eps)}, ` +
      `momentum=${this.momentum === null ? 'None' : pythonFloat(this.momentum)}, ` +
      `affine=${pythonBool(this.weight !== null)}, track_running_stats=${pythonBool(this.runningMean !== null)}`
    );
  }
}

/** What the layers below have in common; they differ in the number of axes they take. */
abstract class BatchNorm extends StatisticsNorm {
  protected abstract checkInput(input: Tensor): void;

  /** The shape stays. In training the running statistics change with the next run, as effects of this call. */
  forward(input: Tensor): Tensor {
    this.checkInput(input);
    return batchNorm(input, this.runningMean, this.runningVar, {
      weight: this.weight,
      bias: this.bias,
      training: this.training || this.runningMean === null,
      momentum: this.training ? this.#countBatch() : undefined,
      eps: this.eps,
    });
  }

  /** Counts a batch of training and returns its share in the running statistics. */
  #countBatch(): number | Tensor {
    const counter = this.numBatchesTracked;
    if (counter === null) return this.momentum ?? 0;
    noGrad(() => counter.assign(counter.add(1)));
    return this.momentum ?? counter.to(this.runningVar?.dtype ?? 'float32').reciprocal();
  }
}

/** Normalises each channel of `[N, C]` or `[N, C, L]` over the batch, as torch.nn.BatchNorm1d. */
export class BatchNorm1d extends BatchNorm {
  protected checkInput(input: Tensor): void {
    requireRank('BatchNorm1d', input, [2, 3], '[N, C] or [N, C, L]');
  }
}

/** Normalises each channel of `[N, C, H, W]` over the batch, as torch.nn.BatchNorm2d. */
export class BatchNorm2d extends BatchNorm {
  protected checkInput(input: Tensor): void {
    requireRank('BatchNorm2d', input, [4], '[N, C, H, W]');
  }
}

/** Normalises each channel of `[N, C, D, H, W]` over the batch, as torch.nn.BatchNorm3d. */
export class BatchNorm3d extends BatchNorm {
  protected checkInput(input: Tensor): void {
    requireRank('BatchNorm3d', input, [5], '[N, C, D, H, W]');
  }
}

function requireRank(layer: string, input: Tensor, ranks: readonly number[], expected: string): void {
  if (ranks.includes(input.ndim)) return;
  throw new ShapeError(`${layer}: the input has shape ${formatShape(input.shape)}, expected ${expected}`);
}
