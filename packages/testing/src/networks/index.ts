/**
 * The networks that are measured by the benchmarks and counted by tests, in one place: what is timed is what is pinned.
 * Each has its input, its loss and its optimizer; `training` and `inference` make functions to call of them.
 */

import '@tenfold/autograd';
import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, functional as F } from '@tenfold/nn';
import type { UnaryModule } from '@tenfold/nn';
import { Adam, AdamW, SGD } from '@tenfold/optim';
import type { Optimizer } from '@tenfold/optim';
import { manualSeed, noGrad, randn, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { Lstm, TransformerBlock } from './layers.ts';

export { TransformerBlock };

export interface Network {
  readonly name: string;
  readonly input: readonly number[];
  /** How many samples such an input has. */
  readonly samples: number;
  build(): UnaryModule;
  optimizer(parameters: Iterable<Tensor>): Optimizer;
  /** Cross-entropy with labels, or the squared distance from a target of the output's shape. */
  readonly loss: 'cross-entropy' | 'mse';
}

const classifier = {
  loss: 'cross-entropy',
  optimizer: (p: Iterable<Tensor>) => new Adam(p, { lr: 1e-3 }),
} as const;

export const smallMlp: Network = {
  ...classifier,
  name: 'MLP 64-128-10',
  input: [32, 64],
  samples: 32,
  build: () => new Sequential(new Linear(64, 128), new ReLU(), new Linear(128, 10)),
};

export const mlp: Network = {
  ...classifier,
  name: 'MLP 784-512-256-10',
  input: [128, 784],
  samples: 128,
  build: () =>
    new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 256), new ReLU(), new Linear(256, 10)),
};

export const lenet: Network = {
  ...classifier,
  name: 'LeNet-5',
  input: [64, 1, 28, 28],
  samples: 64,
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
  optimizer: (p) => new SGD(p, { lr: 0.01, momentum: 0.9 }),
};

export const lstm: Network = {
  ...classifier,
  name: 'LSTM 64-128, 64 steps',
  input: [64, 32, 64],
  samples: 32,
  build: () => new Lstm(64, 128),
  loss: 'mse',
};

export const transformerBlock: Network = {
  name: 'transformer block, width 256, 4 heads, 128 tokens',
  input: [8, 128, 256],
  samples: 8,
  build: () => new TransformerBlock(256, 4),
  loss: 'mse',
  optimizer: (p) => new AdamW(p, { lr: 1e-3, weightDecay: 0.01 }),
};

export const networks: readonly Network[] = [smallMlp, mlp, lenet, lstm, transformerBlock];

/** A training step: forward, backward and update, computed when the call returns. It returns the loss. */
export function training({ build, input, samples, loss, optimizer: make }: Network): () => Tensor {
  manualSeed(1);
  const model = build();
  const optimizer = make(model.parameters());
  const x = randn(input).realize();
  const target =
    loss === 'mse'
      ? randn(noGrad(() => model.forward(x)).shape).realize()
      : tensor(Array.from({ length: samples }, (_, i) => i % 10));
  return () => {
    const y = model.forward(x);
    const error = loss === 'mse' ? F.mseLoss(y, target) : F.crossEntropy(y, target);
    optimizer.zeroGrad();
    error.backward();
    void optimizer.step();
    return error;
  };
}

/** An inference. It returns the network's output, which is not yet computed. */
export function inference({ build, input }: Network): () => Tensor {
  manualSeed(1);
  const model = build();
  model.eval();
  const x = randn(input).realize();
  return () => noGrad(() => model.forward(x));
}
