/** The affine layer. */

import { ArgumentError } from '@tenfold/ir';
import { empty } from '@tenfold/tensor/base';
import type { DType, Tensor } from '@tenfold/tensor/base';
import { linear } from '../functional/linear.ts';
import { uniform_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonBool } from '../module/print.ts';

/** Where a layer's parameters are, and what they are made of. */
export interface LayerOptions {
  /** Default: the default device. */
  readonly device?: string;
  /** Default float32. */
  readonly dtype?: DType;
}

export interface LinearOptions extends LayerOptions {
  /** Whether to add a learned bias. Default true. */
  readonly bias?: boolean;
}

/**
 * `x Wᵀ + b` on the last axis, as torch.nn.Linear: `weight` is `[out, in]`, `bias` `[out]`, both uniform within
 * `1 / sqrt(in)` at first.
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, { bias = true, ...placement }: LinearOptions = {}) {
    super();
    requireCount('Linear', { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures], placement));
    this.bias = bias ? new Parameter(empty([outFeatures], placement)) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    initializeAffine(this.weight, this.bias, this.inFeatures);
  }

  /** `[..., in]` to `[..., out]`. */
  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${pythonBool(this.bias !== null)}`;
  }
}

/** PyTorch's default for linear and convolutional layers: within `1 / sqrt(fanIn)`. */
export function initializeAffine(weight: Parameter, bias: Parameter | null, fanIn: number): void {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  uniform_(weight, -bound, bound);
  if (bias) uniform_(bias, -bound, bound);
}

/** Raises ArgumentError unless all are whole numbers from 1. */
export function requireCount(layer: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ArgumentError(`${layer}: ${name} is ${String(value)}, expected a whole number of at least 1`);
  }
}
