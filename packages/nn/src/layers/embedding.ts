/** The table of learned vectors. */

import { arange, empty, maskedFill, noGrad } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { embedding, paddingRow } from '../functional/embedding.ts';
import { normal_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface EmbeddingOptions extends LayerOptions {
  /** The row that starts at zero and gets no gradient; negative counts from the end. */
  readonly paddingIdx?: number | null;
}

/** Looks up vectors by index, as torch.nn.Embedding: `weight` is `[V, D]`, normal at first. */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    const { paddingIdx = null, ...placement } = options;
    requireCount('Embedding', { numEmbeddings, embeddingDim });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx === null ? null : paddingRow(paddingIdx, numEmbeddings);
    this.weight = new Parameter(empty([numEmbeddings, embeddingDim], placement));
    this.resetParameters();
  }

  resetParameters(): void {
    const { weight, paddingIdx } = this;
    normal_(weight);
    if (paddingIdx === null) return;
    noGrad(() => {
      const isPadding = arange(this.numEmbeddings, { device: weight.device }).eq(paddingIdx).unsqueeze(-1);
      weight.assign(maskedFill(weight, isPadding, 0));
    });
  }

  /** Indices of any shape, int64 or int32, to `[..., D]`. */
  forward(input: Tensor): Tensor {
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? '' : `, padding_idx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}
