/**
 * Trains a mixture of experts on a map of the plane that is another one in each quarter, beside a single network of the size of
 * one expert, and shows which expert has taken which quarter.
 */

import { Command } from 'commander';
import { F, fromBuffer, manualSeed, nn, noGrad, optim } from 'tenfold';
import type { Tensor } from 'tenfold';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { setCosineRate } from '../lib/learning-rate.ts';
import { QUARTERS, drawPoints, quarterOf } from '../lib/quarters.ts';
import type { Points } from '../lib/quarters.ts';
import { seededRandom } from '../lib/random.ts';

interface Options {
  readonly steps: number;
  readonly experts: number;
  readonly hidden: number;
  readonly lr: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const BATCH = 256;
/** Experts that compute each point. */
const TOP_K = 2;
/** How much an uneven use of the experts counts in the loss. */
const BALANCE = 0.01;
/** The mean squared error that the program is content with. */
const GOAL = 0.02;

const program = new Command('experts')
  .description('Train a mixture of experts beside a single network.')
  .option('--steps <n>', 'training steps', wholeNumber(1), 1500)
  .option('--experts <n>', 'number of experts', wholeNumber(2), 8)
  .option('--hidden <n>', 'hidden units of each expert', wholeNumber(1), 8)
  .option('--lr <rate>', 'learning rate of Adam, at its highest', positiveNumber, 1e-2)
  .option('--seed <n>', 'seed of initial weights and points', wholeNumber(0), 0)
  .addOption(deviceOption());

async function main({ steps, experts, hidden, lr, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const random = seededRandom(seed);
  const mixture = new nn.MixtureOfExperts(2, hidden, experts, { topK: TOP_K, capacityFactor: 2 });
  // What a point costs in the mixture, it costs here.
  const single = new nn.Sequential(
    new nn.Linear(2, TOP_K * hidden),
    new nn.GELU(),
    new nn.Linear(TOP_K * hidden, 2),
  );
  const optimizer = new optim.Adam([...mixture.parameters(), ...single.parameters()]);

  const bar = progressBar('training', steps);
  for (let step = 1; step <= steps; step++) {
    setCosineRate(optimizer, lr, step, steps);
    const errors = errorsOf(mixture, single, drawPoints(BATCH, random));
    optimizer.zeroGrad();
    errors.mixture.add(errors.imbalance.mul(BALANCE)).add(errors.single).backward();
    await optimizer.step();
    bar.update(step);
    if (step % 500 === 0 || step === steps) {
      console.log(
        `step ${step}: mixture ${await shown(errors.mixture)}, single network ${await shown(errors.single)}`,
      );
    }
  }
  bar.stop();

  const points = drawPoints(4000, random);
  const errors = noGrad(() => errorsOf(mixture, single, points));
  console.log(
    `\nmean squared error on new points: mixture ${await shown(errors.mixture)}, single network ${await shown(errors.single)}`,
  );
  console.log(`imbalance ${await shown(errors.imbalance)} (1 is even)\n`);
  console.log('first choices of the points in each quarter:');
  console.table(await choices(mixture, points));
  const error = await errors.mixture.item();
  if (!(error < GOAL))
    throw new Error(`the experts did not learn the map: mean squared error ${error.toFixed(4)}`);
}

interface Errors {
  readonly mixture: Tensor;
  readonly imbalance: Tensor;
  readonly single: Tensor;
}

function errorsOf(mixture: nn.MixtureOfExperts, single: nn.Sequential, { inputs, targets }: Points): Errors {
  const [x, y] = [inputs, targets].map((values) => fromBuffer(values, [values.length / 2, 2]));
  const [output, imbalance] = mixture.forward(x);
  return { mixture: F.mseLoss(output, y), imbalance, single: F.mseLoss(single.forward(x), y) };
}

/** For each quarter, the share of its points that goes to each expert first. */
async function choices(
  { router, numExperts }: nn.MixtureOfExperts,
  { inputs }: Points,
): Promise<Record<string, Record<string, string>>> {
  const points = fromBuffer(inputs, [inputs.length / 2, 2]);
  const chosen = (await noGrad(() => router.forward(points).argmax(-1)).tolist()) as number[];
  const counts = QUARTERS.map(() => Array.from({ length: numExperts }, () => 0));
  chosen.forEach((expert, i) => counts[quarterOf(inputs[2 * i], inputs[2 * i + 1])][expert]++);
  const rows = counts.map((own, quarter) => {
    const total = own.reduce((sum, count) => sum + count, 0);
    const shares = own.map((count, i) => [`expert ${i + 1}`, `${Math.round((100 * count) / total)} %`]);
    return [QUARTERS[quarter], Object.fromEntries(shares) as Record<string, string>] as const;
  });
  return Object.fromEntries(rows);
}

async function shown(value: Tensor): Promise<string> {
  return Number(await value.item()).toFixed(4);
}

await runProgram(() => main(program.parse().opts()));
