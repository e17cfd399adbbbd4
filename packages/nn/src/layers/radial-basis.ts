/** A layer of radial basis functions: how near an input is to each of a number of learned centres. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { empty, ones } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { requireOneOf } from '../functional/checks.ts';
import { normal_, ones_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

/** As a function of `r²`, the squared distance times the squared scale. */
const BASES = {
  /** `exp(-r²)` */
  gaussian: (squared: Tensor) => squared.neg().exp(),
  /** `sqrt(1 + r²)` */
  multiquadric: (squared: Tensor) => squared.add(1).sqrt(),
  /** `1 / sqrt(1 + r²)` */
  inverseMultiquadric: (squared: Tensor) => squared.add(1).rsqrt(),
  /** `1 / (1 + r²)` */
  inverseQuadratic: (squared: Tensor) => squared.add(1).reciprocal(),
} as const;

export type RadialFunction = keyof typeof BASES;

export interface RadialBasisOptions extends LayerOptions {
  /** Default `'gaussian'`. */
  readonly basis?: RadialFunction;
}

/**
 * `φ(s_k · ‖x - c_k‖)` for each of `outFeatures` centres c and scales s, both learned; a linear layer after it makes a radial basis
 * function network. Centres are normal at first, scales 1. Broomhead, Lowe 1988; https://doi.org/10.1162/neco.1989.1.2.281
 */
export class RadialBasis extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly basis: RadialFunction;
  /** `[out, in]` */
  centres: Parameter;
  /** `[out]` */
  scales: Parameter;

  constructor(
    inFeatures: number,
    outFeatures: number,
    { basis = 'gaussian', ...placement }: RadialBasisOptions = {},
  ) {
    super();
    requireCount('RadialBasis', { inFeatures, outFeatures });
    requireOneOf('RadialBasis', 'basis', basis, Object.keys(BASES));
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.basis = basis;
    this.centres = new Parameter(empty([outFeatures, inFeatures], placement));
    this.scales = new Parameter(ones([outFeatures], placement));
    this.resetParameters();
  }

  resetParameters(): void {
    normal_(this.centres);
    ones_(this.scales);
  }

  /** `[..., in]` to `[..., out]`. */
  forward(input: Tensor): Tensor {
    if (input.ndim === 0 || input.shape.at(-1) !== this.inFeatures) {
      throw new ShapeError(
        `RadialBasis: the input has shape ${formatShape(input.shape)}, expected [..., ${this.inFeatures}]`,
      );
    }
    const squared = input.unsqueeze(-2).sub(this.centres).square().sum(-1);
    return BASES[this.basis](squared.mul(this.scales.square()));
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, basis=${this.basis}`;
  }
}
