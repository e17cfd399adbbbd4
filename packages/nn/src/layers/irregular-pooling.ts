/** Pooling layers whose windows begin at random, and layers that undo max pooling. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { sizesOf } from '../functional/checks.ts';
import type { Sizes } from '../functional/checks.ts';
import { fractionalMaxPool2d, fractionalMaxPool3d } from '../functional/fractional-pooling.ts';
import type { FractionalMaxPoolOptions } from '../functional/fractional-pooling.ts';
import type { MaybeIndexed } from '../functional/max-pooling.ts';
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../functional/unpooling.ts';
import type { MaxUnpoolOptions } from '../functional/unpooling.ts';
import { Module } from '../module/module.ts';
import { pythonTuple } from '../module/print.ts';

/** What the layers of fractional max pooling have in common. */
abstract class FractionalMaxPool<R extends boolean> extends Module {
  readonly kernelSize: Sizes;
  readonly options: FractionalMaxPoolOptions<R>;

  constructor(kernelSize: Sizes, options: FractionalMaxPoolOptions<R> = {}) {
    super();
    const { outputSize = null, outputRatio = null } = options;
    if ((outputSize === null) === (outputRatio === null)) {
      throw new ArgumentError('FractionalMaxPool: give either outputSize or outputRatio');
    }
    this.kernelSize = kernelSize;
    this.options = options;
  }
}

/**
 * The maxima of windows that begin at random, over `[N, C, H, W]` or `[C, H, W]`, as torch.nn.FractionalMaxPool2d.
 * https://arxiv.org/abs/1412.6071
 */
export class FractionalMaxPool2d<R extends boolean = false> extends FractionalMaxPool<R> {
  forward(input: Tensor): MaybeIndexed<R> {
    return fractionalMaxPool2d(input, this.kernelSize, this.options);
  }
}

/** The same over `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.FractionalMaxPool3d. */
export class FractionalMaxPool3d<R extends boolean = false> extends FractionalMaxPool<R> {
  forward(input: Tensor): MaybeIndexed<R> {
    return fractionalMaxPool3d(input, this.kernelSize, this.options);
  }
}

/** What the layers of unpooling have in common. */
abstract class MaxUnpool extends Module {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(
    layer: string,
    rank: number,
    kernelSize: Sizes,
    { stride, padding = 0 }: Omit<MaxUnpoolOptions, 'outputSize'>,
  ) {
    super();
    this.kernelSize = sizesOf(layer, 'kernelSize', kernelSize, rank, 1);
    this.stride = sizesOf(layer, 'stride', stride ?? kernelSize, rank, 1);
    this.padding = sizesOf(layer, 'padding', padding, rank, 0);
  }

  override extraRepr(): string {
    const [size, stride, padding] = [this.kernelSize, this.stride, this.padding].map(pythonTuple);
    return `kernel_size=${size}, stride=${stride}, padding=${padding}`;
  }
}

/** Puts the values of `MaxPool1d` back where they were, among zeros, as torch.nn.MaxUnpool1d. */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernelSize: Sizes, options: Omit<MaxUnpoolOptions, 'outputSize'> = {}) {
    super('MaxUnpool1d', 1, kernelSize, options);
  }

  forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { stride, padding } = this;
    return maxUnpool1d(input, indices, this.kernelSize, { stride, padding, outputSize });
  }
}

/** Puts the values of `MaxPool2d` back where they were, among zeros, as torch.nn.MaxUnpool2d. */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernelSize: Sizes, options: Omit<MaxUnpoolOptions, 'outputSize'> = {}) {
    super('MaxUnpool2d', 2, kernelSize, options);
  }

  forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { stride, padding } = this;
    return maxUnpool2d(input, indices, this.kernelSize, { stride, padding, outputSize });
  }
}

/** Puts the values of `MaxPool3d` back where they were, among zeros, as torch.nn.MaxUnpool3d. */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernelSize: Sizes, options: Omit<MaxUnpoolOptions, 'outputSize'> = {}) {
    super('MaxUnpool3d', 3, kernelSize, options);
  }

  forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { stride, padding } = this;
    return maxUnpool3d(input, indices, this.kernelSize, { stride, padding, outputSize });
  }
}
