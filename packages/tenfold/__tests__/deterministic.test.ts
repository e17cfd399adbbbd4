/** Whole training steps on backends of one to four threads: the same bits everywhere. */

import { cpuBackend } from '@tenfold/backend-cpu';
import { registerBackend } from '@tenfold/ir';
import { F, manualSeed, nn, optim, randn, setDefaultDevice, sort, tensor } from 'tenfold';
import type { Tensor } from 'tenfold';
import { afterEach, expect, it } from 'vitest';

const THREADS = [1, 2, 3, 4];
for (const threads of THREADS) {
  registerBackend(`cpu-${threads}`, () => cpuBackend({ threads, deterministic: true }));
}

afterEach(() => setDefaultDevice('cpu'));

type Contents = readonly Float32Array[];

/** What a computation gives on each device in turn. */
async function onAll(train: () => Promise<Contents>): Promise<Contents[]> {
  const results: Contents[] = [];
  for (const threads of THREADS) {
    setDefaultDevice(`cpu-${threads}`);
    manualSeed(11);
    results.push(await train());
  }
  return results;
}

async function contents(tensors: readonly Tensor[]): Promise<Contents> {
  return Promise.all(tensors.map(async (x) => Float32Array.from(await x.float().data(), Number)));
}

/** The losses of three steps, and then the parameters. */
async function trained(model: nn.Module, lossOf: () => Tensor): Promise<Contents> {
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });
  const losses: Tensor[] = [];
  for (let step = 0; step < 3; step++) {
    const loss = lossOf();
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    losses.push(loss);
  }
  return contents([...losses, ...model.parameters()]);
}

it('convolutions', async () => {
  const results = await onAll(() => {
    const model = new nn.Sequential(
      new nn.Conv2d(3, 17, 3, { padding: 1 }),
      new nn.BatchNorm2d(17),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(17, 32, 5, { stride: 2 }),
      new nn.Flatten(),
      new nn.Linear(32 * 5 * 5, 10),
    );
    const x = randn([8, 3, 29, 29]).realize();
    const y = tensor([0, 1, 2, 3, 4, 5, 6, 7]);
    return trained(model, () => F.crossEntropy(model.forward(x), y));
  });
  for (const other of results) expect(other).toEqual(results[0]);
});

it('attention and normalisation', async () => {
  const results = await onAll(() => {
    const model = new nn.Sequential(
      new nn.LayerNorm(96),
      new nn.Linear(96, 288),
      new nn.GELU(),
      new nn.Linear(288, 96),
    );
    const x = randn([4, 130, 96]).realize();
    return trained(model, () => {
      const heads = model.forward(x).reshape(4, 130, 4, 24).permute(0, 2, 1, 3);
      return F.scaledDotProductAttention(heads, heads, heads, { isCausal: true }).square().mean();
    });
  });
  for (const other of results) expect(other).toEqual(results[0]);
});

it('reductions, scans and sorting', async () => {
  const results = await onAll(() => {
    const x = randn([60, 1001]);
    const { values: sorted } = sort(x, 1);
    const sums = [x.sum(), x.sum(0), x.sum(1), x.cumsum(1)];
    return contents([...sums, x.max(), x.softmax(0), x.argmax(0), sorted]);
  });
  for (const other of results) expect(other).toEqual(results[0]);
});
