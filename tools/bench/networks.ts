/** Whole networks: an inference and a training step of the MLP and the LeNet of the examples. */
import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import { Conv2d, Flatten, functional as F, Linear, MaxPool2d, ReLU, Sequential } from '@tenfold/nn';
import { AdamW } from '@tenfold/optim';
import { manualSeed, noGrad, randint, randn } from '@tenfold/tensor';
import type { Workload } from '../lib/measure.ts';

const batch = 64;

interface Network {
  readonly name: string;
  readonly build: () => Sequential;
  readonly input: readonly number[];
}

const mlp: Network = {
  name: 'MLP 784-128-10',
  build: () => new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10)),
  input: [batch, 784],
};

const lenet: Network = {
  name: 'LeNet',
  build: () =>
    new Sequential(
      new Conv2d(1, 6, 5, { padding: 2 }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(6, 16, 5),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(400, 120),
      new ReLU(),
      new Linear(120, 84),
      new ReLU(),
      new Linear(84, 10),
    ),
  input: [batch, 1, 28, 28],
};

function inference({ name, build, input }: Network): Workload {
  return {
    name: `${name}, inference, batch ${batch}`,
    samples: batch,
    setup: async () => {
      manualSeed(0);
      const model = build();
      model.eval();
      const x = randn(input).realize();
      return async () => noGrad(() => model.forward(x)).realize();
    },
  };
}

function training({ name, build, input }: Network): Workload {
  return {
    name: `${name}, training step, batch ${batch}`,
    samples: batch,
    setup: async () => {
      manualSeed(0);
      const model = build();
      const optimizer = new AdamW(model.parameters());
      const x = randn(input).realize();
      const y = randint(0, 10, [batch]).realize();
      return async () => {
        const loss = F.crossEntropy(model.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        await optimizer.step();
        await loss.item();
      };
    },
  };
}

export const networks: readonly Workload[] = [mlp, lenet].flatMap((network) => [
  inference(network),
  training(network),
]);
