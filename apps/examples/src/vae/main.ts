/**
 * A variational autoencoder: digits are squeezed into a few normal numbers and drawn again from them, so new ones can be
 * drawn from noise. Kingma & Welling: Auto-encoding variational Bayes (2014).
 */

import { Command } from 'commander';
import { F, distributions, manualSeed, nn, noGrad, optim, randn } from 'tenfold';
import type { Tensor } from 'tenfold';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { asText, batches, digitSets, greyValues, pictures } from '../lib/digit-images.ts';
import { seededRandom } from '../lib/random.ts';

const { Normal, klDivergence } = distributions;

interface Options {
  readonly data?: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly code: number;
  readonly lr: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const program = new Command('vae')
  .description('Train a convolutional variational autoencoder on digits.')
  .option('--data <folder>', 'folder with the MNIST idx files (default: generated digits)')
  .option('--steps <n>', 'training steps', wholeNumber(1), 600)
  .option('--batch-size <n>', 'images a step', wholeNumber(1), 64)
  .option('--code <n>', 'numbers that stand for an image', wholeNumber(1), 12)
  .option('--lr <rate>', 'learning rate of Adam', positiveNumber, 2e-3)
  .option('--seed <n>', 'seed of initial weights, order and noise', wholeNumber(0), 0)
  .addOption(deviceOption());

class Autoencoder extends nn.Module {
  readonly encoder: nn.Sequential;
  readonly decoder: nn.Sequential;

  constructor(code: number) {
    super();
    this.encoder = new nn.Sequential(
      new nn.Conv2d(1, 16, 3, { stride: 2, padding: 1 }),
      new nn.ReLU(),
      new nn.Conv2d(16, 32, 3, { stride: 2, padding: 1 }),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(32 * 7 * 7, 2 * code),
    );
    this.decoder = new nn.Sequential(
      new nn.Linear(code, 32 * 7 * 7),
      new nn.ReLU(),
      new nn.Unflatten(1, [32, 7, 7]),
      new nn.ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1 }),
      new nn.ReLU(),
      new nn.ConvTranspose2d(16, 1, 4, { stride: 2, padding: 1 }),
    );
  }

  /** What an image `[N, 1, 28, 28]` may be coded as. */
  encode(images: Tensor): distributions.Normal {
    const [mean, logDeviation] = this.encoder.forward(images).chunk(2, 1);
    return new Normal(mean, logDeviation.exp());
  }

  /** Logits of the pixels. */
  override forward(codes: Tensor): Tensor {
    return this.decoder.forward(codes);
  }

  /** The negative evidence lower bound in nats, mean over the images: what is lost in drawing, and what the codes tell. */
  loss(images: Tensor): Tensor {
    const codes = this.encode(images);
    const drawn = this.forward(codes.rsample());
    const lost = F.binaryCrossEntropyWithLogits(drawn, images, { reduction: 'sum' });
    return lost.add(klDivergence(codes, new Normal(0, 1)).sum()).div(images.shape[0]);
  }
}

async function main({ data, steps, batchSize, code, lr, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const sets = await digitSets(data, 6000);
  const model = new Autoencoder(code);
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const next = batches(pictures(sets.train), batchSize, seededRandom(seed));
  const bar = progressBar('training', steps);
  for (let step = 1; step <= steps; step++) {
    const loss = model.loss(next.next().value);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    bar.update(step);
    if (step % 100 === 0) console.log(`step ${step}: ${(await loss.item()).toFixed(1)} nats an image`);
  }
  bar.stop();

  const test = greyValues(pictures(sets.test).slice(0, 0, 500));
  const [bound, drawn, imagined] = noGrad(() => [
    model.loss(test),
    model.forward(model.encode(test.slice(0, 0, 5)).mean).sigmoid(),
    model.forward(randn([5, code])).sigmoid(),
  ]);
  console.log(`\ntest: ${(await bound.item()).toFixed(1)} nats an image\n`);
  console.log(
    await asText(
      test.slice(0, 0, 5),
      Array.from({ length: 5 }, (_, i) => `digit ${i + 1}`),
    ),
  );
  console.log(
    await asText(
      drawn,
      Array.from({ length: 5 }, (_, i) => `drawn ${i + 1}`),
    ),
  );
  console.log(
    await asText(
      imagined,
      Array.from({ length: 5 }, (_, i) => `made up ${i + 1}`),
    ),
  );
}

await runProgram(() => main(program.parse().opts()));
