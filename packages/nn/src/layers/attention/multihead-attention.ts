/** Multi-head attention as a layer. */

import { ArgumentError } from '@tenfold/ir';
import { empty } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { requireProbability } from '../../functional/checks.ts';
import { multiHeadAttentionForward } from '../../functional/multi-head-attention.ts';
import type { MultiHeadAttentionOptions } from '../../functional/multi-head-attention.ts';
import { xavierNormal_, xavierUniform_, zeros_ } from '../../init/index.ts';
import { Module } from '../../module/module.ts';
import { Parameter } from '../../module/parameter.ts';
import { withSnakeCaseChildren } from '../../module/snake-case.ts';
import { Linear, requireCount } from '../linear.ts';
import type { LayerOptions } from '../linear.ts';

export interface MultiheadAttentionOptions extends LayerOptions {
  /** Probability with which an attention weight is dropped in training. Default 0. */
  readonly dropout?: number;
  /** Whether the projections add biases. Default true. */
  readonly bias?: boolean;
  /** Whether there is one more, learned key and value. Default false. */
  readonly addBiasKv?: boolean;
  /** Whether there is one more key and value of zeros. Default false. */
  readonly addZeroAttn?: boolean;
  /** Features of the keys, and of the values. Default: `embedDim`. */
  readonly kdim?: number | null;
  readonly vdim?: number | null;
  /** Whether batches are `[N, L, E]` instead of `[L, N, E]`. Default false. */
  readonly batchFirst?: boolean;
}

/** Settings of a call; see `F.multiHeadAttentionForward`. */
export type MultiheadAttentionCall = Pick<
  MultiHeadAttentionOptions,
  'keyPaddingMask' | 'needWeights' | 'attnMask' | 'averageAttnWeights' | 'isCausal'
>;

/**
 * Attention of `numHeads` heads with projections before and after it, as torch.nn.MultiheadAttention. Without
 * `needWeights: false` the weights are held in memory and given too. https://arxiv.org/abs/1706.03762
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly kdim: number;
  readonly vdim: number;
  dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  /** `[3 E, E]` for query, key and value; or, where those differ in size, one matrix `[E, size]` for each. */
  inProjWeight: Parameter | null = null;
  qProjWeight: Parameter | null = null;
  kProjWeight: Parameter | null = null;
  vProjWeight: Parameter | null = null;
  inProjBias: Parameter | null;
  biasK: Parameter | null;
  biasV: Parameter | null;
  outProj: Linear;

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const {
      dropout = 0,
      bias = true,
      addBiasKv = false,
      addZeroAttn = false,
      kdim,
      vdim,
      batchFirst = false,
      ...placement
    } = options;
    requireCount('MultiheadAttention', { embedDim, numHeads });
    requireProbability('MultiheadAttention', dropout);
    if (embedDim % numHeads !== 0) {
      throw new ArgumentError(
        `MultiheadAttention: ${numHeads} heads do not divide an embedding of ${embedDim}`,
      );
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.kdim = kdim ?? embedDim;
    this.vdim = vdim ?? embedDim;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    const parameter = (key: string, ...shape: number[]) => new Parameter(empty(shape, placement), { key });
    if (this.kdim === embedDim && this.vdim === embedDim) {
      this.inProjWeight = parameter('in_proj_weight', 3 * embedDim, embedDim);
    } else {
      this.qProjWeight = parameter('q_proj_weight', embedDim, embedDim);
      this.kProjWeight = parameter('k_proj_weight', embedDim, this.kdim);
      this.vProjWeight = parameter('v_proj_weight', embedDim, this.vdim);
    }
    this.inProjBias = bias ? parameter('in_proj_bias', 3 * embedDim) : null;
    this.biasK = addBiasKv ? parameter('bias_k', 1, 1, embedDim) : null;
    this.biasV = addBiasKv ? parameter('bias_v', 1, 1, embedDim) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias, ...placement });
    this.resetParameters();
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return withSnakeCaseChildren(this);
  }

  /** Xavier's uniform numbers for the projections in, zeros for the biases, Xavier's normal ones for learned keys. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) {
      if (weight) xavierUniform_(weight);
    }
    for (const bias of [this.inProjBias, this.outProj.bias]) if (bias) zeros_(bias);
    for (const extra of [this.biasK, this.biasV]) if (extra) xavierNormal_(extra);
  }

  /** Query `[L, N, E]`, key `[S, N, kdim]`, value `[S, N, vdim]`, or all without N, to `[L, N, E]` and weights `[N, L, S]`. */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: MultiheadAttentionCall = {},
  ): [Tensor, Tensor | null] {
    const swaps = this.batchFirst && query.ndim === 3;
    const swapped = new Map([query, key, value].map((x) => [x, swaps ? x.transpose(0, 1) : x]));
    const [q, k, v] = [query, key, value].map((x) => swapped.get(x) ?? x);
    const { qProjWeight, kProjWeight, vProjWeight, training } = this;
    const [output, weights] = multiHeadAttentionForward(
      q,
      k,
      v,
      this.embedDim,
      this.numHeads,
      this.inProjWeight,
      this.inProjBias,
      this.biasK,
      this.biasV,
      this.addZeroAttn,
      this.dropout,
      this.outProj.weight,
      this.outProj.bias,
      {
        ...options,
        training,
        useSeparateProjWeight: !this.inProjWeight,
        qProjWeight,
        kProjWeight,
        vProjWeight,
      },
    );
    return [swaps ? output.transpose(0, 1) : output, weights];
  }
}
