/** Convolutional layers in one, two and three dimensions. */

import { ArgumentError, numel } from '@tenfold/ir';
import { empty } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { requireOneOf, sizesOf } from '../functional/checks.ts';
import type { Sizes } from '../functional/checks.ts';
import { convolve } from '../functional/convolution.ts';
import type { ConvOptions } from '../functional/convolution.ts';
import { pad } from '../functional/pad.ts';
import type { PadMode } from '../functional/pad.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonTuple } from '../module/print.ts';
import { initializeAffine, requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface ConvLayerOptions extends LayerOptions, ConvOptions {
  /** Whether to add a learned bias. Default true. */
  readonly bias?: boolean;
  /** What is around the input: `'zeros'`, or what `pad` has under the other names. Default `'zeros'`. */
  readonly paddingMode?: PaddingMode;
}

export type PaddingMode = 'zeros' | Exclude<PadMode, 'constant'>;

const PADDING_MODES: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

/** What the layers below have in common. */
abstract class Conv extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'valid' | 'same';
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  readonly algorithm: ConvOptions['algorithm'];
  readonly precision: ConvOptions['precision'];
  weight: Parameter;
  bias: Parameter | null;
  readonly #name: string;

  constructor(
    name: string,
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvLayerOptions,
  ) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, paddingMode = 'zeros', ...others } = options; // prettier-ignore
    const { algorithm, precision, ...placement } = others;
    requireCount(name, { inChannels, outChannels, groups });
    requireDivisible(name, inChannels, outChannels, groups);
    requireOneOf(name, 'paddingMode', paddingMode, PADDING_MODES);
    this.#name = name;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizesOf(name, 'kernelSize', kernelSize, rank, 1);
    this.stride = sizesOf(name, 'stride', stride, rank, 1);
    this.padding = typeof padding === 'string' ? padding : sizesOf(name, 'padding', padding, rank, 0);
    this.dilation = sizesOf(name, 'dilation', dilation, rank, 1);
    this.groups = groups;
    this.paddingMode = paddingMode;
    this.algorithm = algorithm;
    this.precision = precision;
    this.weight = new Parameter(empty([outChannels, inChannels / groups, ...this.kernelSize], placement));
    this.bias = bias ? new Parameter(empty([outChannels], placement)) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    initializeAffine(this.weight, this.bias, (this.inChannels / this.groups) * numel(this.kernelSize));
  }

  /** `[N, in, ...space]` to `[N, out, ...space']`; the batch axis may be missing. */
  forward(input: Tensor): Tensor {
    const rank = this.kernelSize.length;
    const op = this.#name;
    if (this.paddingMode === 'zeros') return convolve(op, rank, input, this.weight, this.bias, this);
    const around = this.#paddings().reverse().flat();
    const padded = pad(input, around, { mode: this.paddingMode });
    return convolve(op, rank, padded, this.weight, this.bias, { ...this, padding: 0 });
  }

  /** How much goes before and after each axis. */
  #paddings(): [number, number][] {
    const { padding } = this;
    return this.kernelSize.map((size, i) => {
      if (typeof padding !== 'string') return [padding[i], padding[i]];
      const total = padding === 'same' ? this.dilation[i] * (size - 1) : 0;
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }

  override extraRepr(): string {
    return convolutionText(this);
  }
}

/**
 * Convolution over `[N, C, L]` or `[C, L]`, as torch.nn.Conv1d: `weight` is `[out, in / groups, kL]`, `bias` `[out]`,
 * both uniform within `1 / sqrt(in / groups · kL)` at first.
 */
export class Conv1d extends Conv {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    super('Conv1d', 1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * Convolution over `[N, C, H, W]` or `[C, H, W]`, as torch.nn.Conv2d: `weight` is `[out, in / groups, kH, kW]`,
 * `bias` `[out]`, both uniform within `1 / sqrt(in / groups · kH · kW)` at first.
 */
export class Conv2d extends Conv {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    super('Conv2d', 2, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * Convolution over `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.Conv3d: `weight` is `[out, in / groups, kD, kH, kW]`,
 * `bias` `[out]`, both uniform within `1 / sqrt(in / groups · kD · kH · kW)` at first.
 */
export class Conv3d extends Conv {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    super('Conv3d', 3, inChannels, outChannels, kernelSize, options);
  }
}

/** Raises ArgumentError unless both numbers of channels can be divided into groups. */
export function requireDivisible(
  layer: string,
  inChannels: number,
  outChannels: number,
  groups: number,
): void {
  if (inChannels % groups === 0 && outChannels % groups === 0) return;
  throw new ArgumentError(
    `${layer}: groups is ${groups}, which must divide both inChannels (${inChannels}) and outChannels (${outChannels})`,
  );
}

/** What a convolutional layer is printed by; settings that are as usual are left out. */
export interface ConvolutionSettings {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | string;
  readonly dilation: readonly number[];
  readonly outputPadding?: readonly number[];
  readonly groups: number;
  readonly bias: Parameter | null;
  readonly paddingMode?: string;
}

export function convolutionText(layer: ConvolutionSettings): string {
  const { padding, dilation, outputPadding = [], groups, bias, paddingMode = 'zeros' } = layer;
  const parts = [
    `${layer.inChannels}, ${layer.outChannels}`,
    `kernel_size=${pythonTuple(layer.kernelSize)}`,
    `stride=${pythonTuple(layer.stride)}`,
  ];
  if (typeof padding === 'string') parts.push(`padding=${padding}`);
  else if (padding.some((n) => n !== 0)) parts.push(`padding=${pythonTuple(padding)}`);
  if (dilation.some((n) => n !== 1)) parts.push(`dilation=${pythonTuple(dilation)}`);
  if (outputPadding.some((n) => n !== 0)) parts.push(`output_padding=${pythonTuple(outputPadding)}`);
  if (groups !== 1) parts.push(`groups=${groups}`);
  if (bias === null) parts.push('bias=False');
  if (paddingMode !== 'zeros') parts.push(`padding_mode=${paddingMode}`);
  return parts.join(', ');
}
