/**
 * A generative adversarial network: one network draws digits from noise, another tells drawn from real ones, and each
 * learns from the other. A classifier that has only seen real digits judges the result.
 * Goodfellow et al.: Generative adversarial nets (2014); Radford, Metz, Chintala: Unsupervised representation learning
 * with deep convolutional generative adversarial networks (2016).
 */

import { Command } from 'commander';
import { F, manualSeed, nn, noGrad, optim, randn } from 'tenfold';
import type { Tensor } from 'tenfold';
import { classLogits, toSamples, trainEpoch } from '../lib/classifier.ts';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { asText, batches, digitSets, pictures } from '../lib/digit-images.ts';
import { lenet } from '../lib/models.ts';
import { seededRandom } from '../lib/random.ts';

interface Options {
  readonly data?: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly noise: number;
  readonly lr: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const program = new Command('gan')
  .description('Train a generative adversarial network on digits.')
  .option('--data <folder>', 'folder with the MNIST idx files (default: generated digits)')
  .option('--steps <n>', 'training steps of each network', wholeNumber(1), 1200)
  .option('--batch-size <n>', 'images a step', wholeNumber(2), 64)
  .option('--noise <n>', 'random numbers that an image is drawn from', wholeNumber(1), 32)
  .option('--lr <rate>', 'learning rate of Adam', positiveNumber, 5e-4)
  .option('--seed <n>', 'seed of initial weights, order and noise', wholeNumber(0), 0)
  .addOption(deviceOption());

/** Noise `[N, noise]` to pictures `[N, 1, 28, 28]` of grey values from 0 to 1. */
function artist(noise: number): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(noise, 32 * 7 * 7, { bias: false }),
    new nn.Unflatten(1, [32, 7, 7]),
    new nn.BatchNorm2d(32),
    new nn.ReLU(),
    new nn.ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.ConvTranspose2d(16, 1, 4, { stride: 2, padding: 1 }),
    new nn.Sigmoid(),
  );
}

/** Pictures to logits `[N, 1]`: positive for real ones. */
function critic(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(1, 16, 4, { stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(16, 32, 4, { stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Dropout(0.3),
    new nn.Flatten(),
    new nn.Linear(32 * 7 * 7, 1),
  );
}

/** How wrong logits are when all pictures are real, or all drawn. */
function mistaken(logits: Tensor, real: number): Tensor {
  return F.binaryCrossEntropyWithLogits(logits, logits.mul(0).detach().add(real));
}

async function main({ data, steps, batchSize, noise, lr, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const { train } = await digitSets(data, 6000);
  const [drawing, judging] = [artist(noise), critic()];
  const settings = { lr, betas: [0.5, 0.999] as const };
  const drawingOptimizer = new optim.Adam(drawing.parameters(), settings);
  const judgingOptimizer = new optim.Adam(judging.parameters(), settings);
  const next = batches(pictures(train), batchSize, seededRandom(seed));
  const bar = progressBar('training', steps);
  for (let step = 1; step <= steps; step++) {
    const drawn = noGrad(() => drawing.forward(randn([batchSize, noise])));
    // A little less than certain, so that the critic does not run away (one-sided label smoothing, Salimans et al. 2016).
    const judged = mistaken(judging.forward(next.next().value), 0.9).add(mistaken(judging.forward(drawn), 0));
    judgingOptimizer.zeroGrad();
    judged.backward();
    await judgingOptimizer.step();

    const fooled = mistaken(judging.forward(drawing.forward(randn([batchSize, noise]))), 1);
    drawingOptimizer.zeroGrad();
    fooled.backward();
    await drawingOptimizer.step();
    bar.update(step);
    if (step % 100 === 0) {
      const [critical, artistic] = [await judged.item(), await fooled.item()];
      console.log(`step ${step}: critic ${critical.toFixed(3)}, artist ${artistic.toFixed(3)}`);
    }
  }
  bar.stop();

  const reader = lenet();
  const samples = toSamples(train);
  await trainEpoch(reader, new optim.Adam(reader.parameters()), samples, {
    batchSize: 64,
    seed,
    learningRate: () => 1e-3,
  });
  reader.eval();
  const drawn = noGrad(() => drawing.eval().forward(randn([500, noise])));
  const sure = noGrad(() => classLogits(reader, drawn.mul(255)).softmax(1));
  const chances = (await sure.tolist()) as number[][];
  const read = chances.map((row) => row.indexOf(Math.max(...row)));
  const confident = chances.filter((row) => Math.max(...row) > 0.9).length / chances.length;
  console.log(
    `\n${(100 * confident).toFixed(0)} % of 500 drawn digits are read with a confidence above 90 %`,
  );
  console.log(`different digits among them: ${new Set(read).size}\n`);
  console.log(await asText(drawn.slice(0, 0, 6), read.slice(0, 6).map((digit) => `read: ${digit}`))); // prettier-ignore
}

await runProgram(() => main(program.parse().opts()));
