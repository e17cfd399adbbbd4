/** Layers that tell a network where in a sequence a token stands: added to the tokens, or turning queries and keys. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { arange, empty } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { embedding } from '../../functional/embedding.ts';
import { rotaryEmbedding, sinusoidalPositions } from '../../functional/positions.ts';
import { normal_ } from '../../init/index.ts';
import { Module } from '../../module/module.ts';
import { Parameter } from '../../module/parameter.ts';
import { Dropout } from '../dropout.ts';
import { requireCount } from '../linear.ts';
import type { LayerOptions } from '../linear.ts';

export interface PositionalEncodingOptions {
  /** Probability with which a sum is dropped in training. Default 0. */
  readonly dropout?: number;
  /** Whether batches are `[B, L, E]` instead of `[L, B, E]`. Default false. */
  readonly batchFirst?: boolean;
}

/** Adds rows `[L, E]` to a batch, or to one sequence. */
abstract class AddedPositions extends Module {
  readonly dModel: number;
  readonly batchFirst: boolean;
  dropout: Dropout;

  constructor(dModel: number, { dropout = 0, batchFirst = false }: PositionalEncodingOptions) {
    super();
    requireCount(new.target.name, { dModel });
    this.dModel = dModel;
    this.batchFirst = batchFirst;
    this.dropout = new Dropout(dropout);
  }

  /** Rows for the positions from 0 on. */
  protected abstract rows(length: number, input: Tensor): Tensor;

  /** `[L, B, E]`, `[B, L, E]` (batchFirst) or `[L, E]` to the same. */
  forward(input: Tensor): Tensor {
    const { ndim, shape } = input;
    if ((ndim !== 2 && ndim !== 3) || shape[ndim - 1] !== this.dModel) {
      throw new ShapeError(
        `${this.constructor.name}: the input has shape ${formatShape(shape)}, expected a batch of sequences of ${this.dModel} numbers a token`,
      );
    }
    const isLengthFirst = ndim === 2 || !this.batchFirst;
    const rows = this.rows(shape[isLengthFirst ? 0 : 1], input);
    return this.dropout.forward(input.add(ndim === 3 && isLengthFirst ? rows.unsqueeze(1) : rows));
  }

  override extraRepr(): string {
    return `${this.dModel}`;
  }
}

/** Adds sines and cosines of falling frequencies, for sequences of any length. https://arxiv.org/abs/1706.03762 */
export class SinusoidalPositionalEncoding extends AddedPositions {
  constructor(dModel: number, options: PositionalEncodingOptions = {}) {
    super(dModel, options);
  }

  protected rows(length: number, { dtype, device }: Tensor): Tensor {
    return sinusoidalPositions(length, this.dModel, { dtype, device });
  }
}

/** Adds a learned vector for each of `maxLen` positions, as BERT and GPT do. https://arxiv.org/abs/1705.03122 */
export class LearnedPositionalEncoding extends AddedPositions {
  /** `[maxLen, E]` */
  weight: Parameter;

  constructor(maxLen: number, dModel: number, options: PositionalEncodingOptions & LayerOptions = {}) {
    const { dropout, batchFirst, ...placement } = options;
    super(dModel, { dropout, batchFirst });
    requireCount('LearnedPositionalEncoding', { maxLen });
    this.weight = new Parameter(empty([maxLen, dModel], placement));
    this.resetParameters();
  }

  /** Normal numbers of deviation 0.02. */
  resetParameters(): void {
    normal_(this.weight, 0, 0.02);
  }

  protected rows(length: number, { device }: Tensor): Tensor {
    const [maxLen] = this.weight.shape;
    if (length > maxLen) {
      throw new ShapeError(`LearnedPositionalEncoding: ${length} tokens, but positions for ${maxLen} only`);
    }
    return embedding(arange(length, { device }), this.weight);
  }

  override extraRepr(): string {
    return `${this.weight.shape[0]}, ${this.dModel}`;
  }
}

export interface RotaryPositionalEncodingOptions {
  /** Default 10000. */
  readonly base?: number;
  /** Whether neighbours turn together, instead of elements half a row apart. Default true. */
  readonly interleaved?: boolean;
}

/** Turns queries and keys by their positions; see `F.rotaryEmbedding`. https://arxiv.org/abs/2104.09864 */
export class RotaryPositionalEncoding extends Module {
  readonly base: number;
  readonly interleaved: boolean;

  constructor({ base = 10000, interleaved = true }: RotaryPositionalEncodingOptions = {}) {
    super();
    this.base = base;
    this.interleaved = interleaved;
  }

  /** `[..., L, E]` to the same; the first row stands at `offset`. */
  forward(input: Tensor, offset = 0): Tensor {
    const { base, interleaved } = this;
    return rotaryEmbedding(input, { offset, base, interleaved });
  }

  override extraRepr(): string {
    return `base=${this.base}, interleaved=${this.interleaved ? 'True' : 'False'}`;
  }
}
