import { DTypeError, ShapeError } from '@tenfold/ir';
import { expect, test } from 'vitest';
import { arange, ones, tensor, zeros } from '../src/index.ts';
import { expectExactly } from './support.ts';

const range = (...shape: number[]) => arange(shape.reduce((a, b) => a * b, 1), { dtype: 'float32' }).reshape(shape); // prettier-ignore

test('matrices and vectors', () => {
  const a = range(2, 3);
  expectExactly(a.matmul(range(3, 2)), [[10, 13], [28, 40]]); // prettier-ignore
  expectExactly(a.matmul(tensor([1, 1, 1], { dtype: 'float32' })), [3, 12]);
  expectExactly(tensor([1, 1], { dtype: 'float32' }).matmul(a), [3, 5, 7]);
  expectExactly(range(3).matmul(range(3)), 5);
  expectExactly(a.mm(a.t()), [[5, 14], [14, 50]]); // prettier-ignore
  expectExactly(a.mv(range(3)), [5, 14]);
  expectExactly(range(3).dot(range(3)), 5);
  expectExactly(range(2).outer(range(3)), [[0, 0, 0], [0, 1, 2]]); // prettier-ignore
  expectExactly(tensor([[1, 2]]).matmul(tensor([[3], [4]])), [[11]], 'int64');
});

test('batch axes broadcast', () => {
  const a = range(2, 1, 1, 2);
  const b = range(3, 2, 1);
  const product = a.matmul(b);
  expect(product.shape).toEqual([2, 3, 1, 1]);
  expectExactly(product.flatten(), [1, 3, 5, 3, 13, 23]);
  expect(range(4, 1, 2, 3).matmul(range(5, 3, 2)).shape).toEqual([4, 5, 2, 2]);
  expect(range(3).matmul(range(5, 3, 2)).shape).toEqual([5, 2]);
  expect(range(5, 2, 3).matmul(range(3)).shape).toEqual([5, 2]);
  expectExactly(
    range(2, 1, 2)
      .bmm(range(2, 2, 1))
      .flatten(),
    [1, 13],
  );
});

test('empty operands', () => {
  expectExactly(zeros([2, 0]).matmul(ones([0, 2])), [[0, 0], [0, 0]]); // prettier-ignore
  expect(zeros([0, 3]).matmul(ones([3, 2])).shape).toEqual([0, 2]);
});

test('operands that do not fit', () => {
  expect(() => ones([8, 64]).matmul(ones([32, 10]))).toThrow(ShapeError);
  expect(() => ones([8, 64]).matmul(ones([32, 10]))).toThrow(
    'matmul: inner dimensions differ: [8, 64] @ [32, 10] (64 vs 32); the last axis',
  );
  expect(() => ones([8, 64]).matmul(ones([10, 64]))).toThrow(
    'matmul: inner dimensions differ: [8, 64] @ [10, 64] (64 vs 10); did you mean weight.t()?',
  );
  expect(() => ones([2, 3, 4]).matmul(ones([3, 4, 5]))).toThrow(
    'matmul: shapes [2] and [3] do not broadcast',
  );
  expect(() => ones([2]).mm(ones([2, 2]))).toThrow(
    'mm: expected tensors with 2 and 2 axes, got [2] and [2, 2]',
  );
  expect(() => ones([2, 1, 1]).bmm(ones([3, 1, 1]))).toThrow('bmm: batch sizes differ');
  expect(() => tensor(2.5).matmul(ones([2]))).toThrow('use mul() for numbers');
  expect(() => ones([2, 2]).matmul(ones([2, 2], { dtype: 'float64' }))).toThrow(DTypeError);
  expect(() => ones([1, 1], { dtype: 'bool' }).matmul(ones([1, 1], { dtype: 'bool' }))).toThrow('bool');
});
