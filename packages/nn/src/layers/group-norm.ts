/** Layers that normalise each example by itself, without statistics of the batch. */

import { ArgumentError } from '@tenfold/ir';
import { ones, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { groupNorm } from '../functional/group-normalization.ts';
import { rmsNorm } from '../functional/normalization.ts';
import { localResponseNorm, responseNorm } from '../functional/response-normalization.ts';
import type { LocalResponseNormOptions } from '../functional/response-normalization.ts';
import { ones_, zeros_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonBool, pythonFloat, pythonTuple } from '../module/print.ts';
import { requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface GroupNormOptions extends LayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether to learn a factor and a summand for each channel. Default true. */
  readonly affine?: boolean;
}

/** Normalises `[N, C, ...]` over groups of neighbouring channels, as torch.nn.GroupNorm. https://arxiv.org/abs/1803.08494 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    const { eps = 1e-5, affine = true, ...placement } = options;
    requireCount('GroupNorm', { numGroups, numChannels });
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(
        `GroupNorm: numChannels is ${numChannels}, expected a multiple of numGroups (${numGroups})`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([numChannels], placement)) : null;
    this.bias = affine ? new Parameter(zeros([numChannels], placement)) : null;
  }

  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  /** The shape stays. */
  forward(input: Tensor): Tensor {
    return groupNorm(input, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${pythonFloat(this.eps)}, affine=${pythonBool(this.weight !== null)}`;
  }
}

export interface RMSNormOptions extends LayerOptions {
  /** Added to the mean square. Default: the distance from 1 to the next number of the input's dtype. */
  readonly eps?: number | null;
  /** Whether to learn a factor for each element. Default true. */
  readonly elementwiseAffine?: boolean;
}

/** Divides by the root mean square over the last axes, as torch.nn.RMSNorm. https://arxiv.org/abs/1910.07467 */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  weight: Parameter | null;

  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super();
    const { eps = null, elementwiseAffine = true, ...placement } = options;
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, placement)) : null;
  }

  resetParameters(): void {
    if (this.weight) ones_(this.weight);
  }

  /** The shape stays. */
  forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : pythonFloat(this.eps);
    return `${pythonTuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${pythonBool(this.weight !== null)}`;
  }
}

/** What the layers below have in common. */
abstract class ResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(name: string, size: number, { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions) {
    super();
    requireCount(name, { size });
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  /** The shape stays. */
  abstract override forward(input: Tensor): Tensor;
}

/** Divides by a power of what neighbouring channels have, as torch.nn.LocalResponseNorm. */
export class LocalResponseNorm extends ResponseNorm {
  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super('LocalResponseNorm', size, options);
  }

  forward(input: Tensor): Tensor {
    return localResponseNorm(input, this.size, { alpha: this.alpha, beta: this.beta, k: this.k });
  }

  override extraRepr(): string {
    const [alpha, beta, k] = [this.alpha, this.beta, this.k].map(pythonFloat);
    return `${this.size}, alpha=${alpha}, beta=${beta}, k=${k}`;
  }
}

/** As LocalResponseNorm for `[N, C, H, W]`, where an even size stands for the odd one below, as torch.nn.CrossMapLRN2d. */
export class CrossMapLRN2d extends ResponseNorm {
  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super('CrossMapLRN2d', size, options);
  }

  forward(input: Tensor): Tensor {
    const each = Math.floor((this.size - 1) / 2);
    const reach = { before: each, after: each };
    return responseNorm('CrossMapLRN2d', input, reach, this.alpha / this.size, this.beta, this.k);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${pythonFloat(this.alpha)}, beta=${pythonFloat(this.beta)}, k=${this.k}`;
  }
}
