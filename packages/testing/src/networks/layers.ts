/** Two building blocks of the networks that are measured and counted: a long short-term memory, a transformer block. */

import { LSTM, LayerNorm, Linear, Module, functional as F } from '@tenfold/nn';
import type { Tensor } from '@tenfold/tensor';

/** The outputs of one layer of long short-term memory: `[length, batch, inputs]` to `[length, batch, hidden]`. */
export class Lstm extends Module {
  readonly memory: LSTM;

  constructor(inputs: number, hidden: number) {
    super();
    this.memory = new LSTM(inputs, hidden);
  }

  forward(x: Tensor): Tensor {
    return this.memory.forward(x)[0];
  }
}

/** Causal self-attention and a feed-forward network, each after a layer norm and around a residual: `[batch, length, width]`. */
export class TransformerBlock extends Module {
  readonly heads: number;
  readonly norm1: LayerNorm;
  readonly qkv: Linear;
  readonly proj: Linear;
  readonly norm2: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(width: number, heads: number) {
    super();
    this.heads = heads;
    this.norm1 = new LayerNorm(width);
    this.qkv = new Linear(width, 3 * width);
    this.proj = new Linear(width, width);
    this.norm2 = new LayerNorm(width);
    this.fc1 = new Linear(width, 4 * width);
    this.fc2 = new Linear(4 * width, width);
  }

  forward(x: Tensor): Tensor {
    const [batch, length, width] = x.shape;
    const split = this.qkv
      .forward(this.norm1.forward(x))
      .reshape(batch, length, 3, this.heads, width / this.heads);
    const [q, k, v] = [0, 1, 2].map((i) => split.select(2, i).permute(0, 2, 1, 3));
    const attended = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    const y = x.add(this.proj.forward(attended.permute(0, 2, 1, 3).reshape(batch, length, width)));
    const inner = F.gelu(this.fc1.forward(this.norm2.forward(y)), { approximate: 'tanh' });
    return y.add(this.fc2.forward(inner));
  }
}
