import { getDevice } from '@tenfold/ir';
import { F, manualSeed, nn, noGrad, optim, rand, randn, tensor } from 'tenfold';
import type { Tensor } from 'tenfold';
import { beforeEach, describe, expect, it } from 'vitest';

const device = getDevice('cpu');

/** Plans made while `steps` calls of `body` run, after two calls to settle. */
async function plansMade(body: (i: number) => Promise<unknown>, steps = 10): Promise<number> {
  await body(0);
  await body(1);
  const before = device.plans.counters.misses;
  for (let i = 2; i < steps + 2; i++) await body(i);
  return device.plans.counters.misses - before;
}

describe('the same step traced again makes no plan', () => {
  beforeEach(() => void manualSeed(3));

  it('whatever the learning rate, the step count, the random numbers and the batch', async () => {
    const model = new nn.Sequential(
      new nn.Linear(16, 32),
      new nn.GELU(),
      new nn.Dropout(0.3),
      new nn.Linear(32, 4),
    );
    const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });
    const data = rand([64, 16]).realize();
    const labels = tensor(Array.from({ length: 64 }, (_, i) => i % 4));
    let total: Tensor = tensor(0, { dtype: 'float32' });
    const made = await plansMade(async (i) => {
      optimizer.paramGroups[0].lr = 1e-2 / (i + 1);
      const at = 8 * (i % 8);
      const loss = F.crossEntropy(model.forward(data.slice(0, at, at + 8)), labels.slice(0, at, at + 8));
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
      total = total.add(loss);
    });
    expect(made).toBe(0);
  });

  it('whatever number an operation is given', async () => {
    const x = randn([10]).realize();
    const made = await plansMade((i) =>
      x
        .mul(i + 0.5)
        .add(i)
        .clamp(-i, i)
        .div(i + 1)
        .pow(2)
        .sum()
        .item(),
    );
    expect(made).toBe(0);
  });

  it('whatever the seed', async () => {
    const made = await plansMade(async (i) => {
      manualSeed(i);
      return randn([5]).sum().item();
    });
    expect(made).toBe(0);
  });

  it('in an evaluation loop over batches', async () => {
    const model = new nn.Linear(16, 4).eval();
    const data = rand([64, 16]).realize();
    const made = await plansMade((i) => {
      const at = 8 * (i % 8);
      return noGrad(() =>
        model
          .forward(data.slice(0, at, at + 8))
          .argmax(1)
          .sum(),
      ).item();
    });
    expect(made).toBe(0);
  });

  it('but another shape does', async () => {
    let length = 5;
    const made = await plansMade(() => rand([length++]).sum().item(), 3);
    expect(made).toBe(3);
  });
});
