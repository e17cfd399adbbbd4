/** Initial values: those that are drawn come from the generator that is given. */

import '@tenfold/backend-cpu';
import { init } from '@tenfold/nn';
import { Generator, eye, manualSeed, ones, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { expect, test } from 'vitest';

test.each<[string, (tensor: Tensor, generator: Generator) => Tensor]>([
  ['uniform_', (tensor, generator) => init.uniform_(tensor, 0, 1, { generator })],
  ['normal_', (tensor, generator) => init.normal_(tensor, 0, 1, { generator })],
  ['truncNormal_', (tensor, generator) => init.truncNormal_(tensor, 0, 1, -2, 2, { generator })],
  ['orthogonal_', (tensor, generator) => init.orthogonal_(tensor, { generator })],
  ['sparse_', (tensor, generator) => init.sparse_(tensor, 0.3, { generator })],
  ['xavierUniform_', (tensor, generator) => init.xavierUniform_(tensor, { generator })],
  ['xavierNormal_', (tensor, generator) => init.xavierNormal_(tensor, { generator })],
  ['kaimingUniform_', (tensor, generator) => init.kaimingUniform_(tensor, { generator })],
  ['kaimingNormal_', (tensor, generator) => init.kaimingNormal_(tensor, { generator })],
])('%s', async (_, initialise) => {
  const drawn = async (seed: number) => initialise(zeros([3, 4]), new Generator(seed)).tolist();
  const first = await drawn(7);
  expect(await drawn(7)).toEqual(first);
  expect(await drawn(8)).not.toEqual(first);
});

test('truncNormal_ stays within its bounds, and is normal between them', async () => {
  manualSeed(3);
  const values = Array.from(await init.truncNormal_(zeros([4000]), 1, 2, 0, 4).data(), Number);
  expect(values.every((x) => x >= 0 && x <= 4)).toBe(true);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  // (φ(-1/2) - φ(3/2)) / (Φ(3/2) - Φ(-1/2)) = 0.3563, times 2, plus 1.
  expect(Math.abs(mean - 1.7126)).toBeLessThan(0.06);
  const below = values.filter((x) => x < 1).length / values.length;
  expect(Math.abs(below - 0.1915 / 0.6247)).toBeLessThan(0.03);
});

test.each([
  [3, 5],
  [5, 3],
  [4, 2, 2],
])('orthogonal_ of %s %s %s: the shorter side is orthonormal', async (...shape) => {
  manualSeed(5);
  const sizes = shape.filter((size) => typeof size === 'number');
  const matrix = init.orthogonal_(zeros(sizes), { gain: 3 }).reshape(sizes[0], -1).div(3);
  const [rows, columns] = matrix.shape;
  const product = rows > columns ? matrix.t().matmul(matrix) : matrix.matmul(matrix.t());
  const distance = product
    .sub(eye(Math.min(rows, columns)))
    .abs()
    .max();
  expect(await distance.item()).toBeLessThan(1e-5);
  expect(() => init.orthogonal_(zeros([3]))).toThrow('orthogonal_: the tensor has shape [3]');
});

test('dirac_ passes each group of channels through', async () => {
  expect(await init.dirac_(ones([2, 2, 3])).tolist()).toEqual([
    [
      [0, 1, 0],
      [0, 0, 0],
    ],
    [
      [0, 0, 0],
      [0, 1, 0],
    ],
  ]);
  expect(await init.dirac_(ones([4, 1, 2]), { groups: 4 }).tolist()).toEqual([
    [[0, 1]],
    [[0, 1]],
    [[0, 1]],
    [[0, 1]],
  ]);
  expect(
    await init
      .dirac_(ones([3, 2, 1, 1]))
      .sum()
      .item(),
  ).toBe(2);
  expect(() => init.dirac_(ones([2, 2]))).toThrow('dirac_: the tensor has shape [2, 2]');
  expect(() => init.dirac_(ones([3, 2, 3]), { groups: 2 })).toThrow('groups is 2');
});

test('sparse_ has as many zeros in each column as the share says', async () => {
  const weight = init.sparse_(ones([10, 5]), 0.25, { std: 3 });
  expect(await weight.eq(0).sum(0).tolist()).toEqual([3, 3, 3, 3, 3]);
  expect(() => init.sparse_(ones([3]), 0.5)).toThrow('expected two axes');
  expect(() => init.sparse_(ones([3, 3]), 2)).toThrow('sparsity is 2');
});
