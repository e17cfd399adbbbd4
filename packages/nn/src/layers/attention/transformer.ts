/** Layers of transformers on top of each other: encoder, decoder, and both together. */

import { ArgumentError } from '@tenfold/ir';
import type { CreationOptions, Tensor } from '@tenfold/tensor/base';
import { causalMask } from '../../functional/multi-head-attention.ts';
import { xavierUniform_ } from '../../init/index.ts';
import { Module } from '../../module/module.ts';
import { ModuleList } from '../containers.ts';
import { LayerNorm } from '../layer-norm.ts';
import { TransformerDecoderLayer, TransformerEncoderLayer } from './transformer-layers.ts';
import type { DecoderLayerCall, EncoderLayerCall, TransformerLayerOptions } from './transformer-layers.ts';

/** A layer of an encoder, which can make more of its kind. */
export interface EncoderLayer extends Module {
  forward(src: Tensor, options?: EncoderLayerCall): Tensor;
  copy(): EncoderLayer;
}

/** A layer of a decoder, which can make more of its kind. */
export interface DecoderLayer extends Module {
  forward(tgt: Tensor, memory: Tensor, options?: DecoderLayerCall): Tensor;
  copy(): DecoderLayer;
}

interface Norm extends Module {
  forward(input: Tensor): Tensor;
}

export interface StackOptions {
  /** What comes after the last layer. Default: nothing. */
  readonly norm?: Norm | null;
}

export interface EncoderCall extends Omit<EncoderLayerCall, 'srcMask'> {
  /** `[L, L]` or `[B · heads, L, L]` */
  readonly mask?: Tensor | null;
}

/** `numLayers` copies of an encoder layer, which start with its values, as torch.nn.TransformerEncoder. */
export class TransformerEncoder extends Module {
  layers: ModuleList<EncoderLayer>;
  norm: Norm | null;

  constructor(encoderLayer: EncoderLayer, numLayers: number, { norm = null }: StackOptions = {}) {
    super();
    this.layers = copies('TransformerEncoder', encoderLayer, numLayers);
    this.norm = norm;
  }

  /** The shape stays. */
  forward(src: Tensor, { mask, ...options }: EncoderCall = {}): Tensor {
    let output = src;
    for (const layer of this.layers) output = layer.forward(output, { ...options, srcMask: mask });
    return this.norm ? this.norm.forward(output) : output;
  }
}

/** `numLayers` copies of a decoder layer, which start with its values, as torch.nn.TransformerDecoder. */
export class TransformerDecoder extends Module {
  layers: ModuleList<DecoderLayer>;
  norm: Norm | null;

  constructor(decoderLayer: DecoderLayer, numLayers: number, { norm = null }: StackOptions = {}) {
    super();
    this.layers = copies('TransformerDecoder', decoderLayer, numLayers);
    this.norm = norm;
  }

  /** `tgt`'s shape stays. */
  forward(tgt: Tensor, memory: Tensor, options: DecoderLayerCall = {}): Tensor {
    let output = tgt;
    for (const layer of this.layers) output = layer.forward(output, memory, options);
    return this.norm ? this.norm.forward(output) : output;
  }
}

function copies<L extends Module & { copy(): L }>(name: string, layer: L, count: number): ModuleList<L> {
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError(`${name}: numLayers is ${count}, expected a whole number of at least 1`);
  }
  return new ModuleList(Array.from({ length: count }, () => layer.copy()));
}

export interface TransformerOptions extends TransformerLayerOptions {
  /** Default 6. */
  readonly numEncoderLayers?: number;
  /** Default 6. */
  readonly numDecoderLayers?: number;
  /** Instead of the encoder that would be made. */
  readonly customEncoder?: TransformerEncoder | null;
  /** Instead of the decoder that would be made. */
  readonly customDecoder?: TransformerDecoder | null;
}

export interface TransformerCall extends DecoderLayerCall {
  readonly srcMask?: Tensor | null;
  readonly srcKeyPaddingMask?: Tensor | null;
  readonly srcIsCausal?: boolean;
}

/** Encoder and decoder, as torch.nn.Transformer. https://arxiv.org/abs/1706.03762 */
export class Transformer extends Module {
  encoder: TransformerEncoder;
  decoder: TransformerDecoder;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(dModel = 512, nhead = 8, options: TransformerOptions = {}) {
    super();
    const { numEncoderLayers = 6, numDecoderLayers = 6, customEncoder, customDecoder, ...layer } = options;
    const { layerNormEps: eps = 1e-5, bias = true, batchFirst = false, device, dtype } = layer;
    const norm = () => new LayerNorm(dModel, { eps, bias, device, dtype });
    this.encoder =
      customEncoder ??
      new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, {
        norm: norm(),
      });
    this.decoder =
      customDecoder ??
      new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, {
        norm: norm(),
      });
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = batchFirst;
    this.resetParameters();
  }

  /** `[L, L]`, 0 where a position may see another, minus infinity above the diagonal. */
  static generateSquareSubsequentMask(
    sz: number,
    options: Omit<CreationOptions, 'requiresGrad'> = {},
  ): Tensor {
    return causalMask(sz, sz, { dtype: 'float32', ...options });
  }

  /** Xavier's uniform numbers for all matrices. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  /** Source `[S, B, E]` and target `[T, B, E]` to `[T, B, E]`; or with the batch first, or without it. */
  forward(src: Tensor, tgt: Tensor, options: TransformerCall = {}): Tensor {
    const { srcMask: mask, srcKeyPaddingMask, srcIsCausal: isCausal = false, ...rest } = options;
    const memory = this.encoder.forward(src, { mask, srcKeyPaddingMask, isCausal });
    return this.decoder.forward(tgt, memory, rest);
  }
}
