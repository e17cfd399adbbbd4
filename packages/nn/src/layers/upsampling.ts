/** Layers that bring images to another size. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { interpolate } from '../functional/interpolate.ts';
import type { InterpolateOptions, InterpolationMode, ResizeOptions } from '../functional/interpolate.ts';
import { Module } from '../module/module.ts';
import { pythonFloat, pythonSize } from '../module/print.ts';

/** Brings `[N, C, ...space]` to another size, as torch.nn.Upsample. */
export class Upsample extends Module {
  readonly size: ResizeOptions['size'];
  readonly scaleFactor: ResizeOptions['scaleFactor'];
  readonly mode: InterpolationMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor({
    size = null,
    scaleFactor = null,
    mode = 'nearest',
    alignCorners = null,
    recomputeScaleFactor = null,
  }: Omit<InterpolateOptions, 'antialias'> = {}) {
    super();
    if ((size === null) === (scaleFactor === null)) {
      throw new ArgumentError('Upsample: give either size or scaleFactor');
    }
    this.size = size;
    this.scaleFactor = scaleFactor;
    this.mode = mode;
    this.alignCorners = alignCorners;
    this.recomputeScaleFactor = recomputeScaleFactor;
  }

  /** `[N, C, ...space]` to `[N, C, ...space']`. */
  forward(input: Tensor): Tensor {
    return interpolate(input, this);
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode } = this;
    if (typeof scaleFactor === 'number') return `scale_factor=${pythonFloat(scaleFactor)}, mode=${mode}`;
    if (scaleFactor) return `scale_factor=(${scaleFactor.map(pythonFloat).join(', ')}), mode=${mode}`;
    return `size=${pythonSize(size ?? [])}, mode=${mode}`;
  }
}

/** Brings `[N, C, H, W]` to another size by the nearest element, as torch.nn.UpsamplingNearest2d. */
export class UpsamplingNearest2d extends Upsample {
  constructor({ size = null, scaleFactor = null }: ResizeOptions = {}) {
    super({ size, scaleFactor });
  }
}

/** Brings `[N, C, H, W]` to another size bilinearly, corners on corners, as torch.nn.UpsamplingBilinear2d. */
export class UpsamplingBilinear2d extends Upsample {
  constructor({ size = null, scaleFactor = null }: ResizeOptions = {}) {
    super({ size, scaleFactor, mode: 'bilinear', alignCorners: true });
  }
}
