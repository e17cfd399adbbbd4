/** The smallest network worth training: exclusive or, with one hidden layer. */

import { Command } from 'commander';
import { F, manualSeed, nn, optim, tensor } from 'tenfold';
import { deviceOption, positiveNumber, runProgram, useDevice, wholeNumber } from '../lib/cli.ts';
import type { DeviceName } from '../lib/cli.ts';

interface Options {
  readonly steps: number;
  readonly lr: number;
  readonly seed: number;
  readonly device: DeviceName;
}

const program = new Command('xor')
  .description('Train a two-layer network on exclusive or.')
  .option('--steps <n>', 'training steps', wholeNumber(1), 400)
  .option('--lr <rate>', 'learning rate of Adam', positiveNumber, 0.05)
  .option('--seed <n>', 'seed of the initial weights', wholeNumber(0), 0)
  .addOption(deviceOption());

async function main({ steps, lr, seed, device }: Options): Promise<void> {
  await useDevice(device);
  manualSeed(seed);
  const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]], { dtype: 'float32' }); // prettier-ignore
  const targets = tensor([[0], [1], [1], [0]], { dtype: 'float32' });
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr });
  for (let step = 1; step <= steps; step++) {
    const loss = F.binaryCrossEntropyWithLogits(model.forward(inputs), targets);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    if (step % 100 === 0) console.log(`step ${step}: loss ${Number(await loss.item()).toFixed(4)}`);
  }
  const outputs = (await model.forward(inputs).sigmoid().flatten().tolist()) as number[];
  const rows = (await inputs.tolist()) as number[][];
  console.table(rows.map(([a, b], i) => ({ a, b, 'a xor b': a ^ b, network: outputs[i].toFixed(3) })));
  if (rows.some(([a, b], i) => Math.round(outputs[i]) !== (a ^ b)))
    throw new Error('the network did not learn exclusive or');
}

await runProgram(() => main(program.parse().opts()));
