/** Distances and similarities as modules. */

import type { Tensor } from '@tenfold/tensor/base';
import { cosineSimilarity, pairwiseDistance } from '../functional/distances.ts';
import type { CosineSimilarityOptions, PairwiseDistanceOptions } from '../functional/distances.ts';
import { Module } from '../module/module.ts';

/** How much vectors along an axis point the same way. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(dim = 1, { eps = 1e-8 }: CosineSimilarityOptions = {}) {
    super();
    this.dim = dim;
    this.eps = eps;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.dim, { eps: this.eps });
  }
}

/** The `p`-norm of the difference of vectors along the last axis. */
export class PairwiseDistance extends Module {
  readonly p: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(p = 2, { eps = 1e-6, keepdim = false }: PairwiseDistanceOptions = {}) {
    super();
    this.p = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.p, { eps: this.eps, keepdim: this.keepdim });
  }
}
