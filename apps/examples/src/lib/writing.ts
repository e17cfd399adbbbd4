/** Training a character model on pieces of text, and letting it write on. */

import { F, fromBuffer, noGrad } from 'tenfold';
import type { Tensor, nn, optim } from 'tenfold';
import type { TextBatch, Vocabulary } from './characters.ts';
import { drawNumber } from './characters.ts';

/** A model from characters by number `[B, T]` to logits `[B, T, V]`, and where it is. */
export interface Writer {
  readonly model: nn.UnaryModule;
  readonly vocabulary: Vocabulary;
  /** Characters that the model sees, T. */
  readonly context: number;
  /** The device; the default one when left out. */
  readonly device?: string;
}

/** One step on pieces of `context` characters. Returns their mean loss in nats, which need not be computed yet. */
export async function trainOnPieces(
  { model, context, device }: Writer,
  optimizer: optim.Optimizer,
  { inputs, targets }: TextBatch,
): Promise<Tensor> {
  const logits = model.forward(fromBuffer(inputs, [inputs.length / context, context], { device }));
  const loss = F.crossEntropy(logits.flatten(0, 1), fromBuffer(targets, [targets.length], { device }));
  optimizer.zeroGrad();
  loss.backward();
  await optimizer.step();
  return loss;
}

export interface WritingOptions {
  /** 0 takes the likeliest character each time, 1 draws as the model says, more is bolder. */
  readonly temperature: number;
  readonly random: () => number;
}

/**
 * Writes on after `opening`, one character at a time, without an end. The model always sees `context` characters, so
 * that every step is the same plan: an opening that is shorter gets the first character of the vocabulary before it.
 */
export async function* write(
  { model, vocabulary, context, device }: Writer,
  opening: string,
  { temperature, random }: WritingOptions,
): AsyncGenerator<string, never> {
  const start = vocabulary.encode(opening).slice(-context);
  const window = new Int32Array(context);
  window.set(start, context - start.length);
  for (;;) {
    const seen = fromBuffer(window.slice(), [1, context], { device });
    const last = noGrad(() => model.forward(seen).select(1, -1).flatten());
    const number = drawNumber((await last.tolist()) as number[], temperature, random);
    window.copyWithin(0, 1);
    window[context - 1] = number;
    yield vocabulary.decode([number]);
  }
}
