/** Tenfold itself, on the work that the other libraries are given. */

import '@tenfold/autograd';
import { cpu } from '@tenfold/backend-cpu';
import { getDevice } from '@tenfold/ir';
import { functional as F } from '@tenfold/nn';
import { SGD } from '@tenfold/optim';
import { fromBuffer, noGrad, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { Loaded, Work } from '../works.ts';
import { CONVOLUTION, MLP, values } from '../works.ts';

function forward(compute: () => Tensor): Work {
  const result = () => noGrad(compute).realize();
  return {
    run: () => result().dispose(),
    result: async () => Array.from(await result().data(), Number),
  };
}

function product(n: number): Work {
  const [a, b] = [1, 2].map((seed) => fromBuffer(values(n * n, seed), [n, n]));
  return forward(() => a.matmul(b));
}

function rows(compute: (x: Tensor) => Tensor): Work {
  const x = fromBuffer(values(512 * 4096, 1), [512, 4096]);
  return forward(() => compute(x));
}

function trainer(): Work {
  const fresh = () => {
    const x = fromBuffer(MLP.input(), [MLP.batch, 784]);
    const y = tensor([...MLP.labels()]);
    const layers = MLP.layers().map(({ inputs, outputs, weight, bias }) => ({
      weight: fromBuffer(weight, [inputs, outputs]).requiresGrad_(),
      bias: fromBuffer(bias, [outputs]).requiresGrad_(),
    }));
    const parameters = layers.flatMap(({ weight, bias }) => [weight, bias]);
    const optimizer = new SGD(parameters, { lr: MLP.learningRate });
    return () => {
      const logits = layers.reduce((h, { weight, bias }, i) => {
        const z = h.matmul(weight).add(bias);
        return i < layers.length - 1 ? F.relu(z) : z;
      }, x);
      const loss = F.crossEntropy(logits, y);
      optimizer.zeroGrad();
      loss.backward();
      void optimizer.step();
      return loss;
    };
  };
  const step = fresh();
  return {
    run: () => void step(),
    result: async () => {
      const again = fresh();
      const losses: number[] = [];
      for (let i = 0; i < 3; i++) losses.push(await again().item());
      return losses;
    },
  };
}

export function load(_require: NodeJS.Require, threads: number): Loaded {
  cpu({ threads });
  return {
    version: 'this one',
    threads: getDevice('cpu').backend.caps.threads,
    works: {
      'matmul 256': () => product(256),
      'matmul 1024': () => product(1024),
      'softmax 512x4096': () => rows((x) => x.softmax(-1)),
      'layer norm 512x4096': () => rows((x) => F.layerNorm(x, [4096])),
      'convolution 8x64x56x56, 64 of 3x3': () => {
        const { image, weight } = CONVOLUTION;
        const [x, w] = [image, weight].map(({ shape, data }) => fromBuffer(data(), [...shape]));
        return forward(() => F.conv2d(x, w, null, { padding: 1 }));
      },
      'training step of an MLP 784-512-256-10, batch 128': trainer,
    },
  };
}
