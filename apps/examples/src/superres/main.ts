/**
 * Super-resolution: digits of 14 x 14 pixels at twice the size. All convolutions work on the small picture; the last one
 * gives four numbers a pixel, which PixelShuffle lays out as two by two.
 * Shi et al.: Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 * network (2016).
 */

import { Command } from 'commander';
import { F, manualSeed, nn, noGrad, optim } from 'tenfold';
import type { Tensor } from 'tenfold';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { asText, batches, digitSets, greyValues, pictures } from '../lib/digit-images.ts';
import { setCosineRate } from '../lib/learning-rate.ts';
import { seededRandom } from '../lib/random.ts';

interface Options {
  readonly data?: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const program = new Command('superres')
  .description('Train a network that doubles the size of pictures of digits.')
  .option('--data <folder>', 'folder with the MNIST idx files (default: generated digits)')
  .option('--steps <n>', 'training steps', wholeNumber(1), 500)
  .option('--batch-size <n>', 'images a step', wholeNumber(1), 32)
  .option('--lr <rate>', 'learning rate of Adam at its highest', positiveNumber, 4e-3)
  .option('--seed <n>', 'seed of initial weights and order', wholeNumber(0), 0)
  .addOption(deviceOption());

/** `[N, 1, h, w]` to `[N, 1, 2h, 2w]`: what has to be added to the bicubic enlargement. */
class Enlarger extends nn.Module {
  readonly layers = new nn.Sequential(
    new nn.Conv2d(1, 32, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.Conv2d(32, 24, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(24, 4, 3, { padding: 1 }),
    new nn.PixelShuffle(2),
  );

  override forward(small: Tensor): Tensor {
    return bicubic(small).add(this.layers.forward(small));
  }
}

function bicubic(small: Tensor): Tensor {
  return F.interpolate(small, { scaleFactor: 2, mode: 'bicubic' });
}

/** Peak signal-to-noise ratio in decibels: 10 lg (1 / mean squared error). */
async function psnr(guess: Tensor, truth: Tensor): Promise<number> {
  return -10 * Math.log10(await F.mseLoss(guess.clamp(0, 1), truth).item());
}

async function main({ data, steps, batchSize, lr, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const sets = await digitSets(data, 6000);
  const model = new Enlarger();
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const next = batches(pictures(sets.train), batchSize, seededRandom(seed));
  const bar = progressBar('training', steps);
  for (let step = 1; step <= steps; step++) {
    setCosineRate(optimizer, lr, step, steps);
    const large = next.next().value;
    const loss = F.mseLoss(model.forward(F.avgPool2d(large, 2)), large);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    bar.update(step);
    if (step % 100 === 0) console.log(`step ${step}: mean squared error ${(await loss.item()).toFixed(5)}`);
  }
  bar.stop();

  const large = greyValues(pictures(sets.test).slice(0, 0, 500));
  const small = F.avgPool2d(large, 2);
  const [before, after] = noGrad(() => [bicubic(small), model.forward(small)]);
  const [plain, learnt] = [await psnr(before, large), await psnr(after, large)];
  console.log(
    `\nbicubic ${plain.toFixed(2)} dB, network ${learnt.toFixed(2)} dB: ${(learnt - plain).toFixed(2)} dB more\n`,
  );
  const three = (images: Tensor) => images.slice(0, 0, 3);
  console.log(await asText(three(before), ['bicubic', 'bicubic', 'bicubic']));
  console.log(await asText(three(after), ['network', 'network', 'network']));
  console.log(await asText(three(large), ['truth', 'truth', 'truth']));
}

await runProgram(() => main(program.parse().opts()));
