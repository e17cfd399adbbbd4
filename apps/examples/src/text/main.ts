/**
 * Trains a small transformer to write, one character after the other: on the text file in `--data`, or on generated
 * tales without it. Prints what it writes as it learns.
 */

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { manualSeed, optim } from 'tenfold';
import { CharacterTransformer } from '../lib/character-transformer.ts';
import { Vocabulary, randomPieces } from '../lib/characters.ts';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { seededRandom } from '../lib/random.ts';
import { generateTales } from '../lib/tales.ts';
import { trainOnPieces, write } from '../lib/writing.ts';
import type { Writer } from '../lib/writing.ts';

interface Options {
  readonly data?: string;
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
  .description('Train a small transformer to write, one character after the other.')
  .option('--data <file>', 'a text file (default: generated tales)')
  .option('--steps <n>', 'training steps', wholeNumber(1), 600)
  .option('--batch-size <n>', 'pieces of text a step', wholeNumber(1), 16)
  .option('--context <n>', 'characters that the network sees', wholeNumber(8), 64)
  .option('--width <n>', `width of the network, a multiple of ${HEADS}`, wholeNumber(HEADS), 64)
  .option('--layers <n>', 'layers of the network', wholeNumber(1), 2)
  .option('--lr <rate>', 'learning rate of AdamW', positiveNumber, 3e-3)
  .option('--seed <n>', 'seed of initial weights, pieces and writing', wholeNumber(0), 0)
  .option('--length <n>', 'characters to write at the end', wholeNumber(0), 400)
  .option('--temperature <t>', 'how bold the writing is', positiveNumber, 0.7)
  .addOption(deviceOption());

async function main(options: Options): Promise<void> {
  const { data, steps, batchSize, context, width, layers, lr, seed, length, temperature } = options;
  const text = data ? await readFile(data, 'utf8') : generateTales(60_000, 1);
  const vocabulary = new Vocabulary(text);
  const numbers = vocabulary.encode(text);
  if (numbers.length <= context + 1) throw new Error(`the text has ${numbers.length} characters, too few`);
  if (width % HEADS !== 0) throw new Error(`the width ${width} is not a multiple of ${HEADS}`);
  await useDevice(options.device);
  manualSeed(seed);
  const random = seededRandom(seed);
  const model = new CharacterTransformer({
    vocabulary: vocabulary.size,
    context,
    width,
    layers,
    heads: HEADS,
  });
  const writer: Writer = { model, vocabulary, context };
  const optimizer = new optim.AdamW(model.parameters(), { lr, weightDecay: 0.01 });
  console.log(`${numbers.length} characters, ${vocabulary.size} of them different`);

  const bar = progressBar('training', steps);
  const start = performance.now();
  for (let step = 1; step <= steps; step++) {
    const loss = await trainOnPieces(writer, optimizer, randomPieces(numbers, batchSize, context, random));
    bar.update(step);
    if (step % 100 === 0 || step === steps) {
      console.log(`step ${step}: loss ${Number(await loss.item()).toFixed(4)}`);
    }
  }
  bar.stop();
  const seconds = (performance.now() - start) / 1000;
  console.log(`${Math.round((steps * batchSize * context) / seconds)} characters a second\n`);

  model.eval();
  let written = '';
  for await (const character of write(writer, text.slice(0, context), { temperature, random })) {
    written += character;
    if (written.length >= length) break;
  }
  console.log(written);
}

await runProgram(() => main(program.parse().opts()));
