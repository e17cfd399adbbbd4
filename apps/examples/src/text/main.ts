/**
 * Trains a small network to write, one character after the other: on the text file in `--text`, or on generated tales
 * without it. The last tenth of the text is kept to tell how well it has learnt.
 */

import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { manualSeed, optim } from 'tenfold';
import type { nn } from 'tenfold';
import { CharacterLstm } from '../lib/character-lstm.ts';
import { CharacterTransformer } from '../lib/character-transformer.ts';
import { Vocabulary, randomPieces } from '../lib/characters.ts';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { seededRandom } from '../lib/random.ts';
import { generateTales } from '../lib/tales.ts';
import { meanLoss, trainOnPieces, write } from '../lib/writing.ts';
import type { Writer } from '../lib/writing.ts';

interface Options {
  readonly text?: string;
  readonly model: 'transformer' | 'lstm';
  readonly steps: number;
  readonly batchSize: number;
  readonly context: number;
  readonly width: number;
  readonly layers: number;
  readonly lr: number;
  readonly seed: number;
  readonly length: number;
  readonly temperature: number;
  readonly device: DeviceName;
}

const HEADS = 4;

const program = new Command('text')
  .description('Train a small network to write, one character after the other.')
  .option('--text <file>', 'a text file (default: generated tales)')
  .addOption(
    new Option('--model <name>', 'the network').choices(['transformer', 'lstm']).default('transformer'),
  )
  .option('--steps <n>', 'training steps', wholeNumber(1), 600)
  .option('--batch-size <n>', 'pieces of text a step', wholeNumber(1), 16)
  .option('--context <n>', 'characters that the network sees', wholeNumber(8), 64)
  .option(
    '--width <n>',
    `width of the network, for the transformer a multiple of ${HEADS}`,
    wholeNumber(HEADS),
    64,
  )
  .option('--layers <n>', 'layers of the network', wholeNumber(1), 2)
  .option('--lr <rate>', 'learning rate of AdamW, at its highest', positiveNumber, 3e-3)
  .option('--seed <n>', 'seed of initial weights, pieces and writing', wholeNumber(0), 0)
  .option('--length <n>', 'characters to write at the end', wholeNumber(0), 400)
  .option('--temperature <t>', 'how bold the writing is', positiveNumber, 0.7)
  .addOption(deviceOption());

/** Steps in which the learning rate grows to its highest. */
const WARM_UP = 100;

/** The learning rate as a share of the highest: a straight line up, then half a cosine down to a tenth. */
function rateShare(step: number, steps: number): number {
  if (step < WARM_UP) return (step + 1) / WARM_UP;
  return 0.55 + 0.45 * Math.cos((Math.PI * (step - WARM_UP)) / (steps - WARM_UP));
}

function build({ model, width, layers, context }: Options, vocabulary: number): nn.UnaryModule {
  if (model === 'lstm') return new CharacterLstm({ vocabulary, width, layers });
  if (width % HEADS !== 0) throw new Error(`the width ${width} is not a multiple of ${HEADS}`);
  return new CharacterTransformer({ vocabulary, context, width, layers, heads: HEADS });
}

async function main(options: Options): Promise<void> {
  const { steps, batchSize, context, lr, seed, length, temperature } = options;
  const text = options.text ? await readFile(options.text, 'utf8') : generateTales(60_000, 1);
  const vocabulary = new Vocabulary(text);
  const numbers = vocabulary.encode(text);
  const split = Math.floor(0.9 * numbers.length);
  const [known, unknown] = [numbers.subarray(0, split), numbers.subarray(split)];
  if (unknown.length <= context) throw new Error(`the text has ${numbers.length} characters, too few`);
  await useDevice(options.device);
  manualSeed(seed);
  const random = seededRandom(seed);
  const model = build(options, vocabulary.size);
  const writer: Writer = { model, vocabulary, context };
  const optimizer = new optim.AdamW(model.parameters(), { betas: [0.9, 0.99], weightDecay: 0.1 });
  console.log(`${numbers.length} characters, ${vocabulary.size} of them different`);

  const bar = progressBar('training', steps);
  const start = performance.now();
  for (let step = 1; step <= steps; step++) {
    for (const group of optimizer.paramGroups) group.lr = lr * rateShare(step - 1, steps);
    const loss = await trainOnPieces(writer, optimizer, randomPieces(known, batchSize, context, random));
    bar.update(step);
    if (step % 100 === 0 || step === steps) {
      console.log(`step ${step}: loss ${Number(await loss.item()).toFixed(4)}`);
    }
  }
  bar.stop();
  const seconds = (performance.now() - start) / 1000;
  console.log(`${Math.round((steps * batchSize * context) / seconds)} characters a second`);
  console.log(`validation loss ${(await meanLoss(writer, unknown)).toFixed(4)} nats a character\n`);

  let written = '';
  for await (const character of write(writer, text.slice(0, context), { temperature, random })) {
    written += character;
    if (written.length >= length) break;
  }
  console.log(written);
}

await runProgram(() => main(program.parse().opts()));
