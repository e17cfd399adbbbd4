import { ArgumentError } from '@tenfold/ir';
import * as T from '@tenfold/tensor';
import { cumsum, gather, manualSeed, matmul, rand, stack, tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, test } from 'vitest';
import { checkpoint, grad, jacobian, vjp, vmap } from '../src/index.ts';
import { leaf } from './support.ts';

const draw = (...shape: number[]): Tensor => T.randn(shape, { dtype: 'float64' });
const expectClose = async (a: Tensor, b: Tensor) => {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [Array.from(await a.data(), Number), Array.from(await b.data(), Number)];
  x.forEach((value, i) => expect(value).toBeCloseTo(y[i], 10));
};

const indices = tensor([[0, 2, 1]], { dtype: 'int64' });
/** Functions of a [3, 4] matrix, so that every kind of primitive is in one of them. */
const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  elementwise: (x) => x.exp().add(x.mul(2)).where(x.gt(0), x.abs()),
  'a constant': (x) => x.detach().mul(0).add(1),
  reductions: (x) => x.sum(0).add(x.amax(0)).add(x.prod(0)),
  softmax: (x) => x.softmax(1),
  variance: (x) => x.var(1, { keepdim: true }),
  sorting: (x) => x.sort(1).values.add(x.argsort(0).to('float64')),
  'running sums': (x) => cumsum(x, 0).add(x.cumprod(1)),
  movement: (x) => x.t().flip(0).reshape([2, 6]).slice(1, 1, 5, 2),
  broadcasting: (x) => x.add(x.select(0, 1)).add(x.select(1, 0).unsqueeze(1)),
  padding: (x) => T.pad(x, [1, 2], { value: 3 }),
  windows: (x) => T.unfold(x, 1, 2, 1),
  'products with itself': (x) => matmul(x, x.t()),
  'products with what is shared': (x) => matmul(T.ones([2, 3], { dtype: 'float64' }), x),
  gathering: (x) => gather(x, 1, indices),
  'choosing by its own values': (x) => gather(x, 1, x.argmax(1, { keepdim: true })),
  scattering: (x) => T.zeros([3, 4], { dtype: 'float64' }).scatterAdd(1, indices, x),
  'a gradient': (x) => vjp((y) => y.pow(3).sum(), x).gradients,
  'a Jacobian': (x) => jacobian((y) => y.square().sum(1), x),
  'a norm, whose gradient is its own': (x) => x.norm(2, 1),
};

describe('vmap does for a batch what a loop does', () => {
  test.each(Object.entries(functions))('%s', async (_, f) => {
    const x = draw(5, 3, 4);
    const members = Array.from({ length: 5 }, (_, i) => f(x.select(0, i)));
    await expectClose(vmap(f)(x), stack(members));
  });

  test.each(Object.entries(functions))('and so are its gradients: %s', async (_, f) => {
    const data = draw(2, 3, 4);
    const [a, b] = [data.clone().requiresGrad_(), data.clone().requiresGrad_()];
    const weigh = (x: Tensor) => x.mul(T.arange(x.numel, { dtype: 'float64' }).reshape(x.shape)).sum();
    const whole = weigh(vmap(f)(a));
    if (!whole.requiresGrad) return;
    whole.backward();
    weigh(stack([f(b.select(0, 0)), f(b.select(0, 1))])).backward();
    await expectClose(a.grad!, b.grad!);
  });
});

describe('vmap', () => {
  test('takes the batch from any axis, shares arguments, and puts it where it is wanted', async () => {
    const [x, y] = [draw(3, 5), draw(3)];
    const together = vmap((a, b) => a.mul(b), [1, null], -1)(x, y);
    await expectClose(together, x.mul(y.unsqueeze(1)));
  });

  test('gives several results', async () => {
    const [sums, squares] = vmap((x) => [x.sum(), x.square()], 0, [0, 1])(draw(4, 3));
    expect([sums.shape, squares.shape]).toEqual([[4], [3, 4]]);
  });

  test('nests', async () => {
    const [x, y] = [draw(2, 4), draw(3, 4)];
    const dot = (a: Tensor, b: Tensor) => a.mul(b).sum();
    const table = vmap((a) => vmap((b) => dot(a, b))(y))(x);
    await expectClose(table, matmul(x, y.t()));
  });

  test('gives gradients for each example', async () => {
    const weight = leaf([1, 2, 3]);
    const x = draw(4, 3);
    const perExample = vmap((row) => grad(row.mul(weight).sum().square(), [weight])[0])(x);
    await expectClose(perExample, x.mul(matmul(x, weight).mul(2).unsqueeze(1)));
    expect(weight.grad).toBe(null);
  });

  test('lets gradients through to what is shared', async () => {
    const weight = leaf([1, 2, 3]);
    const x = draw(4, 3);
    vmap((row) => checkpoint((r) => r.mul(weight).norm(), row))(x)
      .sum()
      .backward();
    const plain = leaf([1, 2, 3]);
    x.mul(plain).norm(2, 1).sum().backward();
    await expectClose(weight.grad!, plain.grad!);
  });

  test('keeps working when its result is read before backward', async () => {
    const x = draw(2, 3).requiresGrad_();
    const lengths = vmap((row) => row.norm())(x);
    await lengths.tolist();
    lengths.sum().backward();
    await expectClose(x.grad!, x.detach().div(x.detach().norm(2, 1, { keepdim: true })));
  });

  test('draws random numbers as it is told', async () => {
    const noisy = (row: Tensor) => row.mul(0).add(rand([3], { dtype: 'float64' }));
    const x = draw(4, 3);
    expect(() => vmap(noisy)(x)).toThrow("{ randomness: 'different' }");
    manualSeed(1);
    const same = (await vmap(noisy, 0, 0, { randomness: 'same' })(x).tolist()) as number[][];
    const different = (await vmap(noisy, 0, 0, { randomness: 'different' })(x).tolist()) as number[][];
    expect(new Set(same.flat()).size).toBe(3);
    expect(new Set(different.flat()).size).toBe(12);
  });

  test('refuses what it cannot do', () => {
    const x = draw(4, 3);
    expect(() => vmap((a) => a, null)(x)).toThrow(ArgumentError);
    expect(() => vmap((a, b) => a.add(b))(x, draw(5, 3))).toThrow('different sizes: 4, 5');
    expect(() => vmap((a, b) => a.add(b), [0])(x, x)).toThrow('1 inDims for 2 arguments');
    const total = tensor([0, 0, 0], { dtype: 'float64' });
    expect(() => vmap((row) => (total.assign(row), row))(x)).toThrow('return it instead');
    expect(() => vmap((row) => row.mul(row.sum().itemSync()))(x)).toThrow('read a value');
  });
});
