/**
 * A small transformer that guesses the next character of a text, built as GPT-2 is: normalisation comes before attention
 * and before the perceptron, and what both compute is added to the stream.
 * Radford, Wu, Child, Luan, Amodei, Sutskever: Language models are unsupervised multitask learners (2019).
 */

import { F, arange, nn } from 'tenfold';
import type { Tensor } from 'tenfold';

export interface CharacterTransformerOptions {
  /** Different characters. */
  readonly vocabulary: number;
  /** Characters that the network sees at most. */
  readonly context: number;
  /** Numbers that stand for one character between the layers; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** Characters by number `[B, T]`, int32 or int64, to logits of the character after each `[B, T, vocabulary]`. */
export class CharacterTransformer extends nn.Module {
  readonly characters: nn.Embedding;
  readonly positions: nn.Embedding;
  readonly blocks: nn.Sequential;
  readonly norm: nn.LayerNorm;
  readonly head: nn.Linear;

  constructor({ vocabulary, context, width, heads, layers }: CharacterTransformerOptions) {
    super();
    this.characters = new nn.Embedding(vocabulary, width);
    this.positions = new nn.Embedding(context, width);
    for (const { weight } of [this.characters, this.positions]) nn.init.normal_(weight, 0, 0.02);
    this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block(width, heads)));
    this.norm = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabulary);
  }

  override forward(characters: Tensor): Tensor {
    const places = arange(characters.shape[1], { device: characters.device });
    const stream = this.characters.forward(characters).add(this.positions.forward(places));
    return this.head.forward(this.norm.forward(this.blocks.forward(stream)));
  }
}

class Block extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly attention: CausalAttention;
  readonly norm2: nn.LayerNorm;
  readonly perceptron: nn.Sequential;

  constructor(width: number, heads: number) {
    super();
    this.norm1 = new nn.LayerNorm(width);
    this.attention = new CausalAttention(width, heads);
    this.norm2 = new nn.LayerNorm(width);
    this.perceptron = new nn.Sequential(
      new nn.Linear(width, 4 * width),
      new nn.GELU(),
      new nn.Linear(4 * width, width),
    );
  }

  override forward(stream: Tensor): Tensor {
    const attended = stream.add(this.attention.forward(this.norm1.forward(stream)));
    return attended.add(this.perceptron.forward(this.norm2.forward(attended)));
  }
}

/** Self-attention in which no character sees what comes after it: `[B, T, width]` to the same. */
class CausalAttention extends nn.Module {
  readonly heads: number;
  readonly input: nn.Linear;
  readonly output: nn.Linear;

  constructor(width: number, heads: number) {
    super();
    this.heads = heads;
    this.input = new nn.Linear(width, 3 * width);
    this.output = new nn.Linear(width, width);
  }

  override forward(stream: Tensor): Tensor {
    const [batch, length, width] = stream.shape;
    const [query, key, value] = this.input
      .forward(stream)
      .chunk(3, -1)
      .map((part) => part.reshape(batch, length, this.heads, width / this.heads).transpose(1, 2));
    const attended = F.scaledDotProductAttention(query, key, value, { isCausal: true });
    return this.output.forward(attended.transpose(1, 2).reshape(batch, length, width));
  }
}
