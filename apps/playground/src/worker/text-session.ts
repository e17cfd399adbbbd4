/** A small transformer that learns to write from a text: generated tales, or one that somebody brings along. */

import { CharacterTransformer } from '@tenfold/examples/character-transformer';
import { Vocabulary, randomPieces } from '@tenfold/examples/characters';
import { seededRandom } from '@tenfold/examples/random';
import { generateTales } from '@tenfold/examples/tales';
import { trainOnPieces, write } from '@tenfold/examples/writing';
import type { Writer } from '@tenfold/examples/writing';
import type { optim } from 'tenfold';
import type { DeviceName } from '../protocol.ts';
import { Session } from './session.ts';

const CONTEXT = 64;
const BATCH = 16;
const SHAPE = { context: CONTEXT, width: 64, heads: 4, layers: 2 };

export interface Corpus {
  readonly name: string;
  readonly text: string;
  readonly vocabulary: Vocabulary;
  readonly numbers: Int32Array;
}

/** A text with its characters numbered. Raises an error when it is too short to learn from. */
export function corpusOf(name: string, text: string): Corpus {
  const vocabulary = new Vocabulary(text);
  const numbers = vocabulary.encode(text);
  if (numbers.length < 4 * CONTEXT) {
    throw new Error(
      `"${name}" has ${numbers.length} characters; it takes at least ${4 * CONTEXT} to learn from`,
    );
  }
  return { name, text, vocabulary, numbers };
}

export function tales(): Corpus {
  return corpusOf('Generated tales', generateTales(120_000, 1));
}

export class TextSession extends Session<CharacterTransformer> {
  readonly corpus: Corpus;
  readonly #random = seededRandom(4);

  constructor(device: DeviceName, corpus: Corpus, learningRate: number) {
    super(device, transformer(corpus), learningRate);
    this.corpus = corpus;
  }

  /** Writes on after the prompt, without an end. The beginning of the text stands before it, so that it has a context. */
  write(prompt: string, temperature: number): AsyncGenerator<string, never> {
    this.model.eval();
    const opening = `${this.corpus.text.slice(0, 2 * CONTEXT).trim()}\n\n${prompt}`;
    return write(this.#writer, opening, { temperature, random: this.#random });
  }

  protected override build(): CharacterTransformer {
    return transformer(this.corpus);
  }

  protected override async trainOnce(optimizer: optim.Optimizer) {
    const pieces = randomPieces(this.corpus.numbers, BATCH, CONTEXT, this.#random);
    return { loss: await trainOnPieces(this.#writer, optimizer, pieces), examples: BATCH * CONTEXT };
  }

  get #writer(): Writer {
    return { model: this.model, vocabulary: this.corpus.vocabulary, context: CONTEXT, device: this.device };
  }
}

function transformer({ vocabulary }: Corpus): CharacterTransformer {
  return new CharacterTransformer({ vocabulary: vocabulary.size, ...SHAPE });
}
