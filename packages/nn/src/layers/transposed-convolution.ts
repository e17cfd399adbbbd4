/** Layers of transposed convolution in one, two and three dimensions. */

import { ArgumentError, ShapeError, formatShape, numel } from '@tenfold/ir';
import { empty } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { requireOneOf, sizesOf } from '../functional/checks.ts';
import type { Sizes } from '../functional/checks.ts';
import { convolveTransposed } from '../functional/transposed-convolution.ts';
import type { ConvTransposeOptions } from '../functional/transposed-convolution.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { convolutionText, requireDivisible } from './convolution.ts';
import { initializeAffine, requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface ConvTransposeLayerOptions extends LayerOptions, ConvTransposeOptions {
  /** Whether to add a learned bias. Default true. */
  readonly bias?: boolean;
  /** There is only one mode, as in PyTorch. Default `'zeros'`. */
  readonly paddingMode?: 'zeros';
}

/** What the layers below have in common. */
abstract class ConvTranspose extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly dilation: readonly number[];
  readonly precision: ConvTransposeOptions['precision'];
  weight: Parameter;
  bias: Parameter | null;
  readonly #name: string;

  constructor(
    name: string,
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeLayerOptions,
  ) {
    super();
    const { stride = 1, padding = 0, outputPadding = 0, groups = 1, bias = true, dilation = 1, ...others } = options; // prettier-ignore
    const { paddingMode = 'zeros', precision, ...placement } = others;
    requireCount(name, { inChannels, outChannels, groups });
    requireDivisible(name, inChannels, outChannels, groups);
    requireOneOf(name, 'paddingMode', paddingMode, ['zeros']);
    this.#name = name;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizesOf(name, 'kernelSize', kernelSize, rank, 1);
    this.stride = sizesOf(name, 'stride', stride, rank, 1);
    this.padding = sizesOf(name, 'padding', padding, rank, 0);
    this.outputPadding = sizesOf(name, 'outputPadding', outputPadding, rank, 0);
    this.groups = groups;
    this.dilation = sizesOf(name, 'dilation', dilation, rank, 1);
    this.precision = precision;
    this.weight = new Parameter(empty([inChannels, outChannels / groups, ...this.kernelSize], placement));
    this.bias = bias ? new Parameter(empty([outChannels], placement)) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    initializeAffine(this.weight, this.bias, (this.outChannels / this.groups) * numel(this.kernelSize));
  }

  /**
   * `[N, in, ...space]` to `[N, out, ...space']`; the batch axis may be missing. A stride leaves open which of several
   * sizes the result has: `outputSize` (its spatial sizes, or its shape) says so in the place of `outputPadding`.
   */
  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    const outputPadding = outputSize ? this.#paddingFor(input, outputSize) : this.outputPadding;
    const options = { ...this, outputPadding };
    return convolveTransposed(this.#name, this.kernelSize.length, input, this.weight, this.bias, options);
  }

  #paddingFor(input: Tensor, outputSize: readonly number[]): number[] {
    const rank = this.kernelSize.length;
    if (outputSize.length !== rank && outputSize.length !== input.ndim) {
      throw new ShapeError(
        `${this.#name}: outputSize ${formatShape(outputSize)} has ${outputSize.length} sizes, expected ${rank} or ${input.ndim}`,
      );
    }
    const space = input.shape.slice(-rank);
    return outputSize.slice(-rank).map((wanted, i) => {
      const span = this.dilation[i] * (this.kernelSize[i] - 1) + 1;
      const least = (space[i] - 1) * this.stride[i] - 2 * this.padding[i] + span;
      const most = least + this.stride[i] - 1;
      if (wanted >= least && wanted <= most) return wanted - least;
      throw new ArgumentError(
        `${this.#name}: outputSize ${formatShape(outputSize)} asks for ${wanted}, but an input ${formatShape(input.shape)} ` +
          `can give ${least} to ${most} there`,
      );
    });
  }

  override extraRepr(): string {
    return convolutionText(this);
  }
}

/**
 * Transposed convolution over `[N, C, L]` or `[C, L]`, as torch.nn.ConvTranspose1d: `weight` is
 * `[in, out / groups, kL]`, `bias` `[out]`, both uniform within `1 / sqrt(out / groups · kL)` at first.
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super('ConvTranspose1d', 1, inChannels, outChannels, kernelSize, options);
  } // prettier-ignore
}

/**
 * Transposed convolution over `[N, C, H, W]` or `[C, H, W]`, as torch.nn.ConvTranspose2d: `weight` is
 * `[in, out / groups, kH, kW]`, `bias` `[out]`, both uniform within `1 / sqrt(out / groups · kH · kW)` at first.
 */
export class ConvTranspose2d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super('ConvTranspose2d', 2, inChannels, outChannels, kernelSize, options);
  } // prettier-ignore
}

/**
 * Transposed convolution over `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.ConvTranspose3d: `weight` is
 * `[in, out / groups, kD, kH, kW]`, `bias` `[out]`, both uniform within `1 / sqrt(out / groups · kD · kH · kW)` at first.
 */
export class ConvTranspose3d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super('ConvTranspose3d', 3, inChannels, outChannels, kernelSize, options);
  } // prettier-ignore
}
