/** Layers that move elements between channels and space, and between images and columns of their windows. */

import type { Tensor } from '@tenfold/tensor/base';
import type { Sizes } from '../functional/checks.ts';
import { fold, unfold } from '../functional/fold.ts';
import type { FoldOptions } from '../functional/fold.ts';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from '../functional/shuffle.ts';
import { Module } from '../module/module.ts';
import { pythonSize } from '../module/print.ts';

/** `[..., C · r², H, W]` to `[..., C, H · r, W · r]`, as torch.nn.PixelShuffle. https://arxiv.org/abs/1609.05158 */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = upscaleFactor;
  }

  forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** `[..., C, H · r, W · r]` to `[..., C · r², H, W]`, as torch.nn.PixelUnshuffle. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = downscaleFactor;
  }

  forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/** Deals the channels of `[N, C, ...]` out into groups, as torch.nn.ChannelShuffle. https://arxiv.org/abs/1707.01083 */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = groups;
  }

  forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}

/** The windows of `[N, C, H, W]` as columns, `[N, C · kH · kW, L]`, as torch.nn.Unfold. */
export class Unfold extends Module {
  readonly kernelSize: Sizes;
  readonly options: FoldOptions;

  constructor(kernelSize: Sizes, options: FoldOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(input: Tensor): Tensor {
    return unfold(input, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return windowText(this.kernelSize, this.options);
  }
}

/** The image that sums up columns `[N, C · kH · kW, L]`, as torch.nn.Fold. */
export class Fold extends Module {
  readonly outputSize: Sizes;
  readonly kernelSize: Sizes;
  readonly options: FoldOptions;

  constructor(outputSize: Sizes, kernelSize: Sizes, options: FoldOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(input: Tensor): Tensor {
    return fold(input, this.outputSize, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return `output_size=${pythonSize(this.outputSize)}, ${windowText(this.kernelSize, this.options)}`;
  }
}

function windowText(kernelSize: Sizes, { dilation = 1, padding = 0, stride = 1 }: FoldOptions): string {
  return (
    `kernel_size=${pythonSize(kernelSize)}, dilation=${pythonSize(dilation)}, ` +
    `padding=${pythonSize(padding)}, stride=${pythonSize(stride)}`
  );
}
