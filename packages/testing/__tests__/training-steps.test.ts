/** Whole training steps as the scheduler sees them: launches, intermediate memory at its peak, and no further plan. */

import '@tenfold/autograd';
import { Plan, getDevice, workOfSchedule } from '@tenfold/ir';
import type { Work } from '@tenfold/ir';
import {
  Conv2d,
  Flatten,
  GELU,
  LayerNorm,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
  functional as F,
} from '@tenfold/nn';
import { AdamW } from '@tenfold/optim';
import { manualSeed, rand, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import { useDevice } from '../src/semantics/index.ts';

useDevice('interpreter');
const device = getDevice('interpreter');

interface Step {
  readonly parameters: Iterable<Tensor>;
  loss(): Tensor;
}

const labels = (count: number, classes: number) =>
  tensor(Array.from({ length: count }, (_, i) => i % classes));

const STEPS: Readonly<Record<string, () => Step>> = {
  'MLP 20-16-10, batch 8, cross-entropy'() {
    const model = new Sequential(new Linear(20, 16), new ReLU(), new Linear(16, 10));
    const [x, y] = [rand([8, 20]).realize(), labels(8, 10)];
    return { parameters: model.parameters(), loss: () => F.crossEntropy(model.forward(x), y) };
  },
  'layer norm and GELU on [8, 32]'() {
    const model = new Sequential(new LayerNorm(32), new GELU());
    const x = rand([8, 32]).realize();
    return { parameters: model.parameters(), loss: () => model.forward(x).square().mean() };
  },
  'softmax cross-entropy on [8, 10]'() {
    const logits = rand([8, 10], { requiresGrad: true });
    const y = labels(8, 10);
    return { parameters: [logits], loss: () => F.crossEntropy(logits, y) };
  },
  'convolution, pooling and a linear layer on [2, 1, 8, 8]'() {
    const model = new Sequential(new Conv2d(1, 4, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(64, 10));
    const [x, y] = [rand([2, 1, 8, 8]).realize(), labels(2, 10)];
    return { parameters: model.parameters(), loss: () => F.crossEntropy(model.forward(x), y) };
  },
  'causal attention on [2, 6, 8]'() {
    const projections = [0, 1, 2].map(() => new Linear(8, 8, { bias: false }));
    const x = rand([2, 6, 8]).realize();
    const loss = () => {
      const [q, k, v] = projections.map((projection) => projection.forward(x));
      return F.scaledDotProductAttention(q, k, v, { isCausal: true }).square().mean();
    };
    return { parameters: projections.flatMap((projection) => [...projection.parameters()]), loss };
  },
}; // prettier-ignore

interface Figures extends Work {
  readonly kernels: number;
  readonly scratchBytes: number;
}

async function measure(make: () => Step): Promise<Figures> {
  manualSeed(1);
  const { parameters, loss } = make();
  const optimizer = new AdamW(parameters, { lr: 0.01 });
  const step = async () => {
    optimizer.zeroGrad();
    loss().backward();
    await optimizer.step();
  };
  await step();
  await step();
  const { misses } = device.plans.counters;
  const runs: Figures[] = [];
  device.onRun = ({ plan }) => {
    if (!(plan instanceof Plan)) throw new Error('the standard engine makes plans');
    const { kernels, scratchBytes } = plan.stats;
    runs.push({ kernels, ...workOfSchedule(plan.schedule), scratchBytes });
  };
  await step();
  device.onRun = undefined;
  expect(device.plans.counters.misses, 'plans made by a step traced again').toBe(misses);
  expect(runs.length, 'runs of one step').toBe(1);
  return runs[0];
}

describe('training steps', () => {
  it('take these many launches, bytes moved and bytes of intermediates', async () => {
    const measured: Record<string, unknown> = {};
    for (const [name, make] of Object.entries(STEPS)) measured[name] = await measure(make);
    expect(measured).toMatchInlineSnapshot(`
      {
        "MLP 20-16-10, batch 8, cross-entropy": {
          "flops": 30246,
          "kernels": 9,
          "readBytes": 14348,
          "scratchBytes": 1344,
          "writtenBytes": 9872,
        },
        "causal attention on [2, 6, 8]": {
          "flops": 22156,
          "kernels": 16,
          "readBytes": 12360,
          "scratchBytes": 1792,
          "writtenBytes": 7720,
        },
        "convolution, pooling and a linear layer on [2, 1, 8, 8]": {
          "flops": 42850,
          "kernels": 10,
          "readBytes": 23262,
          "scratchBytes": 5760,
          "writtenBytes": 16866,
        },
        "layer norm and GELU on [8, 32]": {
          "flops": 13132,
          "kernels": 2,
          "readBytes": 4160,
          "scratchBytes": 1152,
          "writtenBytes": 4164,
        },
        "softmax cross-entropy on [8, 10]": {
          "flops": 3560,
          "kernels": 2,
          "readBytes": 1452,
          "scratchBytes": 320,
          "writtenBytes": 1392,
        },
      }
    `);
  });
});
