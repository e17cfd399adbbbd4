import { getDevice } from '@tenfold/ir';
import { F, manualSeed, nn, optim, profile, rand, tensor } from 'tenfold';
import { describe, expect, it } from 'vitest';

describe('a training step on the CPU, profiled', () => {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(64, 128), new nn.ReLU(), new nn.Linear(128, 10));
  const optimizer = new optim.AdamW(model.parameters());
  const x = rand([32, 64]).realize();
  const y = tensor(Array.from({ length: 32 }, (_, i) => i % 10));
  const step = async () => {
    const loss = F.crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    return loss.item();
  };

  it('has its kernels, against peaks that are measured once', async () => {
    const first = await profile(step);
    const p = await profile(step, { warmUp: 1, calls: 4 });
    expect(p.plans).toEqual({ runs: 4, hits: 4, misses: 0 });
    expect(p.total.calls).toBe(4 * first.total.calls);
    const forward = 2 * 32 * (64 * 128 + 128 * 10);
    // The gradient of the input of the first layer is not wanted.
    const backward = 2 * forward - 2 * 32 * 64 * 128;
    const products = p.kinds.find(({ name }) => name === 'contraction');
    expect((products?.flops ?? 0) / 4).toBeGreaterThan(forward + backward);
    expect((products?.flops ?? 0) / 4).toBeLessThan(1.5 * (forward + backward));
    expect(p.peaks).toBe(first.peaks);
    expect(p.peaks?.flopsPerSecond).toBeGreaterThan(0);
    expect(p.total.roofline).toBeGreaterThan(0);
    expect(String(p)).toContain('4 plans found, 0 made');
  });

  it('gives the results that it gives unobserved', async () => {
    const loss = async () => (await profile(() => F.crossEntropy(model.forward(x), y).item())).result;
    expect(await loss()).toBe(await F.crossEntropy(model.forward(x), y).item());
    expect(getDevice('cpu').backend.observer).toBeUndefined();
  });
});
