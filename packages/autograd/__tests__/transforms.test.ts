import { GradError, ShapeError } from '@tenfold/ir';
import { matmul, tensor } from '@tenfold/tensor';
import type { NestedList, Tensor } from '@tenfold/tensor';
import { describe, expect, test } from 'vitest';
import { hessian, hvp, jacobian, jvp, vhp, vjp } from '../src/index.ts';
import { leaf } from './support.ts';

const float64 = (data: NestedList) => tensor(data, { dtype: 'float64' });
const values = (tensors: readonly Tensor[]) => Promise.all(tensors.map((x) => x.tolist()));
/** x₀²·x₁ and x₁³: its Jacobian is [[2x₀x₁, x₀²], [0, 3x₁²]]. */
const curve = (x: Tensor): Tensor =>
  matmul(x.select(0, 0).square().mul(x.select(0, 1)).reshape([1, 1]), float64([[1, 0]]))
    .reshape([2])
    .add(
      x
        .select(0, 1)
        .pow(3)
        .mul(float64([0, 1])),
    );
const cubic = (x: Tensor): Tensor => x.pow(3).sum();

describe('vjp', () => {
  test('takes one tensor for one, and gives zeros for what is not used', async () => {
    const { gradients } = vjp((x) => x.square().sum(), float64([1, 2]));
    expect(await gradients.tolist()).toEqual([2, 4]);
    const unused = vjp((x, y) => x.sum().add(y.detach().sum()), [float64([1]), float64([5])]);
    expect(await values(unused.gradients)).toEqual([[1], [0]]);
    expect(() => vjp((x) => x.detach().sum(), float64([1]), undefined, { strict: true })).toThrow(GradError);
  });

  test('with createGraph is differentiable with respect to what its inputs came from', async () => {
    const x = leaf([1, 2]);
    vjp(cubic, x, undefined, { createGraph: true }).gradients.sum().backward();
    expect(await x.grad!.tolist()).toEqual([6, 12]);
  });

  test('of integers is an error', () => {
    expect(() => vjp(cubic, tensor([1, 2]))).toThrow('vjp: input 0 is int64');
  });
});

describe('jvp', () => {
  test('says how the value changes along a vector', async () => {
    const { value, tangent } = jvp(curve, float64([2, 3]), float64([1, 10]));
    expect(await value.tolist()).toEqual([12, 27]);
    expect(await tangent.tolist()).toEqual([52, 270]);
    expect(tangent.requiresGrad).toBe(false);
  });

  test('of several inputs adds up', async () => {
    const { tangent } = jvp((x, y) => x.mul(y), [float64([2]), float64([5])], [float64([1]), float64([100])]);
    expect(await tangent.tolist()).toEqual([205]);
  });

  test('of what does not depend on the inputs is zero', async () => {
    const { tangent } = jvp((x) => x.detach().mul(2), float64([1, 2]), float64([1, 1]));
    expect(await tangent.tolist()).toEqual([0, 0]);
  });

  test('wants vectors that fit', () => {
    expect(() => jvp(curve, float64([2, 3]), float64([1]))).toThrow(ShapeError);
  });

  test('with createGraph is differentiable', async () => {
    const x = leaf([2]);
    jvp((y) => y.pow(3), x, float64([1]), { createGraph: true }).tangent.backward();
    expect(await x.grad!.tolist()).toEqual([12]);
  });
});

describe('hvp and vhp', () => {
  test('multiply the Hessian with a vector', async () => {
    const { value, products } = hvp(cubic, float64([1, 2]), float64([1, 10]));
    expect(await value.item()).toBe(9);
    expect(await products.tolist()).toEqual([6, 120]);
    expect(await vhp(cubic, float64([1, 2]), float64([1, 10])).products.tolist()).toEqual([6, 120]);
  });

  test('mix the inputs', async () => {
    const { products } = hvp(
      (x, y) => x.mul(y).sum(),
      [float64([1]), float64([2])],
      [float64([3]), float64([4])],
    );
    expect(await values(products)).toEqual([[4], [3]]);
  });

  test('of a linear function are zero', async () => {
    expect(await hvp((x) => x.sum(), float64([1, 2]), float64([1, 1])).products.tolist()).toEqual([0, 0]);
  });
});

describe('jacobian', () => {
  test.each(['reverse-mode', 'forward-mode'] as const)('by %s', async (strategy) => {
    const matrix = jacobian(curve, float64([2, 3]), { strategy });
    expect(await matrix.tolist()).toEqual([
      [12, 4],
      [0, 27],
    ]);
  });

  test.each(['reverse-mode', 'forward-mode'] as const)(
    'of matrices by %s has both shapes',
    async (strategy) => {
      const [a, b] = [float64([[1, 2], [3, 4], [5, 6]]), float64([[1], [10]])]; // prettier-ignore
      const [toA, toB] = jacobian((x, y) => matmul(x, y), [a, b], { strategy });
      expect([toA.shape, toB.shape]).toEqual([
        [3, 1, 3, 2],
        [3, 1, 2, 1],
      ]);
      expect(await toA.select(0, 1).tolist()).toEqual([[[0, 0], [1, 10], [0, 0]]]); // prettier-ignore
      expect(await toB.select(0, 2).tolist()).toEqual([[[5], [6]]]);
    },
  );

  test('with createGraph is differentiable', async () => {
    const x = leaf([1, 2]);
    jacobian((y) => y.pow(3), x, { createGraph: true })
      .sum()
      .backward();
    expect(await x.grad!.tolist()).toEqual([6, 12]);
  });
});

describe('hessian', () => {
  test('of one input is a matrix', async () => {
    const f = (x: Tensor) => x.select(0, 0).pow(2).mul(x.select(0, 1).pow(3));
    expect(await hessian(f, float64([2, 3])).tolist()).toEqual([
      [54, 108],
      [108, 72],
    ]);
  });

  test('of several inputs has a block for each pair', async () => {
    const blocks = hessian((x, y) => x.mul(y).sum().add(x.pow(2).sum()), [float64([1, 2]), float64([3, 4])]);
    expect(await values(blocks.flat())).toEqual([
      [[2, 0], [0, 2]],
      [[1, 0], [0, 1]],
      [[1, 0], [0, 1]],
      [[0, 0], [0, 0]],
    ]); // prettier-ignore
  });

  test('wants a single number', () => {
    expect(() => hessian((x) => x.square(), float64([1, 2]))).toThrow(GradError);
  });
});
