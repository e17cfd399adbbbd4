/** Training a character model on pieces of text, and letting it write on. */

import { F, fromBuffer, noGrad } from 'tenfold';
import type { Tensor, nn, optim } from 'tenfold';
import type { TextBatch, Vocabulary } from './characters.ts';
import { consecutivePieces, drawNumber } from './characters.ts';

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
  writer: Writer,
  optimizer: optim.Optimizer,
  pieces: TextBatch,
): Promise<Tensor> {
  const loss = lossOn(writer, pieces);
  optimizer.zeroGrad();
  loss.backward();
  await optimizer.step();
  return loss;
}

function lossOn({ model, context, device }: Writer, { inputs, targets }: TextBatch): Tensor {
  const logits = model.forward(fromBuffer(inputs, [inputs.length / context, context], { device }));
  return F.crossEntropy(logits.flatten(0, 1), fromBuffer(targets, [targets.length], { device }));
}

/** The mean loss on a whole text, in nats a character, piece by piece. The model is left in evaluation mode. */
export async function meanLoss(writer: Writer, text: Int32Array): Promise<number> {
  writer.model.eval();
  let [total, count] = [0, 0];
  for (const pieces of consecutivePieces(text, 32, writer.context)) {
    const loss = await noGrad(() => lossOn(writer, pieces)).item();
    total += loss * pieces.inputs.length;
    count += pieces.inputs.length;
  }
  return total / count;
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
