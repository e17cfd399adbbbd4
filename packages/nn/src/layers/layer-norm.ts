/** Layer normalisation. */

import { ones, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { layerNorm } from '../functional/normalization.ts';
import { ones_, zeros_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonBool, pythonFloat, pythonTuple } from '../module/print.ts';
import type { LayerOptions } from './linear.ts';

export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether to learn a factor for each element. Default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether to learn a summand too. Default true. */
  readonly bias?: boolean;
}

/** Normalises over the last axes, as torch.nn.LayerNorm. https://arxiv.org/abs/1607.06450 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true, ...placement } = options;
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, placement)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, placement)) : null;
  }

  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  /** The shape stays. */
  forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    return (
      `${pythonTuple(this.normalizedShape)}, eps=${pythonFloat(this.eps)}, ` +
      `elementwise_affine=${pythonBool(this.weight !== null)}`
    );
  }
}
