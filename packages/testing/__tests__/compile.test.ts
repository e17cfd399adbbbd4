import '@tenfold/autograd';
import { AdamW } from '@tenfold/optim';
import { functional as F, Dropout, Linear, ReLU, Sequential } from '@tenfold/nn';
import { getDevice } from '@tenfold/ir';
import { compile, manualSeed, noGrad, rand, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import { useDevice } from '../src/oracle-devices.ts';

useDevice('reference');
const device = getDevice('reference');

function setup(dropout = 0) {
  manualSeed(7);
  const model = new Sequential(new Linear(4, 8), new ReLU(), new Dropout(dropout), new Linear(8, 3));
  const optimizer = new AdamW(model.parameters(), { lr: 0.02, weightDecay: 0.1 });
  const x = tensor(
    Array.from({ length: 6 }, (_, i) => Array.from({ length: 4 }, (_, j) => Math.sin(i * 4 + j))),
  );
  const y = tensor([0, 1, 2, 0, 1, 2]);
  const step = (input: Tensor, target: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(input), target);
    loss.backward();
    void optimizer.step();
    return loss;
  };
  return { model, optimizer, x, y, step };
}

async function parametersOf({ model }: ReturnType<typeof setup>): Promise<unknown[]> {
  return Promise.all([...model.parameters()].map((parameter) => parameter.tolist()));
}

describe('compile', () => {
  it.each([0, 0.5])('gives the same parameters to the bit after 100 steps, dropout %d', async (dropout) => {
    const plain = setup(dropout);
    const losses: unknown[] = [];
    for (let i = 0; i < 100; i++) losses.push(await plain.step(plain.x, plain.y).item());
    const expected = await parametersOf(plain);

    const compiled = setup(dropout);
    const step = compile(compiled.step);
    const again: unknown[] = [];
    for (let i = 0; i < 100; i++) again.push(await step(compiled.x, compiled.y).item());
    expect(again).toEqual(losses);
    expect(await parametersOf(compiled)).toEqual(expected);
  });

  it('builds no graph and makes no plan from the third call on', () => {
    const { step, x, y } = setup();
    const compiled = compile(step);
    compiled(x, y);
    compiled(x, y);
    const { misses, hits } = device.plans.counters;
    const { runs } = device.counters;
    for (let i = 0; i < 10; i++) compiled(x, y);
    expect(device.plans.counters).toMatchObject({ misses, hits });
    expect(device.counters.runs).toBe(runs + 10);
    expect(device.graph.size).toBe(0);
  });

  it('follows a learning rate that changes, and numbers passed as arguments', async () => {
    const plain = setup();
    const other = setup();
    const step = compile(other.step);
    for (let i = 0; i < 8; i++) {
      for (const { optimizer } of [plain, other]) optimizer.paramGroups[0].lr = 0.05 / (1 + i);
      plain.step(plain.x, plain.y);
      step(other.x, other.y);
    }
    expect(await parametersOf(other)).toEqual(await parametersOf(plain));

    const scale = compile((x: Tensor, by: Tensor) => x.mul(by));
    for (const by of [1, 2, 3, 4.5])
      expect(await scale(tensor([1, 2], { dtype: 'float32' }), by).tolist()).toEqual([by, 2 * by]);
  });

  it('compiles each signature on its own', async () => {
    const sum = compile((x: Tensor) => x.sum());
    for (const n of [2, 3, 2, 3, 2, 3, 3])
      expect(await sum(tensor(new Float32Array(n).fill(1))).item()).toBe(n);
  });

  it('draws new random numbers at each replay', async () => {
    const noise = compile((x: Tensor) => x.add(rand([3])));
    const draws = new Set<string>();
    for (let i = 0; i < 5; i++)
      draws.add(String(await noise(tensor([0, 0, 0], { dtype: 'float32' })).tolist()));
    expect(draws.size).toBe(5);
  });

  it('returns results that later replays do not overwrite', async () => {
    const next = compile((x: Tensor) => ({ twice: x.mul(2), sum: x.sum() }));
    const results = [1, 2, 3, 4].map((value) => next(tensor([value, value], { dtype: 'float32' })));
    for (const [i, { twice, sum }] of results.entries()) {
      expect(await twice.tolist()).toEqual([2 * (i + 1), 2 * (i + 1)]);
      expect(await sum.item()).toBe(2 * (i + 1));
    }
  });

  it('names a captured number that changed between the first two calls', () => {
    let factor = 1;
    const scaled = compile((x: Tensor) => x.mul(factor));
    const x = tensor([1, 2], { dtype: 'float32' });
    scaled(x);
    factor = 3;
    expect(() => scaled(x)).toThrow(
      /a number captured by the function, an operand of mul, changed from 1 to 3.*argument/,
    );
  });

  it('names a captured tensor that was replaced', () => {
    let bias = tensor([1, 2], { dtype: 'float32' });
    const shifted = compile((x: Tensor) => x.add(bias));
    const x = tensor([1, 2], { dtype: 'float32' });
    shifted(x);
    bias = tensor([3, 4], { dtype: 'float32' });
    expect(() => shifted(x)).toThrow(
      /a float32 tensor of shape \[2\], captured by the function, was another one/,
    );
  });

  it('refuses work that depends on something other than the signature', () => {
    let calls = 0;
    const moody = compile((x: Tensor) => (calls++ === 0 ? x.exp() : x.neg()));
    const x = tensor([1, 2], { dtype: 'float32' });
    moody(x);
    expect(() => moody(x)).toThrow(/the first two calls did different work/);
  });

  it('runs what was pending before it, so that old values stay right', async () => {
    const weight = tensor([1, 1], { dtype: 'float32', requiresGrad: true });
    const double = compile((by: Tensor) => noGrad(() => void weight.assign(weight.mul(by))));
    double(2);
    double(2);
    const before = weight.sum();
    double(2);
    expect(await before.item()).toBe(8);
    expect(await weight.sum().item()).toBe(16);
  });
});
