/**
 * Trains an LSTM to foretell a chaotic time series, the Mackey-Glass equation, and compares it on values that it has not seen
 * with the simplest of all forecasts, that nothing will change.
 */

import { Command } from 'commander';
import { manualSeed, noGrad, optim } from 'tenfold';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { Forecaster, WARM_UP, forecastError, trainOnSeries } from '../lib/forecaster.ts';
import { setCosineRate } from '../lib/learning-rate.ts';
import { seededRandom } from '../lib/random.ts';
import { mackeyGlass, piecesAt, randomStarts, standardized } from '../lib/series.ts';

interface Options {
  readonly steps: number;
  readonly ahead: number;
  readonly width: number;
  readonly lr: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const LENGTH = 96;
const BATCH = 32;
/** Values to train on, and values to test with. */
const KNOWN = 3000;
const UNKNOWN = 1000;
/** The root mean squared error that the program is content with, in standard deviations of the series. */
const GOAL = 0.1;

const program = new Command('series')
  .description('Train an LSTM to foretell a chaotic time series.')
  .option('--steps <n>', 'training steps', wholeNumber(1), 600)
  .option('--ahead <n>', 'how far to look ahead, in units of time', wholeNumber(1), 6)
  .option('--width <n>', 'numbers that the network remembers', wholeNumber(1), 48)
  .option('--lr <rate>', 'learning rate of Adam, at its highest', positiveNumber, 1e-2)
  .option('--seed <n>', 'seed of initial weights and pieces', wholeNumber(0), 0)
  .addOption(deviceOption());

async function main({ steps, ahead, width, lr, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const random = seededRandom(seed);
  const series = standardized(mackeyGlass(KNOWN + UNKNOWN));
  const [known, unknown] = [series.subarray(0, KNOWN), series.subarray(KNOWN)];
  const model = new Forecaster(width);
  const optimizer = new optim.Adam(model.parameters());

  const bar = progressBar('training', steps);
  for (let step = 1; step <= steps; step++) {
    setCosineRate(optimizer, lr, step, steps);
    const starts = randomStarts(KNOWN - LENGTH - ahead, BATCH, random);
    const error = await trainOnSeries(model, optimizer, piecesAt(known, starts, LENGTH, ahead), LENGTH);
    bar.update(step);
    if (step % 100 === 0 || step === steps) {
      console.log(`step ${step}: error ${Math.sqrt(Number(await error.item())).toFixed(4)}`);
    }
  }
  bar.stop();

  const starts = Array.from({ length: Math.floor((UNKNOWN - ahead - WARM_UP) / (LENGTH - WARM_UP)) - 1 }, (_, i) => i * (LENGTH - WARM_UP)); // prettier-ignore
  const batch = piecesAt(unknown, starts, LENGTH, ahead);
  const error = Math.sqrt(await noGrad(() => forecastError(model, batch, LENGTH)).item());
  const idle = rootMeanSquare(batch.inputs.map((value, i) => batch.targets[i] - value));
  console.log(`error on new values, in standard deviations: ${error.toFixed(4)}`);
  console.log(`if nothing changed it were: ${idle.toFixed(4)}`);
  if (!(error < GOAL)) throw new Error(`the network did not learn the series: error ${error.toFixed(4)}`);
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

await runProgram(() => main(program.parse().opts()));
