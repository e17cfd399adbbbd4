/** Optimizers and schedulers beyond their numbers: plans, compiled steps, state dicts, messages. */

import '@tenfold/autograd';
import { ArgumentError, StateDictError, compile, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as optim from '../src/index.ts';
import { SGD, lrScheduler } from '../src/index.ts';
import type { Optimizer } from '../src/index.ts';
import './support/reference-device.ts';

const KINDS = [
  'Adadelta', 'Adafactor', 'Adagrad', 'Adamax', 'ASGD', 'LAMB', 'Lion', 'Muon', 'NAdam', 'RAdam', 'RMSprop', 'Rprop',
  'SparseAdam',
] as const; // prettier-ignore

const makeParams = () => [
  tensor([[1, 2, -3], [0.5, 1, 4]], { dtype: 'float32' }).realize().requiresGrad_(),
  tensor([[1], [-2]], { dtype: 'float32' }).realize().requiresGrad_(),
]; // prettier-ignore

function step(
  optimizer: { zeroGrad(): void; step(): Promise<void> },
  params: readonly Tensor[],
): Promise<void> {
  optimizer.zeroGrad();
  params[0].square().sum().add(params[1].square().mul(2).sum()).backward();
  return optimizer.step();
}

async function values(params: readonly Tensor[]): Promise<number[]> {
  return (await Promise.all(params.map(async (param) => Array.from(await param.data(), Number)))).flat();
}

describe.each(KINDS)('%s', (kind) => {
  const make = (params: Tensor[]) => new optim[kind](params, { lr: 0.05 });

  it('keeps its plan when the learning rate changes', async () => {
    const params = makeParams();
    const optimizer = make(params);
    await step(optimizer, params);
    await step(optimizer, params);
    const { plans } = params[0].home;
    const { misses } = plans.counters;
    for (let i = 1; i <= 6; i++) {
      optimizer.paramGroups[0].lr = 0.05 / i;
      await step(optimizer, params);
    }
    expect(plans.counters.misses).toBe(misses);
  });

  it('compiled, does what it does otherwise', async () => {
    const train = async (wrap: (body: () => void) => () => void) => {
      const params = makeParams();
      const optimizer = make(params);
      const schedule = new lrScheduler.StepLR(optimizer, 2);
      const body = wrap(() => {
        void step(optimizer, params);
        schedule.step();
      });
      for (let i = 0; i < 7; i++) body();
      return [await values(params), optimizer.paramGroups[0].lr, optimizer.stateDict().scalars];
    };
    expect(await train((body) => compile(body))).toEqual(await train((body) => body));
  });

  it('goes on from a state dict', async () => {
    const params = makeParams();
    const optimizer = make(params);
    for (let i = 0; i < 3; i++) await step(optimizer, params);
    const copies = params.map((param) => param.detach().clone().realize().requiresGrad_());
    const other = make(copies);
    other.loadStateDict(optimizer.stateDict());
    for (let i = 0; i < 2; i++) {
      await step(optimizer, params);
      await step(other, copies);
    }
    expect(await values(copies)).toEqual(await values(params));
  });
});

describe('LBFGS', () => {
  const closure =
    (optimizer: optim.LBFGS, [a, b]: readonly Tensor[]) =>
    () => {
      optimizer.zeroGrad();
      const loss = a
        .sub(1)
        .square()
        .mul(tensor([1, 20, 3]))
        .sum()
        .add(b.sub(2).square().square().sum());
      loss.backward();
      return loss;
    };

  it.each(['strongWolfe', null] as const)(
    'with line search %s finds the minimum, and goes on from a state dict',
    async (lineSearchFn) => {
      const params = makeParams();
      const optimizer = new optim.LBFGS(params, { lineSearchFn, maxIter: 5, lr: lineSearchFn ? 1 : 0.3 });
      for (let i = 0; i < 4; i++) await optimizer.step(closure(optimizer, params));
      const copies = params.map((param) => param.detach().clone().realize().requiresGrad_());
      const other = new optim.LBFGS(copies, { lineSearchFn, maxIter: 5 });
      other.loadStateDict(optimizer.stateDict());
      await optimizer.step(closure(optimizer, params));
      await other.step(closure(other, copies));
      expect(await values(copies)).toEqual(await values(params));
      for (let i = 0; i < 10; i++) await optimizer.step(closure(optimizer, params));
      const [found] = [await values(params)];
      found.slice(0, 6).forEach((value) => expect(value).toBeCloseTo(1, 3));
      found.slice(6).forEach((value) => expect(value).toBeCloseTo(2, 1));
    },
  );

  it('refuses several groups, unknown searches and foreign states', () => {
    const [a, b] = makeParams();
    expect(() => new optim.LBFGS([{ params: [a] }, { params: [b] }])).toThrow('it can have only one');
    expect(() => new optim.LBFGS([a], { maxIter: 0 })).toThrow('maxIter is 0');
    const state = new optim.LBFGS([a]).stateDict();
    expect(() => new optim.LBFGS([a, b]).loadStateDict(state)).toThrow(StateDictError);
  });
});

describe('schedulers', () => {
  const make = () =>
    new SGD([{ params: [makeParams()[0]] }, { params: [makeParams()[1]], lr: 0.2 }], {
      lr: 0.5,
      momentum: 0.9,
    });

  it('go on from their state dicts, which are JSON', () => {
    const build = (optimizer: SGD) =>
      new lrScheduler.SequentialLR(
        optimizer,
        [new lrScheduler.LinearLR(optimizer), new lrScheduler.CosineAnnealingLR(optimizer, 10)],
        [5],
      );
    const [first, second] = [make(), make()];
    const scheduler = build(first);
    const resumed = build(second);
    for (let i = 0; i < 8; i++) scheduler.step();
    resumed.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
    second.loadStateDict(first.stateDict());
    for (let i = 0; i < 4; i++) {
      scheduler.step();
      resumed.step();
    }
    expect(resumed.getLastLr()).toEqual(scheduler.getLastLr());
    const plateau = new lrScheduler.ReduceLROnPlateau(first, { patience: 0 });
    plateau.step(1);
    plateau.step(2);
    expect(JSON.parse(JSON.stringify(plateau.stateDict()))).toEqual({ best: 1, numBadEpochs: 0, cooldownCounter: 0, lastEpoch: 2 }); // prettier-ignore
  });

  it('take fractions of epochs with warm restarts', () => {
    const optimizer = make();
    const scheduler = new lrScheduler.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
    scheduler.step(0.5);
    expect(optimizer.paramGroups[0].lr).toBeCloseTo(0.25 * (1 + Math.cos(Math.PI / 4)), 12);
    scheduler.step(4);
    expect(optimizer.paramGroups[0].lr).toBeCloseTo(0.25, 12);
  });

  it.each([
    ['StepLR', () => new lrScheduler.StepLR(make(), 0), 'stepSize is 0, expected a whole number above 0'],
    ['LambdaLR', () => new lrScheduler.LambdaLR(make(), [() => 1]), '1 functions for 2 groups'],
    ['OneCycleLR', () => new lrScheduler.OneCycleLR(make(), 1), 'give totalSteps, or epochs and stepsPerEpoch'],
    ['CyclicLR', () => new lrScheduler.CyclicLR(new optim.Adagrad(makeParams()), 0.1, 1), 'neither momentum nor betas'],
    ['SequentialLR', () => new lrScheduler.SequentialLR(make(), [], []), 'the list of schedulers is empty'],
    ['lastEpoch', () => new lrScheduler.ExponentialLR(make(), 0.5, { lastEpoch: 3 }), 'load its state with loadStateDict()'],
    ['Muon', () => new optim.Muon([tensor([1.5]).requiresGrad_()]), 'expected matrices'],
    ['Rprop', () => new optim.Rprop(makeParams(), { etas: [2, 3] }), 'expected one from 0 to 1 and one above 1'],
  ] as const)('%s refuses what does not fit', (_, call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  }); // prettier-ignore
});

it('gradients are clipped group by group', async () => {
  const params = makeParams();
  const optimizer: Optimizer = new SGD(params.map((param) => ({ params: [param] })), { lr: 1 }); // prettier-ignore
  params.forEach((param) => param.square().sum().backward());
  for (const group of optimizer.paramGroups) optim.clipGradNorm_(group.params, 1);
  for (const { grad } of params) expect(await grad?.square().sum().item()).toBeCloseTo(1, 4);
});
