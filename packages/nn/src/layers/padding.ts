/** Layers that put elements around images: a constant, zeros, the mirror image, the edge, or the other side. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import type { Sizes } from '../functional/checks.ts';
import { pad } from '../functional/pad.ts';
import type { PadMode } from '../functional/pad.ts';
import { requireSpatial } from '../functional/spatial.ts';
import { Module } from '../module/module.ts';
import { pythonTuple } from '../module/print.ts';

/** What the layers below have in common. */
abstract class Padding extends Module {
  /** Pairs (before, after) from the last axis backwards; negative ones cut off. */
  readonly padding: readonly number[];
  readonly #rank: number;
  readonly #mode: PadMode;

  constructor(layer: string, rank: number, mode: PadMode, padding: Sizes) {
    super();
    const sizes = typeof padding === 'number' ? new Array<number>(2 * rank).fill(padding) : [...padding];
    if (sizes.length !== 2 * rank || !sizes.every(Number.isInteger)) {
      throw new ArgumentError(
        `${layer}: padding is ${JSON.stringify(padding)}, expected a whole number or ${2 * rank} of them`,
      );
    }
    this.padding = sizes;
    this.#rank = rank;
    this.#mode = mode;
  }

  /** `[N, C, ...space]` or `[C, ...space]`, padded. */
  forward(input: Tensor): Tensor {
    return this.padded(input, 0);
  }

  protected padded(input: Tensor, value: number): Tensor {
    if (this.#mode !== 'constant') requireSpatial(this.constructor.name, this.#rank, input);
    return pad(input, this.padding, { mode: this.#mode, value });
  }

  override extraRepr(): string {
    return pythonTuple(this.padding);
  }
}

/** Padding by a value. */
abstract class ConstantPad extends Padding {
  readonly value: number;

  constructor(layer: string, rank: number, padding: Sizes, value: number) {
    super(layer, rank, 'constant', padding);
    this.value = value;
  }

  override forward(input: Tensor): Tensor {
    return this.padded(input, this.value);
  }

  override extraRepr(): string {
    return `padding=${pythonTuple(this.padding)}, value=${this.value}`;
  }
}

/** Puts `value` around the last axis, as torch.nn.ConstantPad1d. */
export class ConstantPad1d extends ConstantPad {
  constructor(padding: Sizes, value: number) {
    super('ConstantPad1d', 1, padding, value);
  }
}

/** Puts `value` around the last two axes, as torch.nn.ConstantPad2d. */
export class ConstantPad2d extends ConstantPad {
  constructor(padding: Sizes, value: number) {
    super('ConstantPad2d', 2, padding, value);
  }
}

/** Puts `value` around the last three axes, as torch.nn.ConstantPad3d. */
export class ConstantPad3d extends ConstantPad {
  constructor(padding: Sizes, value: number) {
    super('ConstantPad3d', 3, padding, value);
  }
}

/** Puts zeros around the last axis, as torch.nn.ZeroPad1d. */
export class ZeroPad1d extends Padding {
  constructor(padding: Sizes) {
    super('ZeroPad1d', 1, 'constant', padding);
  }
}

/** Puts zeros around the last two axes, as torch.nn.ZeroPad2d. */
export class ZeroPad2d extends Padding {
  constructor(padding: Sizes) {
    super('ZeroPad2d', 2, 'constant', padding);
  }
}

/** Puts zeros around the last three axes, as torch.nn.ZeroPad3d. */
export class ZeroPad3d extends Padding {
  constructor(padding: Sizes) {
    super('ZeroPad3d', 3, 'constant', padding);
  }
}

/** Mirrors, without the edge, the last axis, as torch.nn.ReflectionPad1d. */
export class ReflectionPad1d extends Padding {
  constructor(padding: Sizes) {
    super('ReflectionPad1d', 1, 'reflect', padding);
  }
}

/** Mirrors, without the edge, the last two axes, as torch.nn.ReflectionPad2d. */
export class ReflectionPad2d extends Padding {
  constructor(padding: Sizes) {
    super('ReflectionPad2d', 2, 'reflect', padding);
  }
}

/** Mirrors, without the edge, the last three axes, as torch.nn.ReflectionPad3d. */
export class ReflectionPad3d extends Padding {
  constructor(padding: Sizes) {
    super('ReflectionPad3d', 3, 'reflect', padding);
  }
}

/** Repeats the edge of the last axis, as torch.nn.ReplicationPad1d. */
export class ReplicationPad1d extends Padding {
  constructor(padding: Sizes) {
    super('ReplicationPad1d', 1, 'replicate', padding);
  }
}

/** Repeats the edge of the last two axes, as torch.nn.ReplicationPad2d. */
export class ReplicationPad2d extends Padding {
  constructor(padding: Sizes) {
    super('ReplicationPad2d', 2, 'replicate', padding);
  }
}

/** Repeats the edge of the last three axes, as torch.nn.ReplicationPad3d. */
export class ReplicationPad3d extends Padding {
  constructor(padding: Sizes) {
    super('ReplicationPad3d', 3, 'replicate', padding);
  }
}

/** Wraps around the last axis, as torch.nn.CircularPad1d. */
export class CircularPad1d extends Padding {
  constructor(padding: Sizes) {
    super('CircularPad1d', 1, 'circular', padding);
  }
}

/** Wraps around the last two axes, as torch.nn.CircularPad2d. */
export class CircularPad2d extends Padding {
  constructor(padding: Sizes) {
    super('CircularPad2d', 2, 'circular', padding);
  }
}

/** Wraps around the last three axes, as torch.nn.CircularPad3d. */
export class CircularPad3d extends Padding {
  constructor(padding: Sizes) {
    super('CircularPad3d', 3, 'circular', padding);
  }
}
