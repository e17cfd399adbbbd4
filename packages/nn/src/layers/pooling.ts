/** Max, average and power-average pooling layers in one, two and three dimensions. */

import type { Tensor } from '@tenfold/tensor/base';
import * as average from '../functional/average-pooling.ts';
import type { AvgPoolOptions, LpPoolOptions } from '../functional/average-pooling.ts';
import type { Sizes } from '../functional/checks.ts';
import { maxPool1d, maxPool2d, maxPool3d } from '../functional/max-pooling.ts';
import type { MaxPoolOptions, MaybeIndexed } from '../functional/max-pooling.ts';
import { Module } from '../module/module.ts';
import { pythonBool, pythonSize } from '../module/print.ts';

/** What the layers of max pooling have in common. */
abstract class MaxPool<R extends boolean> extends Module {
  readonly kernelSize: Sizes;
  readonly options: MaxPoolOptions<R>;

  constructor(kernelSize: Sizes, options: MaxPoolOptions<R> = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    const { stride, padding = 0, dilation = 1, ceilMode = false } = this.options;
    return (
      `${windowText(this.kernelSize, stride)}, padding=${pythonSize(padding)}, ` +
      `dilation=${pythonSize(dilation)}, ceil_mode=${pythonBool(ceilMode)}`
    );
  }
}

/** The greatest element of each window, as torch.nn.MaxPool1d. The stride is the window's size unless given. */
export class MaxPool1d<R extends boolean = false> extends MaxPool<R> {
  /** `[N, C, L]` to `[N, C, L']`, with the positions where `returnIndices` asks for them; the batch axis may be missing. */
  forward(input: Tensor): MaybeIndexed<R> {
    return maxPool1d(input, this.kernelSize, this.options);
  }
}

/** The greatest element of each window, as torch.nn.MaxPool2d. The stride is the window's size unless given. */
export class MaxPool2d<R extends boolean = false> extends MaxPool<R> {
  /** `[N, C, H, W]` to `[N, C, H', W']`, with positions where `returnIndices` asks for them; the batch axis may be missing. */
  forward(input: Tensor): MaybeIndexed<R> {
    return maxPool2d(input, this.kernelSize, this.options);
  }
}

/** The greatest element of each window, as torch.nn.MaxPool3d. The stride is the window's size unless given. */
export class MaxPool3d<R extends boolean = false> extends MaxPool<R> {
  /** `[N, C, D, H, W]` to `[N, C, D', H', W']`, with positions where `returnIndices` asks for them; the batch axis may be missing. */
  forward(input: Tensor): MaybeIndexed<R> {
    return maxPool3d(input, this.kernelSize, this.options);
  }
}

/** What the layers of average pooling have in common. */
abstract class AvgPool extends Module {
  readonly kernelSize: Sizes;
  readonly options: AvgPoolOptions;

  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    const { stride, padding = 0 } = this.options;
    return `${windowText(this.kernelSize, stride)}, padding=${pythonSize(padding)}`;
  }
}

/** The mean of each window, as torch.nn.AvgPool1d. The stride is the window's size unless given. */
export class AvgPool1d extends AvgPool {
  /** There is no `divisorOverride` in one dimension. */
  constructor(kernelSize: Sizes, options: Omit<AvgPoolOptions, 'divisorOverride'> = {}) {
    super(kernelSize, options);
  }

  /** `[N, C, L]` to `[N, C, L']`; the batch axis may be missing. */
  forward(input: Tensor): Tensor {
    return average.avgPool1d(input, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding = 0 } = this.options;
    const [size, step] = [asList(this.kernelSize), asList(stride ?? this.kernelSize)];
    return `${windowText(size, step)}, padding=${pythonSize(asList(padding))}`;
  }
}

/** The mean of each window, as torch.nn.AvgPool2d. The stride is the window's size unless given. */
export class AvgPool2d extends AvgPool {
  /** `[N, C, H, W]` to `[N, C, H', W']`; the batch axis may be missing. */
  forward(input: Tensor): Tensor {
    return average.avgPool2d(input, this.kernelSize, this.options);
  }
}

/** The mean of each window, as torch.nn.AvgPool3d. The stride is the window's size unless given. */
export class AvgPool3d extends AvgPool {
  /** `[N, C, D, H, W]` to `[N, C, D', H', W']`; the batch axis may be missing. */
  forward(input: Tensor): Tensor {
    return average.avgPool3d(input, this.kernelSize, this.options);
  }
}

/** What the layers of power-average pooling have in common. */
abstract class LPPool extends Module {
  readonly normType: number;
  readonly kernelSize: Sizes;
  readonly options: LpPoolOptions;

  constructor(normType: number, kernelSize: Sizes, options: LpPoolOptions = {}) {
    super();
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    const { stride = null, ceilMode = false } = this.options;
    return (
      `norm_type=${this.normType}, kernel_size=${pythonSize(this.kernelSize)}, ` +
      `stride=${stride === null ? 'None' : pythonSize(stride)}, ceil_mode=${pythonBool(ceilMode)}`
    );
  }
}

/** The `normType`-norm of each window of `[N, C, L]` or `[C, L]`, as torch.nn.LPPool1d. */
export class LPPool1d extends LPPool {
  forward(input: Tensor): Tensor {
    return average.lpPool1d(input, this.normType, this.kernelSize, this.options);
  }
}

/** The `normType`-norm of each window of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.LPPool2d. */
export class LPPool2d extends LPPool {
  forward(input: Tensor): Tensor {
    return average.lpPool2d(input, this.normType, this.kernelSize, this.options);
  }
}

/** The `normType`-norm of each window of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.LPPool3d. */
export class LPPool3d extends LPPool {
  forward(input: Tensor): Tensor {
    return average.lpPool3d(input, this.normType, this.kernelSize, this.options);
  }
}

function windowText(kernelSize: Sizes, stride?: Sizes | null): string {
  return `kernel_size=${pythonSize(kernelSize)}, stride=${pythonSize(stride ?? kernelSize)}`;
}

function asList(size: Sizes): readonly number[] {
  return typeof size === 'number' ? [size] : size;
}
