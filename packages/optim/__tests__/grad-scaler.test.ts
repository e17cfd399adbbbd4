/** Loss scaling, against what torch.cuda.amp.GradScaler documents. */

import { ArgumentError, DTypeError } from '@tenfold/ir';
import { tensor } from '@tenfold/tensor';
import { expect, test } from 'vitest';
import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import { GradScaler, SGD, clipGradNorm_ } from '../src/index.ts';

const leaf = (data: number[]) => tensor(data, { dtype: 'float32', requiresGrad: true });

test('a step with scaled gradients is the plain step', async () => {
  const p = leaf([1, 2]);
  const optimizer = new SGD([p], { lr: 0.5 });
  const scaler = new GradScaler({ initScale: 1024 });
  scaler.scale(p.square().sum()).backward();
  expect(await p.grad!.tolist()).toEqual([2048, 4096]);
  expect(await scaler.step(optimizer)).toBe(true);
  scaler.update();
  expect(await p.tolist()).toEqual([0, 0]);
  expect(scaler.getScale()).toBe(1024);
});

test('an overflow skips the step and shrinks the factor; steps without let it grow', async () => {
  const p = leaf([1]);
  const optimizer = new SGD([p], { lr: 0.1 });
  const scaler = new GradScaler({ initScale: 8, growthInterval: 2 });
  const factors: number[] = [];
  for (const slope of [1, Infinity, 1, 1, NaN]) {
    optimizer.zeroGrad();
    scaler.scale(p.mul(slope).sum()).backward();
    const taken = await scaler.step(optimizer);
    expect(taken).toBe(Number.isFinite(slope));
    scaler.update();
    factors.push(scaler.getScale());
  }
  expect(factors).toEqual([8, 4, 4, 8, 4]);
  expect(await p.item()).toBeCloseTo(0.7);
});

test('gradients can be unscaled before they are clipped', async () => {
  const p = leaf([3, 4]);
  const optimizer = new SGD([p], { lr: 1 });
  const scaler = new GradScaler();
  scaler.scale(p.square().sum().mul(0.5)).backward();
  scaler.unscale_(optimizer);
  expect(await clipGradNorm_([p], 1).item()).toBeCloseTo(5);
  await scaler.step(optimizer);
  expect(await p.tolist()).toEqual([expect.closeTo(2.4, 5), expect.closeTo(3.2, 5)]);
  expect(() => scaler.unscale_(optimizer)).toThrow('after step()');
});

test('its state goes into another', () => {
  const [a, b] = [new GradScaler({ initScale: 4 }), new GradScaler()];
  a.update(16);
  b.loadStateDict(a.stateDict());
  expect(b.stateDict()).toEqual(a.stateDict());
  expect(b.getScale()).toBe(16);
});

test('disabled it does nothing', async () => {
  const p = leaf([1]);
  const scaler = new GradScaler({ enabled: false });
  scaler.scale(p.mul(2)).backward();
  await scaler.step(new SGD([p], { lr: 1 }));
  expect([await p.item(), scaler.getScale()]).toEqual([-1, 1]);
});

test('misuse is an error that says what to do', async () => {
  const p = leaf([1]);
  const optimizer = new SGD([p], { lr: 1 });
  const scaler = new GradScaler();
  expect(() => scaler.update()).toThrow(ArgumentError);
  expect(() => new GradScaler({ growthFactor: 0.5 })).toThrow('growthFactor');
  scaler.scale(p.sum()).backward();
  await scaler.step(optimizer);
  await expect(scaler.step(optimizer)).rejects.toThrow('call update()');
  const half = tensor([1], { dtype: 'float16', requiresGrad: true });
  half.mul(2).backward();
  expect(() => new GradScaler().unscale_(new SGD([half], { lr: 1 }))).toThrow(DTypeError);
});
