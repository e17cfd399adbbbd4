/** A graph that follows an earlier one is computed by its plan; one that differs in anything that matters is not. */

import { grad } from '@tenfold/autograd';
import { cpu } from '@tenfold/backend-cpu';
import { getDevice } from '@tenfold/ir';
import { fromBuffer, pad, realizeAll, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';

cpu({ threads: 1 });

const vector = (...values: number[]): Tensor => tensor(values, { dtype: 'float32' });
const { plans } = getDevice('cpu');

/** Plans made while `body` runs. */
async function missesOf(body: () => Promise<void>): Promise<number> {
  const before = plans.counters.misses;
  await body();
  return plans.counters.misses - before;
}

describe('a step traced again', () => {
  it('needs one plan, and reads what is there now', async () => {
    const weight = vector(1, 2);
    const step = async (x: Tensor) => {
      const result = x.mul(weight).sum();
      weight.assign(weight.add(1));
      return result.item();
    };
    expect(await step(vector(1, 1))).toBe(3);
    const misses = await missesOf(async () => {
      expect(await step(vector(1, 1))).toBe(5);
      expect(await step(vector(10, 1))).toBe(34);
    });
    expect(misses).toBe(0);
  });

  it('is another one when it goes on, stops early, or turns off on the way', async () => {
    const x = vector(1, -2);
    const short = () => x.mul(2).tolist();
    const long = () => x.mul(2).add(1).abs().tolist();
    const other = () => x.mul(2).add(1).neg().tolist();
    for (let i = 0; i < 4; i++) {
      expect(await short()).toEqual([2, -4]);
      expect(await long()).toEqual([3, 3]);
      expect(await other()).toEqual([-3, 3]);
      expect(await long()).toEqual([3, 3]);
    }
  });

  it('tells numbers of the library from each other, also the two zeros', async () => {
    const x = vector(1);
    for (const value of [0, -0, 0, 7]) {
      const padded = pad(x, [0, 1], { value });
      expect(Object.is(((await padded.tolist()) as number[])[1], value)).toBe(true);
    }
  });

  it('sees which operands are one and the same', async () => {
    const [a, b] = [vector(1, 2), vector(3, 4)];
    const both = async (x: Tensor, y: Tensor) => {
      x.assign(x.add(y));
      y.assign(y.add(x));
      return [await x.tolist(), await y.tolist()];
    };
    expect(await both(a, b)).toEqual([[4, 6], [7, 10]]); // prettier-ignore
    expect(await both(a, b)).toEqual([[11, 16], [18, 26]]); // prettier-ignore
    expect(await both(a, a)).toEqual([[44, 64], [44, 64]]); // prettier-ignore
  });

  it('sees what is traced for gradients, and what became of its leaves', async () => {
    const w = vector(2, 3);
    const run = () => w.mul(w).sum();
    expect(await run().item()).toBe(13);
    expect(await run().item()).toBe(13);
    w.requiresGrad_();
    const loss = run();
    loss.backward();
    expect(await w.grad!.tolist()).toEqual([4, 6]);
    const pending = fromBuffer(new Float32Array([5]), [1]);
    const doubled = pending.mul(2);
    pending.dispose();
    await expect(doubled.tolist()).rejects.toThrow('was disposed of');
  });

  it('takes turns with others without new plans', async () => {
    const x = vector(1, 2, 3);
    const steps = [() => x.sum().item(), () => x.mul(3).sum().item(), () => x.exp().log().sum().item()];
    for (const step of steps) await step();
    const misses = await missesOf(async () => {
      for (let i = 0; i < 5; i++) {
        expect(await steps[0]()).toBe(6);
        expect(await steps[1]()).toBe(18);
        expect(await steps[2]()).toBeCloseTo(6, 5);
      }
    });
    expect(misses).toBe(0);
  });
});

describe('realizeAll', () => {
  it('computes several results in one run, and the handles own them', async () => {
    const { counters } = getDevice('cpu');
    const w = tensor(
      Array.from({ length: 2000 }, (_, i) => i % 7),
      { dtype: 'float32' },
    ).requiresGrad_();
    const y = w.mul(w);
    const [gradient] = grad([y.sum()], [w]);
    const before = counters.runs;
    realizeAll(y, gradient!);
    expect(counters.runs - before).toBe(1);
    for (let i = 0; i < 20; i++) await w.mul(i).sum().item();
    const runs = counters.runs;
    expect(((await y.tolist()) as number[]).slice(0, 4)).toEqual([0, 1, 4, 9]);
    expect(((await gradient!.tolist()) as number[]).slice(0, 4)).toEqual([0, 2, 4, 6]);
    expect(counters.runs).toBe(runs);
  });
});
