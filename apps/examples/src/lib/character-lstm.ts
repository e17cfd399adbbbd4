/**
 * A recurrent network that guesses the next character of a text: long short-term memory reads one character after the
 * other, and what it remembers says which comes next.
 * Karpathy: The unreasonable effectiveness of recurrent neural networks (2015).
 */

import { nn } from 'tenfold';
import type { Tensor } from 'tenfold';

export interface CharacterLstmOptions {
  /** Different characters. */
  readonly vocabulary: number;
  /** Numbers that the network remembers in each layer. */
  readonly width: number;
  readonly layers: number;
}

/** Characters by number `[B, T]`, int32 or int64, to logits of the character after each `[B, T, vocabulary]`. */
export class CharacterLstm extends nn.Module {
  readonly characters: nn.Embedding;
  readonly memory: nn.LSTM;
  readonly head: nn.Linear;

  constructor({ vocabulary, width, layers }: CharacterLstmOptions) {
    super();
    this.characters = new nn.Embedding(vocabulary, width);
    this.memory = new nn.LSTM(width, width, layers, { batchFirst: true });
    this.head = new nn.Linear(width, vocabulary);
  }

  override forward(characters: Tensor): Tensor {
    const [remembered] = this.memory.forward(this.characters.forward(characters));
    return this.head.forward(remembered);
  }
}
