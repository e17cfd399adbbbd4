/** Layers of adaptive pooling: the size of the result is given. */

import type { Tensor } from '@tenfold/tensor/base';
import * as F from '../functional/adaptive-pooling.ts';
import type { OutputSizes } from '../functional/adaptive-pooling.ts';
import type { IndexOptions, MaybeIndexed } from '../functional/max-pooling.ts';
import { Module } from '../module/module.ts';

/** What the layers of adaptive average pooling have in common. */
abstract class AdaptiveAvgPool extends Module {
  readonly outputSize: OutputSizes;

  constructor(outputSize: OutputSizes) {
    super();
    this.outputSize = outputSize;
  }

  override extraRepr(): string {
    return `output_size=${outputText(this.outputSize)}`;
  }
}

/** The means of `outputSize` windows of `[N, C, L]` or `[C, L]`, as torch.nn.AdaptiveAvgPool1d. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool1d(input, this.outputSize);
  }
}

/** The means of windows of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.AdaptiveAvgPool2d. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** The means of windows of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.AdaptiveAvgPool3d. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool3d(input, this.outputSize);
  }
}

/** What the layers of adaptive max pooling have in common. */
abstract class AdaptiveMaxPool<R extends boolean> extends Module {
  readonly outputSize: OutputSizes;
  readonly options: IndexOptions<R>;

  constructor(outputSize: OutputSizes, options: IndexOptions<R> = {}) {
    super();
    this.outputSize = outputSize;
    this.options = options;
  }

  override extraRepr(): string {
    return `output_size=${outputText(this.outputSize)}`;
  }
}

/** The maxima of `outputSize` windows of `[N, C, L]` or `[C, L]`, as torch.nn.AdaptiveMaxPool1d. */
export class AdaptiveMaxPool1d<R extends boolean = false> extends AdaptiveMaxPool<R> {
  forward(input: Tensor): MaybeIndexed<R> {
    return F.adaptiveMaxPool1d(input, this.outputSize, this.options);
  }
}

/** The maxima of windows of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.AdaptiveMaxPool2d. */
export class AdaptiveMaxPool2d<R extends boolean = false> extends AdaptiveMaxPool<R> {
  forward(input: Tensor): MaybeIndexed<R> {
    return F.adaptiveMaxPool2d(input, this.outputSize, this.options);
  }
}

/** The maxima of windows of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.AdaptiveMaxPool3d. */
export class AdaptiveMaxPool3d<R extends boolean = false> extends AdaptiveMaxPool<R> {
  forward(input: Tensor): MaybeIndexed<R> {
    return F.adaptiveMaxPool3d(input, this.outputSize, this.options);
  }
}

function outputText(size: OutputSizes): string {
  if (typeof size !== 'object' || size === null) return size === null ? 'None' : `${size}`;
  const items = size.map((n) => (n === null ? 'None' : `${n}`));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}
