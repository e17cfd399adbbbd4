/** Averages of parameters, their learning rate, and statistics of batch normalisation for them. */

import '@tenfold/autograd';
import * as nn from '@tenfold/nn';
import { ArgumentError, StateDictError, compile, manualSeed, randn, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { SGD, lrScheduler, swaUtils } from '../src/index.ts';
import './support/reference-device.ts';

const { AveragedModel, SWALR, getEmaAvgFn, updateBn } = swaUtils;

const makeNet = () => new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
const values = async (x: Tensor) => Array.from(await x.data(), Number);

beforeEach(() => void manualSeed(2));

/** How far the averages of four random models are from what they should be, at most. */
async function greatestError(
  average: (past: number[][]) => number[],
  options: swaUtils.AveragedModelOptions,
): Promise<number> {
  const [model, averaged] = [makeNet(), new AveragedModel(makeNet(), options)];
  const past: number[][] = [];
  const [weight] = model.parameters();
  let greatest = 0;
  for (let i = 0; i < 4; i++) {
    weight.assign(randn(weight.shape));
    averaged.updateParameters(model);
    past.push(await values(weight));
    const expected = average(past);
    const found = await values(averaged.parameters()[0]);
    greatest = Math.max(greatest, ...found.map((value, j) => Math.abs(value - expected[j])));
  }
  expect(averaged.nAveraged).toBe(4);
  return greatest;
}

describe('AveragedModel', () => {
  it('keeps the plain mean', async () => {
    const mean = (past: number[][]) =>
      past[0].map((_, j) => past.reduce((sum, row) => sum + row[j], 0) / past.length);
    expect(await greatestError(mean, {})).toBeLessThan(1e-5);
  });

  it('keeps an exponential mean', async () => {
    const blend = (a: number[], b: number[]) => a.map((x, j) => 0.8 * x + 0.2 * b[j]);
    const mean = (past: number[][]) => past.slice(1).reduce(blend, past[0]);
    expect(await greatestError(mean, { avgFn: getEmaAvgFn(0.8) })).toBeLessThan(1e-5);
  });

  it('copies buffers, or averages them', async () => {
    const models = [makeNet(), makeNet()];
    const [copying, averaging] = [false, true].map(
      (useBuffers) => new AveragedModel(makeNet(), { useBuffers }),
    );
    for (const [i, model] of models.entries()) {
      model.buffers()[0].assign(zeros(3).add(4 * i));
      for (const averaged of [copying, averaging]) averaged.updateParameters(model);
    }
    expect(await values(copying.module.buffers()[0])).toEqual([4, 4, 4]);
    expect(await values(averaging.module.buffers()[0])).toEqual([2, 2, 2]);
  });

  it('does the same in a compiled step, with one plan', async () => {
    const run = async (wrap: (body: () => void) => () => void) => {
      manualSeed(3);
      const [model, averaged] = [makeNet(), new AveragedModel(makeNet(), { avgFn: getEmaAvgFn(0.5) })];
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      const x = tensor([[1, 2], [3, -1]], { dtype: 'float32' }).realize(); // prettier-ignore
      const body = wrap(() => {
        optimizer.zeroGrad();
        model.forward(x).square().sum().backward();
        averaged.updateParameters(model);
        void optimizer.step();
      });
      for (let i = 0; i < 5; i++) body();
      return [await values(averaged.parameters()[0]), averaged.nAveraged];
    };
    expect(await run((body) => compile(body))).toEqual(await run((body) => body));
  });

  it('goes on from its state dict', async () => {
    const [model, averaged, other] = [makeNet(), new AveragedModel(makeNet()), new AveragedModel(makeNet())];
    averaged.updateParameters(model);
    const state = averaged.stateDict();
    expect([...state.keys()].slice(0, 2)).toEqual(['n_averaged', 'module.0.weight']);
    await other.loadStateDict(state);
    expect(other.nAveraged).toBe(1);
    expect(await values(other.parameters()[0])).toEqual(await values(averaged.parameters()[0]));
    await expect(other.loadStateDict(model.stateDict())).rejects.toThrow(StateDictError);
  });

  it('refuses the model itself, and others', () => {
    const model = makeNet();
    expect(() => new AveragedModel(model).updateParameters(model)).toThrow('make AveragedModel with a second instance');
    expect(() => new AveragedModel(model).updateParameters(new nn.Linear(2, 3))).toThrow(ArgumentError);
  }); // prettier-ignore
});

it('updateBn computes plain means over the batches', async () => {
  const model = makeNet().eval();
  const batches = [randn([6, 2]).realize(), randn([6, 2]).realize()];
  await updateBn(batches.map((batch) => [batch, null] as const), model); // prettier-ignore
  const [mean] = model.buffers();
  const linear = model.get(0);
  const outputs = batches.map((batch) => linear.forward(batch).mean(0));
  const expected = await values(outputs[0].add(outputs[1]).div(2));
  (await values(mean)).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  expect(model.training).toBe(false);
  expect(Reflect.get(model.get(1), 'momentum')).toBe(0.1);
});

it.each([
  ['cos', 4, (share: number) => (1 - Math.cos(Math.PI * share)) / 2],
  ['linear', 4, (share: number) => share],
] as const)('SWALR goes along %s in %d steps', (annealStrategy, annealEpochs, shape) => {
  const optimizer = new SGD([zeros(1).requiresGrad_()], { lr: 0.5 });
  const scheduler = new SWALR(optimizer, 0.1, { annealEpochs, annealStrategy });
  expect(scheduler).toBeInstanceOf(lrScheduler.LRScheduler);
  for (let i = 0; i <= 6; i++) {
    const share = shape(Math.min(1, i / annealEpochs));
    expect(optimizer.paramGroups[0].lr).toBeCloseTo(0.1 * share + 0.5 * (1 - share), 12);
    scheduler.step();
  }
});
