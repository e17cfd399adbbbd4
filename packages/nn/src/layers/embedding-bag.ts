/** Bags of learned vectors. */

import type { Tensor } from '@tenfold/tensor/base';
import { embeddingBag } from '../functional/embedding-bag.ts';
import type { BagMode } from '../functional/embedding-bag.ts';
import { requireOneOf } from '../functional/checks.ts';
import { pythonFloat } from '../module/print.ts';
import { EmbeddingTable, pretrained } from './embedding.ts';
import type { EmbeddingOptions, PretrainedOptions } from './embedding.ts';

export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Default `'mean'`. */
  readonly mode?: BagMode;
  /** Whether the last offset is where the last bag ends. Default false. */
  readonly includeLastOffset?: boolean;
}

/** Sums, means or maxima of vectors looked up by index, as torch.nn.EmbeddingBag: `weight` is `[V, D]`, normal at first. */
export class EmbeddingBag extends EmbeddingTable {
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    const { mode = 'mean', includeLastOffset = false, ...rest } = options;
    requireOneOf('EmbeddingBag', 'mode', mode, ['sum', 'mean', 'max']);
    super(numEmbeddings, embeddingDim, rest);
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
  }

  /** A layer over vectors `[V, D]` that are there already: their memory is the parameter's. */
  static fromPretrained(
    embeddings: Tensor,
    options: PretrainedOptions & Pick<EmbeddingBagOptions, 'mode' | 'includeLastOffset'> = {},
  ): EmbeddingBag {
    const { freeze = true, ...rest } = options;
    const weight = pretrained('EmbeddingBag', embeddings, freeze);
    const layer = new EmbeddingBag(weight.shape[0], weight.shape[1], rest);
    layer.weight = weight;
    return layer;
  }

  /** Indices `[B, N]`, or `[count]` with offsets `[B]`, to `[B, D]`; `perSampleWeights` have the indices' shape. */
  forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { mode, includeLastOffset, paddingIdx } = this;
    const options = { ...this.lookup, mode, perSampleWeights, includeLastOffset, paddingIdx };
    return embeddingBag(input, this.weight, offsets, options);
  }

  override extraRepr(): string {
    const { maxNorm, normType, paddingIdx } = this;
    return [
      `${this.numEmbeddings}, ${this.embeddingDim}`,
      ...(maxNorm === null ? [] : [`max_norm=${pythonFloat(maxNorm)}`]),
      ...(normType === 2 ? [] : [`norm_type=${pythonFloat(normType)}`]),
      ...(this.scaleGradByFreq ? ['scale_grad_by_freq=True'] : []),
      `mode=${this.mode}`,
      ...(paddingIdx === null ? [] : [`padding_idx=${paddingIdx}`]),
    ].join(', ');
  }
}
