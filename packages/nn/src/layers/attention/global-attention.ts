/** Global attention of a decoder to all of a recurrent encoder's outputs. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { arange, cat, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { literal } from '@tenfold/tensor/internal';
import { requireOneOf, requireShape } from '../../functional/checks.ts';
import { Module } from '../../module/module.ts';
import { withSnakeCaseChildren } from '../../module/snake-case.ts';
import { Linear, requireCount } from '../linear.ts';
import type { LayerOptions } from '../linear.ts';

export type GlobalScore = 'dot' | 'general' | 'concat';

export interface GlobalAttentionOptions extends LayerOptions {
  /** `h · s`, `h · W s`, or `v · tanh(W s + U h)`. Default `'dot'`. */
  readonly score?: GlobalScore;
}

/**
 * Global attention of Luong, Pham and Manning 2015: weights `a = softmax(score(h, s))` over an encoder's outputs s, and from the
 * context `c = a s` the output `tanh(W [c; h])`. The score `'concat'` is Bahdanau's. https://arxiv.org/abs/1508.04025
 */
export class GlobalAttention extends Module {
  readonly size: number;
  readonly score: GlobalScore;
  linearIn: Linear | null;
  linearContext: Linear | null;
  linearQuery: Linear | null;
  v: Linear | null;
  linearOut: Linear;

  constructor(size: number, { score = 'dot', ...placement }: GlobalAttentionOptions = {}) {
    super();
    requireCount('GlobalAttention', { size });
    requireOneOf('GlobalAttention', 'score', score, ['dot', 'general', 'concat']);
    this.size = size;
    this.score = score;
    const linear = (inputs: number, outputs: number, bias: boolean) =>
      new Linear(inputs, outputs, { bias, ...placement });
    const isConcat = score === 'concat';
    this.linearIn = score === 'general' ? linear(size, size, false) : null;
    this.linearContext = isConcat ? linear(size, size, false) : null;
    this.linearQuery = isConcat ? linear(size, size, true) : null;
    this.v = isConcat ? linear(size, 1, false) : null;
    this.linearOut = linear(2 * size, size, isConcat);
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return withSnakeCaseChildren(this);
  }

  /**
   * The decoder's states `[B, L, E]` or `[B, E]` and the encoder's outputs `[B, S, E]`, of which the first `lengths` `[B]` count,
   * to outputs of the states' shape and weights `[B, L, S]` or `[B, S]`.
   */
  forward(source: Tensor, memoryBank: Tensor, memoryLengths: Tensor | null = null): [Tensor, Tensor] {
    const isStep = source.ndim === 2;
    const states = isStep ? source.unsqueeze(1) : source;
    this.#check(states, memoryBank);
    const scores = this.#scores(states, memoryBank);
    const weights = this.#masked(scores, memoryLengths).softmax(-1);
    const context = weights.matmul(memoryBank);
    const output = this.linearOut.forward(cat([context, states], -1)).tanh();
    return isStep ? [output.squeeze(1), weights.squeeze(1)] : [output, weights];
  }

  /** `[B, L, S]` */
  #scores(states: Tensor, memory: Tensor): Tensor {
    const { linearContext, linearQuery, v } = this;
    if (linearContext && linearQuery && v) {
      const sum = linearContext.forward(memory).unsqueeze(1).add(linearQuery.forward(states).unsqueeze(2));
      return v.forward(sum.tanh()).squeeze(-1);
    }
    const queries = this.linearIn ? this.linearIn.forward(states) : states;
    return queries.matmul(memory.transpose(1, 2));
  }

  #masked(scores: Tensor, lengths: Tensor | null): Tensor {
    if (lengths === null) return scores;
    const [batch, , keys] = scores.shape;
    requireShape('GlobalAttention', 'lengths', lengths, [batch]);
    const counts = arange(keys, { device: scores.device }).lt(lengths.reshape(batch, 1, 1));
    return where(counts, scores, literal(scores, -Infinity));
  }

  #check(states: Tensor, memory: Tensor): void {
    const fits =
      states.ndim === 3 &&
      memory.ndim === 3 &&
      states.shape[0] === memory.shape[0] &&
      [states, memory].every(({ shape }) => shape[2] === this.size);
    if (fits) return;
    throw new ShapeError(
      `GlobalAttention: states ${formatShape(states.shape)} and memory ${formatShape(memory.shape)}; expected ` +
        `[batch, length, ${this.size}] both, of one batch`,
    );
  }

  override extraRepr(): string {
    return `${this.size}, score=${this.score}`;
  }
}
