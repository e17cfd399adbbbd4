/**
 * Trains a classifier of handwritten digits: `--model mlp` or `--model lenet`, on the MNIST files in `--data`, or on
 * generated digits without it. Saves the weights as safetensors with `--save`, and with `--load` tests saved ones.
 */

import { Command, Option } from 'commander';
import { loadSafetensors, manualSeed, optim, saveSafetensors } from 'tenfold';
import { accuracy, predict, toSamples, trainEpoch } from '../lib/classifier.ts';
import { deviceOption, positiveNumber, progressBar, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { generateDigits } from '../lib/digits.ts';
import { loadMnist } from '../lib/idx.ts';
import { MODELS } from '../lib/models.ts';
import type { ModelName } from '../lib/models.ts';

interface Options {
  readonly data?: string;
  readonly model: ModelName;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly seed: number;
  readonly save?: string;
  readonly load?: string;
  readonly predictions?: boolean;
  readonly device: DeviceName;
}

const program = new Command('mnist')
  .description('Train or test a classifier of handwritten digits.')
  .option('--data <folder>', 'folder with the MNIST idx files, gzipped or not (default: generated digits)')
  .addOption(new Option('--model <name>', 'the network').choices(Object.keys(MODELS)).default('mlp'))
  .option('--epochs <n>', 'passes over the training set', wholeNumber(0), 5)
  .option('--batch-size <n>', 'images a step', wholeNumber(1), 64)
  .option('--lr <rate>', 'learning rate of Adam at the start', positiveNumber, 2e-3)
  .option('--seed <n>', 'seed of initial weights and order', wholeNumber(0), 0)
  .option('--save <file>', 'write the trained weights as safetensors')
  .option('--load <file>', 'start from saved weights')
  .option('--predictions', 'print the predicted classes of the test set, one line')
  .addOption(deviceOption());

async function main({
  data,
  model: name,
  epochs,
  batchSize,
  lr,
  seed,
  save,
  load,
  predictions,
  device,
}: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const model = MODELS[name]();
  if (load) model.loadStateDict(await loadSafetensors(load));
  const sets = data
    ? await loadMnist(data)
    : { train: generateDigits(6000, 1), test: generateDigits(1000, 2) };
  const [train, test] = [toSamples(sets.train), toSamples(sets.test)];
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const summary: Record<string, string>[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const bar = progressBar(`epoch ${epoch}/${epochs}`, train.count);
    // The learning rate falls to zero in a straight line over the whole training.
    const learningRate = (share: number) => lr * (1 - (epoch - 1 + share) / epochs);
    const report = await trainEpoch(model, optimizer, train, {
      batchSize,
      seed: seed + epoch,
      learningRate,
      onBatch: bar.update,
    });
    bar.stop();
    const share = await accuracy(model, test);
    const row = {
      epoch: String(epoch),
      loss: report.loss.toFixed(4),
      'test accuracy': `${(100 * share).toFixed(2)} %`,
      'images/s': Math.round(train.count / report.seconds).toString(),
    };
    console.log(
      `epoch ${row.epoch}: loss ${row.loss}, test accuracy ${row['test accuracy']}, ${report.seconds.toFixed(1)} s`,
    );
    summary.push(row);
  }
  if (epochs === 0) console.log(`test accuracy ${(100 * (await accuracy(model, test))).toFixed(2)} %`);
  if (summary.length > 0) console.table(summary);
  if (predictions) console.log((await predict(model, test)).join(''));
  if (save) {
    await saveSafetensors(save, model.stateDict(), { metadata: { model: name } });
    console.log(`saved ${save}`);
  }
}

await runProgram(() => main(program.parse().opts<Options>()));
