/**
 * What named programs cost, in figures that no machine changes: kernels and launches, bytes, operations, memory of
 * intermediates, plans made when they are called again. A change that makes one of them worse fails here without any
 * clock; one that is meant is accepted by updating `figures.txt` (see CONTRIBUTING.md), whose difference then shows it.
 */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import { NO_WORK, Plan, addWork, getDevice, workOfSchedule } from '@tenfold/ir';
import type { Work } from '@tenfold/ir';
import { Conv2d, Flatten, GELU, LayerNorm, Linear, MaxPool2d, ReLU, Sequential, functional as F } from '@tenfold/nn'; // prettier-ignore
import { AdamW } from '@tenfold/optim';
import { manualSeed, noGrad, rand, randn, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { inference, networks, training } from '../src/networks/index.ts';

const device = getDevice('cpu');

/** A function that does the same work each time it is called; what it returns is computed. */
type MakeProgram = () => () => Tensor;

function step(parameters: Iterable<Tensor>, loss: () => Tensor): () => Tensor {
  const optimizer = new AdamW(parameters, { lr: 0.01 });
  return () => {
    optimizer.zeroGrad();
    const error = loss();
    error.backward();
    void optimizer.step();
    return error;
  };
}

const labels = (count: number, classes: number) =>
  tensor(Array.from({ length: count }, (_, i) => i % classes));

const SMALL: Readonly<Record<string, MakeProgram>> = {
  'step of layer norm and GELU on [8, 32]': () => {
    const model = new Sequential(new LayerNorm(32), new GELU());
    const x = rand([8, 32]).realize();
    return step(model.parameters(), () => model.forward(x).square().mean());
  },
  'step of softmax cross-entropy on [8, 10]': () => {
    const logits = rand([8, 10], { requiresGrad: true });
    const y = labels(8, 10);
    return step([logits], () => F.crossEntropy(logits, y));
  },
  'step of convolution, pooling and a linear layer on [2, 1, 8, 8]': () => {
    const model = new Sequential(new Conv2d(1, 4, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(64, 10));
    const [x, y] = [rand([2, 1, 8, 8]).realize(), labels(2, 10)];
    return step(model.parameters(), () => F.crossEntropy(model.forward(x), y));
  },
  'step of causal attention on [2, 6, 8]': () => {
    const projections = [0, 1, 2].map(() => new Linear(8, 8, { bias: false }));
    const x = rand([2, 6, 8]).realize();
    return step(
      projections.flatMap((projection) => [...projection.parameters()]),
      () => {
        const [q, k, v] = projections.map((projection) => projection.forward(x));
        return F.scaledDotProductAttention(q, k, v, { isCausal: true }).square().mean();
      },
    );
  },
  'softmax of [512, 4096]': () => {
    const x = randn([512, 4096]).realize();
    return () => x.softmax(-1);
  },
  'layer norm of [512, 4096]': () => {
    const x = randn([512, 4096]).realize();
    return () => F.layerNorm(x, [4096]);
  },
  'chain of elementwise operations and its sum': () => {
    const x = randn([1 << 16]).realize();
    return () => x.mul(0.79788).mul(x.mul(0.044715).mul(x).add(1)).tanh().mul(0.5).mul(x).sum();
  },
  '3x3 convolution of [2, 64, 14, 14]': () => {
    const [x, w] = [randn([2, 64, 14, 14]).realize(), randn([64, 64, 3, 3]).realize()];
    return () => F.conv2d(x, w, null, { padding: 1 });
  },
  'step of a 3x3 convolution of [2, 64, 14, 14]': () => {
    const x = randn([2, 64, 14, 14]).requiresGrad_();
    const w = randn([64, 64, 3, 3]).requiresGrad_();
    return step([x, w], () => F.conv2d(x, w, null, { padding: 1 }).square().mean());
  },
  'attention over [4, 8, 64, 32]': () => {
    const [q, k, v] = [0, 1, 2].map(() => randn([4, 8, 64, 32]).realize());
    return () => noGrad(() => F.scaledDotProductAttention(q, k, v));
  },
}; // prettier-ignore

const PROGRAMS: Readonly<Record<string, MakeProgram>> = {
  ...SMALL,
  ...Object.fromEntries(
    networks.flatMap((network) => [
      [`step of ${network.name}`, () => training(network)],
      [`inference of ${network.name}`, () => inference(network)],
    ]),
  ),
};

interface Figures extends Work {
  readonly runs: number;
  readonly kernels: number;
  readonly launches: number;
  readonly scratchBytes: number;
}

const NOTHING: Figures = { ...NO_WORK, runs: 0, kernels: 0, launches: 0, scratchBytes: 0 };

/** The figures of a call, once two calls have made all plans; a third call must make none. */
function measure(make: MakeProgram): Figures {
  manualSeed(1);
  const program = make();
  const call = () => program().realize();
  call();
  call();
  const { misses } = device.plans.counters;
  let figures = NOTHING;
  device.onRun = ({ plan }) => {
    if (!(plan instanceof Plan)) throw new Error('the standard engine makes plans');
    const { kernels, scratchBytes } = plan.stats;
    const launches = plan.schedule.dispatches.reduce((sum, dispatch) => sum + dispatch.launches.length, 0);
    figures = {
      ...addWork(figures, workOfSchedule(plan.schedule)),
      runs: figures.runs + 1,
      kernels: figures.kernels + kernels,
      launches: figures.launches + launches,
      scratchBytes: Math.max(figures.scratchBytes, scratchBytes),
    };
  };
  try {
    call();
  } finally {
    device.onRun = undefined;
  }
  expect(device.plans.counters.misses - misses, 'plans made by a call like those before').toBe(0);
  return figures;
}

it('programs cost what they did', async () => {
  const lines = Object.entries(PROGRAMS).map(([name, make]) => {
    const { runs, kernels, launches, readBytes, writtenBytes, flops, scratchBytes } = measure(make);
    return [
      `${name}\n `,
      `${runs} run${runs === 1 ? '' : 's'}, ${kernels} kernels, ${launches} launches,`,
      `${readBytes} bytes read, ${writtenBytes} written, ${flops} FLOPs, ${scratchBytes} bytes of scratch`,
    ].join(' ');
  });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('figures.txt');
});
