/** The bilinear layer. */

import { empty } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { bilinear } from '../functional/bilinear.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonBool } from '../module/print.ts';
import { initializeAffine, requireCount } from './linear.ts';
import type { LinearOptions } from './linear.ts';

/**
 * `x₁ᵀ W x₂ + b`, as torch.nn.Bilinear: `weight` is `[out, in1, in2]`, `bias` `[out]`, both uniform within `1 / sqrt(in1)` at
 * first.
 */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    { bias = true, ...placement }: LinearOptions = {},
  ) {
    super();
    requireCount('Bilinear', { in1Features, in2Features, outFeatures });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, in1Features, in2Features], placement));
    this.bias = bias ? new Parameter(empty([outFeatures], placement)) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    initializeAffine(this.weight, this.bias, this.in1Features);
  }

  /** `[..., in1]` and `[..., in2]` to `[..., out]`. */
  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    return (
      `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, ` +
      `bias=${pythonBool(this.bias !== null)}`
    );
  }
}
