/** Tensors, models and files between a device and the reference device, and what is said where devices meet. */

import '@tenfold/autograd';
import { serializeStateDict, loadSafetensors } from '@tenfold/io';
import { DTypeError, DeviceError, TenfoldError } from '@tenfold/ir';
import { Linear, Sequential, BatchNorm1d, functional as F } from '@tenfold/nn';
import { AdamW, clipGradNorm_ } from '@tenfold/optim';
import * as T from '@tenfold/tensor';
import type { CreationOptions, Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';

/** Every function that makes tensors, with the device that it is told. */
const CREATION: Readonly<Record<string, (options: CreationOptions) => Tensor>> = {
  tensor: (options) => T.tensor([[1, 2]], options),
  fromBuffer: (options) => T.fromBuffer(Float32Array.of(1, 2), 2, options),
  zeros: (options) => T.zeros([2], options),
  ones: (options) => T.ones([2], options),
  empty: (options) => T.empty([2], options),
  full: (options) => T.full([2], 1.5, options),
  eye: (options) => T.eye(2, 2, options),
  arange: (options) => T.arange(4, options),
  linspace: (options) => T.linspace(0, 1, 3, options),
  rand: (options) => T.rand([2], options),
  randn: (options) => T.randn([2], options),
  randint: (options) => T.randint(0, 5, [2], options),
  randperm: (options) => T.randperm(4, options),
  zerosLike: (options) => T.zerosLike(T.zeros([2], { device: 'reference' }), options),
  randLike: (options) => T.randLike(T.zeros([2], { device: 'reference' }), options),
};

/** Operations with one operand on each of two devices. */
const MEETINGS: Readonly<Record<string, (here: Tensor, there: Tensor) => unknown>> = {
  add: (a, b) => a.add(b),
  where: (a, b) => T.where(a.gt(0), b, a),
  matmul: (a, b) => a.matmul(b),
  cat: (a, b) => T.cat([a, b]),
  gather: (a, b) => a.gather(0, b.long()),
  scatter: (a, b) => a.scatter(0, b.long(), a),
  assign: (a, b) => a.assign(b),
  lerp: (a, b) => T.lerp(a, b, 0.5),
  mseLoss: (a, b) => F.mseLoss(a, b),
  'the forward of a module': (a, b) => new Linear(2, 2).forward(b).add(a),
  'a gradient': (a, b) => {
    const x = a.detach().requiresGrad_();
    x.grad = b;
  },
  'the seed of backward': (a, b) => a.detach().requiresGrad_().mul(2).backward(b),
};

export function movingSuite(device: string): void {
  const here = { device };
  const there = { device: 'reference' };

  describe('making', () => {
    it.each(Object.entries(CREATION))('%s takes a device', async (_, make) => {
      const made = make(here);
      expect(made.device).toBe(device);
      expect(await made.data()).toHaveLength(made.numel);
    });
  });

  describe('moving', () => {
    it('tensors, there at once and back when they are awaited', async () => {
      const x = T.tensor([1.5, 2.5], there);
      const moved = x.to(device).mul(2);
      expect(moved.device).toBe(device);
      const back = await moved.toDevice('reference');
      expect(back.device).toBe('reference');
      expect(await back.tolist()).toEqual([3, 5]);
    });

    it('models, with gradients and buffers', async () => {
      T.manualSeed(3);
      T.setDefaultDevice('reference');
      const model = new Sequential(new Linear(3, 4), new BatchNorm1d(4), new Linear(4, 2));
      T.setDefaultDevice(device);
      const x = T.rand([5, 3], there);
      const expected = (await model.forward(x).tolist()) as number[][];
      model.forward(x).sum().backward();
      model.to(device);
      expect(model.parameters().map((p) => [p.device, p.grad?.device])).toEqual(
        model.parameters().map(() => [device, device]),
      );
      const actual = (await model.forward(x.to(device)).tolist()) as number[][];
      actual.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i], 4));
      await model.toDevice('reference');
      expect([...model.parameters(), ...model.buffers()].map((p) => p.device)).not.toContain(device);
      expect(model.parameters().every((p) => p.requiresGrad)).toBe(true);
    });

    it('files: saved from it and loaded onto it', async () => {
      const model = new Linear(3, 2).to(device);
      const bytes = await serializeStateDict(model.stateDict());
      const loaded = await loadSafetensors(bytes, here);
      expect([...loaded.values()].map((tensor) => tensor.device)).toEqual([device, device]);
      const other = await new Linear(3, 2).toDevice('reference');
      other.loadStateDict(await loadSafetensors(bytes, there));
      expect(await other.weight.tolist()).toEqual(await model.weight.tolist());
    });

    it('the state of an optimizer stands where the parameters stand', async () => {
      const model = new Linear(3, 2).to(device);
      const optimizer = new AdamW(model.parameters(), { lr: 0.1 });
      model
        .forward(T.ones([1, 3], here))
        .sum()
        .backward();
      await optimizer.step();
      const { state } = optimizer.stateDict();
      expect([...state.values()].map((tensor) => tensor.device)).toEqual(
        [...state.values()].map(() => device),
      );
    });
  });

  describe('meeting', () => {
    it.each(Object.entries(MEETINGS))('%s of two devices names both', (_, meet) => {
      const a = T.ones([2, 2], here);
      const b = T.ones([2, 2], there);
      expect(() => meet(a, b)).toThrow(DeviceError);
      expect(() => meet(a, b)).toThrow(`'${device}'`);
      expect(() => meet(a, b)).toThrow(`'reference'`);
    });

    it('an optimizer updates parameters where they stand', async () => {
      const [a, b] = [here, there].map((options) => T.ones([2], { ...options, requiresGrad: true }));
      const optimizer = new AdamW([a, b], { lr: 0.1, weightDecay: 0 });
      a.sum().backward();
      b.sum().backward();
      await optimizer.step();
      for (const x of [a, b]) expect(Number(await x.sum().item())).toBeCloseTo(1.8, 5);
    });

    it('gradients that are clipped together are on one device', () => {
      const [a, b] = [here, there].map((options) => T.ones([2], { ...options, requiresGrad: true }));
      a.sum().backward();
      b.sum().backward();
      expect(() => clipGradNorm_([a, b], 1)).toThrow(DeviceError);
    });
  });
}

/** What a device says that has no float64. */
export function withoutDoubleSuite(device: string): void {
  const here = { device, dtype: 'float64' } as const;
  const message = new RegExp(`\\w+: device '${device}' has no float64; use float32 there`);

  describe('float64', () => {
    const makers = Object.entries(CREATION);
    it.each(makers)('%s says that there is none', (_, make) => {
      expect(() => make(here)).toThrow(DTypeError);
      expect(() => make(here)).toThrow(message);
    });

    it('is refused when it is cast to, moved or loaded', async () => {
      const x = T.ones([2], { device });
      expect(() => x.to('float64')).toThrow(message);
      expect(() => x.double()).toThrow(message);
      const double = T.ones([2], { device: 'reference', dtype: 'float64' });
      expect(() => double.to(device)).toThrow(message);
      await expect(double.toDevice(device)).rejects.toThrow(message);
      expect(() => new Linear(2, 2).to('float64')).toThrow(message);
      const bytes = await serializeStateDict(new Map([['x', double]]));
      await expect(loadSafetensors(bytes, { device })).rejects.toThrow(message);
    });

    it('moves there in float32', async () => {
      const double = T.ones([2], { device: 'reference', dtype: 'float64' });
      const moved = double.to({ device, dtype: 'float32' });
      expect([moved.device, moved.dtype]).toEqual([device, 'float32']);
      const model = (await new Linear(2, 2).toDevice('reference')).to('float64');
      model.to({ device, dtype: 'float32' });
      expect([model.weight.device, model.weight.dtype]).toEqual([device, 'float32']);
      expect(await moved.tolist()).toEqual([1, 1]);
    });
  });
}

/** What a device says that cannot be waited for. */
export function withoutWaitingSuite(device: string): void {
  describe('reading at once', () => {
    const remedy = new RegExp(`device '${device}' cannot be waited for; await .*toDevice`);
    it.each<[string, (x: Tensor) => unknown]>([
      ['dataSync', (x) => x.dataSync()],
      ['itemSync', (x) => x.sum().itemSync()],
      ['tolistSync', (x) => x.tolistSync()],
      ['to', (x) => x.to('reference')],
      ['the to of a module', () => new Linear(2, 2).to(device).to('reference')],
    ])('%s names what to do instead', (_, read) => {
      const x = T.ones([2], { device }).mul(2);
      expect(() => read(x)).toThrow(TenfoldError);
      expect(() => read(x)).toThrow(remedy);
    });

    it('a tensor as text says that it is pending, and can be waited for', async () => {
      const x = T.ones([2], { device }).mul(2);
      expect(String(x)).toContain('pending');
      expect(await T.toText(x)).toContain('tensor([2., 2.]');
    });
  });
}
