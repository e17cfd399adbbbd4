import { ArgumentError, GradError } from '@tenfold/ir';
import { inferenceMode, isGradEnabled, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, test } from 'vitest';
import {
  checkpointSequential,
  detectAnomaly,
  gradientStatistics,
  observeGradients,
  savedTensorsHooks,
} from '../src/index.ts';
import { leaf } from './support.ts';

describe('observers', () => {
  test('see every gradient once, from the result to the leaves', async () => {
    const x = leaf([1, 2]);
    const loss = x.exp().square().sum();
    const seen: [string, readonly number[]][] = [];
    observeGradients(({ op, shape }) => void seen.push([op, shape]), () => loss.backward()); // prettier-ignore
    expect(seen.map(([op]) => op)).toEqual(['reduce', 'mul', 'exp', 'leaf']);
    expect(seen.at(-1)![1]).toEqual([2]);
    observeGradients(() => {}, () => x.sum().backward()); // prettier-ignore
    expect(seen.length).toBe(4);
  });

  test('do not wait for promises', () => {
    expect(() => observeGradients(() => {}, async () => {})).toThrow(ArgumentError); // prettier-ignore
  });

  test('statistics tell size, zeros and what is not finite', async () => {
    const x = leaf([3, 0, -1, 2]);
    const weights = tensor([3, 0, -4, Infinity], { dtype: 'float64' });
    const [, , last] = await gradientStatistics(() => x.mul(weights).sum().backward());
    expect(last).toMatchObject({ op: 'leaf', shape: [4], zeros: 0.25, max: Infinity, notFinite: 1 });
    const [first] = await gradientStatistics(() =>
      x.mul(2).backward(tensor([3, 4, 0, 0], { dtype: 'float64' })),
    );
    expect(first).toMatchObject({ op: 'mul', rms: 2.5, mean: 1.75, max: 4, zeros: 0.5, notFinite: 0 });
  });
});

describe('detectAnomaly', () => {
  test('lets numbers pass', async () => {
    const x = leaf([1, 2]);
    const loss = await detectAnomaly(() => {
      const result = x.log().sum();
      result.backward();
      return result;
    });
    expect(await loss.item()).toBeCloseTo(Math.log(2));
  });

  test('names the operation of the forward pass', async () => {
    const x = leaf([1, -2]);
    const broken = detectAnomaly(() => {
      const loss = x.mul(2).log().sum();
      loss.backward();
      return loss;
    });
    await expect(broken).rejects.toThrow("in the forward pass, 'log' gave NaN");
    await expect(broken).rejects.toThrow(GradError);
  });

  test('names the operation of the backward pass', async () => {
    const x = leaf([0, 2]);
    const broken = detectAnomaly(() => x.sqrt().mul(x).sum().backward());
    await expect(broken).rejects.toThrow(/in the backward pass of '\w+', 'mul|div' gave NaN/);
  });
});

describe('savedTensorsHooks', () => {
  const half = (x: Tensor) => x.to('float32').to('float16');
  const whole = (x: Tensor) => x.to('float64');

  test('backward reads what was packed', async () => {
    const packed: (readonly number[])[] = [];
    const x = leaf([0.1, 0.2]);
    const pack = (value: Tensor) => {
      packed.push(value.shape);
      return half(value);
    };
    const loss = savedTensorsHooks(pack, whole, () => x.exp().sum());
    expect(await loss.item()).toBeCloseTo(Math.exp(0.1) + Math.exp(0.2), 12);
    loss.backward();
    const [first] = (await x.grad!.tolist()) as number[];
    expect(first).not.toBe(Math.exp(0.1));
    expect(first).toBeCloseTo(Math.exp(0.1), 3);
    expect(packed).toContainEqual([2]);
  });

  test('second derivatives still reach the value', async () => {
    const x = leaf([2]);
    const y = savedTensorsHooks((value: Tensor) => value, (value) => value.mul(1), () => x.exp().square()); // prettier-ignore
    y.backward(undefined, { createGraph: true });
    const first = x.grad!;
    x.grad = null;
    first.backward();
    expect(await x.grad!.item()).toBeCloseTo(4 * Math.exp(4));
  });
});

test('checkpointSequential gives what the chain gives', async () => {
  const chain = [
    (x: Tensor) => x.exp(),
    (x: Tensor) => x.mul(x),
    (x: Tensor) => x.add(1),
    (x: Tensor) => x.log(),
  ];
  const [a, b] = [leaf([0.5, 1]), leaf([0.5, 1])];
  checkpointSequential(chain, 2, a).sum().backward();
  chain.reduce((x, f) => f(x), b).sum().backward(); // prettier-ignore
  expect(await a.grad!.tolist()).toEqual(await b.grad!.tolist());
  expect(() => checkpointSequential(chain, 5, a)).toThrow(ArgumentError);
});

test('inferenceMode traces nothing', () => {
  const x = leaf([1]);
  expect(inferenceMode(() => [isGradEnabled(), x.mul(2).requiresGrad])).toEqual([false, false]);
  expect(x.mul(2).requiresGrad).toBe(true);
});
