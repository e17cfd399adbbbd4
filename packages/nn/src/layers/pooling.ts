/** Pooling layers. */

import type { Tensor } from '@tenfold/tensor/base';
import type { Size2d } from '../functional/checks.ts';
import { avgPool2d, maxPool2d } from '../functional/pooling.ts';
import type { AvgPoolOptions } from '../functional/pooling.ts';
import type { PoolOptions } from '../functional/windows.ts';
import { Module } from '../module/module.ts';
import { pythonBool, pythonTuple } from '../module/print.ts';

/** The greatest element of each window, as torch.nn.MaxPool2d. The stride is the window's size unless given. */
export class MaxPool2d extends Module {
  readonly kernelSize: Size2d;
  readonly options: PoolOptions;

  constructor(kernelSize: Size2d, options: PoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** `[N, C, H, W]` to `[N, C, H', W']`; the batch axis may be missing. */
  forward(input: Tensor): Tensor {
    return maxPool2d(input, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0, dilation = 1, ceilMode = false } = this.options;
    return (
      `kernel_size=${sizeText(this.kernelSize)}, stride=${sizeText(stride)}, padding=${sizeText(padding)}, ` +
      `dilation=${sizeText(dilation)}, ceil_mode=${pythonBool(ceilMode)}`
    );
  }
}

/** The mean of each window, as torch.nn.AvgPool2d. The stride is the window's size unless given. */
export class AvgPool2d extends Module {
  readonly kernelSize: Size2d;
  readonly options: AvgPoolOptions;

  constructor(kernelSize: Size2d, options: AvgPoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** `[N, C, H, W]` to `[N, C, H', W']`; the batch axis may be missing. */
  forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0 } = this.options;
    return `kernel_size=${sizeText(this.kernelSize)}, stride=${sizeText(stride)}, padding=${sizeText(padding)}`;
  }
}

function sizeText(size: Size2d): string {
  return typeof size === 'number' ? `${size}` : pythonTuple(size);
}
