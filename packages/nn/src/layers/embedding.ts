/** The table of learned vectors. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { arange, empty, maskedFill, noGrad } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { embedding, paddingRow } from '../functional/embedding.ts';
import type { LookupOptions } from '../functional/embedding.ts';
import { normal_ } from '../init/index.ts';
import { Module } from '../module/module.ts';
import { Parameter } from '../module/parameter.ts';
import { pythonFloat } from '../module/print.ts';
import { requireCount } from './linear.ts';
import type { LayerOptions } from './linear.ts';

export interface EmbeddingOptions extends LayerOptions, LookupOptions {
  /** The row that starts at zero and gets no gradient; negative counts from the end. */
  readonly paddingIdx?: number | null;
}

export interface PretrainedOptions extends LookupOptions {
  /** Whether the vectors are not trained. Default true. */
  readonly freeze?: boolean;
  /** The row that gets no gradient. */
  readonly paddingIdx?: number | null;
}

/** What Embedding and EmbeddingBag share: the table, and what looking up does to it. */
export abstract class EmbeddingTable extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions) {
    super();
    const {
      paddingIdx = null,
      maxNorm = null,
      normType = 2,
      scaleGradByFreq = false,
      ...placement
    } = options;
    requireCount(new.target.name, { numEmbeddings, embeddingDim });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx === null ? null : paddingRow(paddingIdx, numEmbeddings);
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
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

  protected get lookup(): LookupOptions {
    const { maxNorm, normType, scaleGradByFreq } = this;
    return { maxNorm, normType, scaleGradByFreq };
  }
}

/** A parameter over vectors that are there already. */
export function pretrained(name: string, embeddings: Tensor, freeze: boolean): Parameter {
  if (embeddings.ndim === 2) return new Parameter(embeddings, { requiresGrad: !freeze });
  throw new ShapeError(
    `${name}.fromPretrained: the embeddings have shape ${formatShape(embeddings.shape)}, expected [rows, columns]`,
  );
}

/** Looks up vectors by index, as torch.nn.Embedding: `weight` is `[V, D]`, normal at first. */
export class Embedding extends EmbeddingTable {
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
  }

  /** A layer over vectors `[V, D]` that are there already: their memory is the parameter's. */
  static fromPretrained(
    embeddings: Tensor,
    { freeze = true, ...options }: PretrainedOptions = {},
  ): Embedding {
    const weight = pretrained('Embedding', embeddings, freeze);
    const layer = new Embedding(weight.shape[0], weight.shape[1], options);
    layer.weight = weight;
    return layer;
  }

  /** Indices of any shape, int64 or int32, to `[..., D]`. */
  forward(input: Tensor): Tensor {
    return embedding(input, this.weight, { ...this.lookup, paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const { paddingIdx, maxNorm, normType } = this;
    return [
      `${this.numEmbeddings}, ${this.embeddingDim}`,
      ...(paddingIdx === null ? [] : [`padding_idx=${paddingIdx}`]),
      ...(maxNorm === null ? [] : [`max_norm=${pythonFloat(maxNorm)}`]),
      ...(normType === 2 ? [] : [`norm_type=${pythonFloat(normType)}`]),
      ...(this.scaleGradByFreq ? ['scale_grad_by_freq=True'] : []),
    ].join(', ');
  }
}
