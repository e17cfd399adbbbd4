/**
 * One layer of a transformer's encoder and one of its decoder: attention and a feed-forward network, each around a residual and
 * with a layer norm, before it (normFirst) or after it. What stands around the sublayers is here once for both.
 */

import type { Tensor } from '@tenfold/tensor/base';
import { gelu, relu } from '../../functional/activations.ts';
import { requireOneOf } from '../../functional/checks.ts';
import { Module } from '../../module/module.ts';
import { withSnakeCaseChildren } from '../../module/snake-case.ts';
import { Dropout } from '../dropout.ts';
import { LayerNorm } from '../layer-norm.ts';
import { Linear } from '../linear.ts';
import type { LayerOptions } from '../linear.ts';
import { MultiheadAttention } from './multihead-attention.ts';
import type { MultiheadAttentionCall } from './multihead-attention.ts';

export interface TransformerLayerOptions extends LayerOptions {
  /** Width of the feed-forward network. Default 2048. */
  readonly dimFeedforward?: number;
  /** Probability with which anything is dropped in training. Default 0.1. */
  readonly dropout?: number;
  /** Between the two products of the feed-forward network. Default `'relu'`. */
  readonly activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor);
  /** Added to the variance by the layer norms. Default 1e-5. */
  readonly layerNormEps?: number;
  /** Whether batches are `[B, L, E]` instead of `[L, B, E]`. Default false. */
  readonly batchFirst?: boolean;
  /** Whether norms come before the sublayers instead of after the sums. https://arxiv.org/abs/2002.04745. Default false. */
  readonly normFirst?: boolean;
  /** Whether linear layers and layer norms add biases. Default true. */
  readonly bias?: boolean;
}

/** What sees what. Masks are bool, true for what may not be seen, or float, added to the scores. */
export interface EncoderLayerCall {
  /** `[L, L]` or `[B · heads, L, L]` */
  readonly srcMask?: Tensor | null;
  /** `[B, L]` */
  readonly srcKeyPaddingMask?: Tensor | null;
  /** Whether a position sees none after it; `srcMask` is not needed then. Default false. */
  readonly isCausal?: boolean;
}

export interface DecoderLayerCall {
  /** `[L, L]`, `[L, S]`, or a matrix for each head of the batch. */
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  /** `[B, L]`, `[B, S]` */
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  /** Whether a position sees none after it; the mask is not needed then. Default false. */
  readonly tgtIsCausal?: boolean;
  readonly memoryIsCausal?: boolean;
}

type Masks = Pick<MultiheadAttentionCall, 'attnMask' | 'keyPaddingMask' | 'isCausal'>;

abstract class TransformerLayer extends Module {
  readonly dModel: number;
  readonly nhead: number;
  readonly options: TransformerLayerOptions;
  readonly normFirst: boolean;
  readonly activation: (x: Tensor) => Tensor;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions) {
    super();
    const { activation = 'relu', normFirst = false } = options;
    if (typeof activation === 'string') {
      requireOneOf(new.target.name, 'activation', activation, ['relu', 'gelu']);
    }
    this.dModel = dModel;
    this.nhead = nhead;
    this.options = options;
    this.normFirst = normFirst;
    this.activation = activation === 'relu' ? relu : activation === 'gelu' ? (x) => gelu(x) : activation;
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return withSnakeCaseChildren(this);
  }

  /** A sublayer around a residual, with its norm. */
  protected around(x: Tensor, norm: LayerNorm, sublayer: (x: Tensor) => Tensor): Tensor {
    return this.normFirst ? x.add(sublayer(norm.forward(x))) : norm.forward(x.add(sublayer(x)));
  }

  protected attend(attention: MultiheadAttention, query: Tensor, memory: Tensor, masks: Masks): Tensor {
    return attention.forward(query, memory, memory, { ...masks, needWeights: false })[0];
  }

  protected makeAttention(): MultiheadAttention {
    const { dropout = 0.1, batchFirst = false, bias = true, device, dtype } = this.options;
    return new MultiheadAttention(this.dModel, this.nhead, { dropout, batchFirst, bias, device, dtype });
  }

  protected makeLinear(inFeatures: number, outFeatures: number): Linear {
    const { bias = true, device, dtype } = this.options;
    return new Linear(inFeatures, outFeatures, { bias, device, dtype });
  }

  protected makeNorm(): LayerNorm {
    const { layerNormEps = 1e-5, bias = true, device, dtype } = this.options;
    return new LayerNorm(this.dModel, { eps: layerNormEps, bias, device, dtype });
  }

  protected makeDropout(): Dropout {
    return new Dropout(this.options.dropout ?? 0.1);
  }
}

/** Self-attention and a feed-forward network, as torch.nn.TransformerEncoderLayer. https://arxiv.org/abs/1706.03762 */
export class TransformerEncoderLayer extends TransformerLayer {
  selfAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options);
    const { dimFeedforward = 2048 } = options;
    this.selfAttn = this.makeAttention();
    this.linear1 = this.makeLinear(dModel, dimFeedforward);
    this.dropout = this.makeDropout();
    this.linear2 = this.makeLinear(dimFeedforward, dModel);
    this.norm1 = this.makeNorm();
    this.norm2 = this.makeNorm();
    this.dropout1 = this.makeDropout();
    this.dropout2 = this.makeDropout();
  }

  /** `[L, B, E]` to the same; or `[B, L, E]` (batchFirst), or `[L, E]`. */
  forward(src: Tensor, options: EncoderLayerCall = {}): Tensor {
    const { srcMask: attnMask, srcKeyPaddingMask: keyPaddingMask, isCausal = false } = options;
    const masks = { attnMask, keyPaddingMask, isCausal };
    const attended = this.around(src, this.norm1, (x) =>
      this.dropout1.forward(this.attend(this.selfAttn, x, x, masks)),
    );
    return this.around(attended, this.norm2, (x) => {
      const inner = this.dropout.forward(this.activation(this.linear1.forward(x)));
      return this.dropout2.forward(this.linear2.forward(inner));
    });
  }

  /** A layer of the same settings and values, with parameters of its own. */
  copy(): TransformerEncoderLayer {
    return withValuesOf(this, new TransformerEncoderLayer(this.dModel, this.nhead, this.options));
  }
}

/**
 * Self-attention, attention to what the encoder gave, and a feed-forward network, as torch.nn.TransformerDecoderLayer.
 * https://arxiv.org/abs/1706.03762
 */
export class TransformerDecoderLayer extends TransformerLayer {
  selfAttn: MultiheadAttention;
  multiheadAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options);
    const { dimFeedforward = 2048 } = options;
    this.selfAttn = this.makeAttention();
    this.multiheadAttn = this.makeAttention();
    this.linear1 = this.makeLinear(dModel, dimFeedforward);
    this.dropout = this.makeDropout();
    this.linear2 = this.makeLinear(dimFeedforward, dModel);
    this.norm1 = this.makeNorm();
    this.norm2 = this.makeNorm();
    this.norm3 = this.makeNorm();
    this.dropout1 = this.makeDropout();
    this.dropout2 = this.makeDropout();
    this.dropout3 = this.makeDropout();
  }

  /** `[L, B, E]`, with the encoder's result `[S, B, E]`, to `[L, B, E]`; or with the batch first, or without it. */
  forward(tgt: Tensor, memory: Tensor, options: DecoderLayerCall = {}): Tensor {
    const own = {
      attnMask: options.tgtMask,
      keyPaddingMask: options.tgtKeyPaddingMask,
      isCausal: options.tgtIsCausal ?? false,
    };
    const other = {
      attnMask: options.memoryMask,
      keyPaddingMask: options.memoryKeyPaddingMask,
      isCausal: options.memoryIsCausal ?? false,
    };
    const attended = this.around(tgt, this.norm1, (x) =>
      this.dropout1.forward(this.attend(this.selfAttn, x, x, own)),
    );
    const informed = this.around(attended, this.norm2, (x) =>
      this.dropout2.forward(this.attend(this.multiheadAttn, x, memory, other)),
    );
    return this.around(informed, this.norm3, (x) => {
      const inner = this.dropout.forward(this.activation(this.linear1.forward(x)));
      return this.dropout3.forward(this.linear2.forward(inner));
    });
  }

  /** A layer of the same settings and values, with parameters of its own. */
  copy(): TransformerDecoderLayer {
    return withValuesOf(this, new TransformerDecoderLayer(this.dModel, this.nhead, this.options));
  }
}

function withValuesOf<M extends Module>(model: Module, copy: M): M {
  copy.loadStateDict(model.stateDict());
  return copy;
}
