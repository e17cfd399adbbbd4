/** How many kernels a training step takes on the CPU backend. */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import * as nn from '@tenfold/nn';
import { randint, randn } from '@tenfold/tensor';
import { countKernels } from '@tenfold/testing';
import { expect, it } from 'vitest';
import { Adam, AdamW, SGD, clipGradNorm_ } from '../src/index.ts';

const makeParams = () =>
  Array.from({ length: 50 }, (_, i) =>
    randn([i + 3, 4])
      .realize()
      .requiresGrad_(),
  );

it.each([
  ['SGD', (params: ReturnType<typeof makeParams>) => new SGD(params, { momentum: 0.9 })],
  ['Adam', (params: ReturnType<typeof makeParams>) => new Adam(params, { amsgrad: true })],
  ['AdamW', (params: ReturnType<typeof makeParams>) => new AdamW(params)],
] as const)('%s updates 50 parameters in 1 launch', (_, make) => {
  const params = makeParams();
  const optimizer = make(params);
  for (const param of params) param.grad = randn(param.shape).realize();
  const { home } = params[0];
  expect(countKernels(home, () => void optimizer.step())).toBe(1);
  expect(countKernels(home, () => void optimizer.step())).toBe(1);
});

it('a step of an MLP 784-128-10 takes 12 kernels at most, the loss included', () => {
  const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
  const optimizer = new AdamW(model.parameters());
  const x = randn([64, 784]).realize();
  const y = randint(0, 10, [64]).realize();
  const step = () => {
    const loss = nn.functional.crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  step();
  const { plans } = x.home;
  const { misses } = plans.counters;
  expect(countKernels(x.home, step)).toBeLessThanOrEqual(12);
  expect(plans.counters.misses).toBe(misses);
});

it('clipping costs few kernels more, however many parameters there are', () => {
  const params = makeParams();
  const optimizer = new SGD(params);
  for (const param of params) param.grad = randn(param.shape).realize();
  const work = () => {
    clipGradNorm_(params, 1);
    optimizer.step();
  };
  expect(countKernels(params[0].home, work)).toBeLessThanOrEqual(12);
});
