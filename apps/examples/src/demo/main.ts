/**
 * The whole way in one minute: makes a data set, trains a network, saves it as safetensors under foreign key names, loads it
 * back through a state-dict mapper into a fresh network, and shows what that predicts.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { StateDictMapper, loadSafetensors, manualSeed, optim, saveSafetensors } from 'tenfold';
import { accuracy, predict, toSamples, trainEpoch } from '../lib/classifier.ts';
import { deviceOption, progressBar, runProgram, useDevice } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';
import { generateDigits } from '../lib/digits.ts';
import { mlp } from '../lib/models.ts';
import { textArt } from '../lib/text-art.ts';

const EPOCHS = 5;

const program = new Command('demo')
  .description('Make a data set, train a network, save it, load it elsewhere, and show what it predicts.')
  .addOption(deviceOption());

async function main({ device }: { device: DeviceName }): Promise<void> {
  await useDevice(device);
  console.log('1. Data: 6,000 digits to train on, 1,000 to test on, drawn with random pens');
  const digits = generateDigits(1000, 2);
  const [train, test] = [toSamples(generateDigits(6000, 1)), toSamples(digits)];

  console.log('2. Training a network of 784, 128 and 10 units');
  manualSeed(0);
  const model = mlp();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const bar = progressBar(`   epoch ${epoch}`, train.count);
    const { loss, seconds } = await trainEpoch(model, optimizer, train, {
      batchSize: 64,
      seed: epoch,
      learningRate: () => 1e-3,
      onBatch: bar.update,
    });
    bar.stop();
    console.log(
      `   epoch ${epoch}: loss ${loss.toFixed(4)}, ${Math.round(train.count / seconds)} images a second`,
    );
  }
  const before = await predict(model, test);
  console.log(`   test accuracy ${(100 * (await accuracy(model, test))).toFixed(1)} %`);

  const folder = await mkdtemp(join(tmpdir(), 'tenfold-demo-'));
  try {
    const file = join(folder, 'digits.safetensors');
    const outward = new StateDictMapper().rename(/^1\.(.*)$/, 'encoder.$1').rename(/^3\.(.*)$/, 'head.$1');
    await saveSafetensors(file, outward.map(model.stateDict()));
    console.log('3. Saved as safetensors, with the names another framework might use');

    const inward = new StateDictMapper().renamePrefix('encoder.', '1.').renamePrefix('head.', '3.');
    const stored = await loadSafetensors(file);
    console.log('4. Loaded into a fresh network through a mapper:');
    console.log(String(inward.explain([...stored.keys()])).replaceAll(/^/gm, '   '));
    const fresh = mlp();
    fresh.loadStateDict(inward.map(stored));

    const after = await predict(fresh, test);
    const same = after.every((prediction, i) => prediction === before[i]);
    if (!same) throw new Error('the loaded network predicts otherwise than the saved one');
    console.log('5. The loaded network predicts the same for all 1,000 test digits; five of them:\n');
    // The first digit of each kind, until there are five.
    const labels = [...digits.labels];
    const sample = labels.flatMap((label, i) => (labels.indexOf(label) === i ? [i] : [])).slice(0, 5);
    const images = sample.map((i) => digits.images.subarray(i * 784, (i + 1) * 784));
    console.log(
      textArt(
        images,
        28,
        sample.map((i) => `says ${after[i]}, is ${labels[i]}`),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

await runProgram(() => main(program.parse().opts()));
