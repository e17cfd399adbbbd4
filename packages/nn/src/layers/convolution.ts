/** Convolutional layers. */

import { ArgumentError } from '@tenfold/ir';
import { empty } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { pair } from '../functional/checks.ts';
import type { Size2d } from '../functional/checks.ts';
import { conv2d } from '../functional/convolution.ts';
import type { Conv2dFunctionOptions } from '../functional/convolution.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonTuple } from '../module/print.ts';
import { initializeAffine, requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface Conv2dOptions extends LayerOptions, Conv2dFunctionOptions {
  /** Whether to add a learned bias. Default true. */
  readonly bias?: boolean;
}

/**
 * Convolution over `[N, C, H, W]` or `[C, H, W]`, as torch.nn.Conv2d: `weight` is `[out, in / groups, kH, kW]`,
 * `bias` `[out]`, both uniform within `1 / sqrt(in / groups · kH · kW)` at first.
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | 'valid' | 'same';
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly algorithm: Conv2dFunctionOptions['algorithm'];
  readonly precision: Conv2dFunctionOptions['precision'];
  weight: Parameter;
  bias: Parameter | null;

  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options: Conv2dOptions = {}) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, ...others } = options;
    const { algorithm, precision, ...placement } = others;
    requireCount('Conv2d', { inChannels, outChannels, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(
        `Conv2d: groups is ${groups}, which must divide both inChannels (${inChannels}) and outChannels (${outChannels})`,
      );
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pair('Conv2d', 'kernelSize', kernelSize, 1);
    this.stride = pair('Conv2d', 'stride', stride, 1);
    this.padding = typeof padding === 'string' ? padding : pair('Conv2d', 'padding', padding, 0);
    this.dilation = pair('Conv2d', 'dilation', dilation, 1);
    this.groups = groups;
    this.algorithm = algorithm;
    this.precision = precision;
    this.weight = new Parameter(empty([outChannels, inChannels / groups, ...this.kernelSize], placement));
    this.bias = bias ? new Parameter(empty([outChannels], placement)) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    const [kernelHeight, kernelWidth] = this.kernelSize;
    initializeAffine(this.weight, this.bias, (this.inChannels / this.groups) * kernelHeight * kernelWidth);
  }

  /** `[N, in, H, W]` to `[N, out, H', W']`. */
  forward(input: Tensor): Tensor {
    return conv2d(input, this.weight, this.bias, this);
  }

  override extraRepr(): string {
    const { padding } = this;
    const parts = [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${pythonTuple(this.kernelSize)}`,
      `stride=${pythonTuple(this.stride)}`,
    ];
    if (typeof padding === 'string') parts.push(`padding=${padding}`);
    else if (padding.some((n) => n !== 0)) parts.push(`padding=${pythonTuple(padding)}`);
    if (this.dilation.some((n) => n !== 1)) parts.push(`dilation=${pythonTuple(this.dilation)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push('bias=False');
    return parts.join(', ');
  }
}
