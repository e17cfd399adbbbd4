/** Unique elements, and what shape operations refuse. */

import { ArgumentError, DTypeError, IndexError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import {
  asTensor, bucketize, cartesianProd, combinations, diagonal, hstack, kthvalue, meshgrid, ones, repeatInterleave, resultType,
  searchsorted, tensor, tensorSplit, unique, uniqueConsecutive, unravelIndex, vstack, zeros,
} from '../src/index.ts'; // prettier-ignore
import { expectExactly } from './support.ts';

describe('unique', () => {
  test('elements alone, or with positions and counts', async () => {
    const x = tensor([[3, 1], [3, 2]]); // prettier-ignore
    expectExactly(await x.unique(), [1, 2, 3]);
    const [values, inverse, counts] = await x.unique({ returnInverse: true, returnCounts: true });
    expectExactly(values, [1, 2, 3]);
    expectExactly(inverse, [[2, 0], [2, 1]], 'int64'); // prettier-ignore
    expectExactly(counts, [1, 1, 2], 'int64');
  });

  test('NaN differs from itself', async () => {
    const x = tensor([NaN, 1.5, NaN, -0]);
    expectExactly(await unique(x), [-0, 1.5, NaN, NaN]);
    expectExactly(await uniqueConsecutive(tensor([NaN, NaN, 2.5, 2.5])), [NaN, NaN, 2.5]);
  });

  test('nothing, and slices of nothing', async () => {
    expect((await unique(zeros([0]))).shape).toEqual([0]);
    expect((await unique(zeros([0, 3]), { dim: 0 })).shape).toEqual([0, 3]);
    await expect(unique(zeros([2, 0]), { dim: 0 })).rejects.toThrow('have no elements');
  });
});

describe('searchsorted', () => {
  const values = [-1, 0, 2.5, 3, 7, 8, 30, NaN];
  test.each([0, 1, 2, 3, 4, 7, 8, 15, 17, 33])('%i elements, equal ones among them', (size) => {
    const sorted = Array.from({ length: size }, (_, i) => Math.floor(i / 2));
    const rows = [sorted, sorted.map((x) => x + 1)];
    for (const right of [false, true]) {
      // NaN comes after everything.
      const place = (row: readonly number[]) => (value: number) =>
        row.filter((x) => !(right ? value < x : value <= x)).length;
      const of = (list: readonly number[]) => asTensor(new Float32Array(list));
      expectExactly(searchsorted(of(sorted), of(values), { right }), values.map(place(sorted)), 'int64');
      if (size === 0) continue;
      const found = searchsorted(tensor(rows, { dtype: 'float32' }), tensor([values, values]), {
        right,
        outInt32: true,
      });
      expectExactly(found, rows.map((row) => values.map(place(row))), 'int32'); // prettier-ignore
    }
  });
});

test('repeats that only the device knows need the size of the result', () => {
  const x = tensor([5, 6, 7]);
  const repeats = tensor([1, 0, 1]).add(tensor([1, 1, 0]));
  expect(() => repeatInterleave(x, repeats)).toThrow('give { outputSize }');
  expectExactly(repeatInterleave(x, repeats, 0, { outputSize: 4 }), [5, 5, 6, 7]);
  expectExactly(repeatInterleave(x, tensor([2])), [5, 5, 6, 6, 7, 7]);
  expectExactly(x.repeatInterleave(2), [5, 5, 6, 6, 7, 7]);
});

test('properties', () => {
  const x = ones([2, 3, 4], { dtype: 'float64' });
  expect([x.T.shape, x.mT.shape, x.itemsize, x.nbytes]).toEqual([[4, 3, 2], [2, 4, 3], 8, 192]); // prettier-ignore
  expect([x.size(), x.size(-1), x.dim(), x.nelement(), x.type()]).toEqual([[2, 3, 4], 4, 3, 24, 'float64']);
  expect(() => x.H).toThrow(ShapeError);
  expect(() => ones([2]).mT).toThrow('expected at least 2 axes');
  const z = tensor([[1, 2], [3, 4]], { dtype: 'float32' }); // prettier-ignore
  expectExactly(z.real, [1, 3]);
  expectExactly(z.imag, [2, 4]);
});

test('what does not fit is an error', () => {
  const x = ones([2, 3]);
  expect(() => kthvalue(x, 4)).toThrow('k is 4, expected 1 to 3');
  expect(() => searchsorted(x, ones([3, 3]))).toThrow('do not fit sequences of shape [2, 3]');
  expect(() => searchsorted(ones([3]), tensor([1]))).toThrow(DTypeError);
  expect(() => searchsorted(ones([3]), ones([1]), { right: true, side: 'left' })).toThrow(ArgumentError);
  expect(() => bucketize(ones([3]), x)).toThrow('expected a vector');
  expect(() => meshgrid(ones([2]), x)).toThrow('tensor 1 has shape [2, 3], expected a vector');
  expect(() => cartesianProd(ones([2]), tensor([1]))).toThrow(DTypeError);
  expect(() => combinations(x)).toThrow('expected a vector');
  expect(() => tensorSplit(x, 0)).toThrow('0 pieces asked for');
  expect(() => x.hsplit(2)).toThrow('does not divide into 2 equal pieces');
  expect(() => x.dsplit(1)).toThrow('expected at least 3 axes');
  expect(() => vstack([])).toThrow('expected at least one tensor');
  expect(() => hstack([x, ones([3, 3])])).toThrow(ShapeError);
  expect(() => diagonal(x, 0, 0, 2)).toThrow(IndexError);
  expect(() => x.rot90(1, [0, 0])).toThrow('two different axes');
  expect(() => x.movedim([0, 1], [0])).toThrow('2 axes for 1 places');
  expect(() => x.movedim([0, 0], [0, 1])).toThrow('named twice');
  expect(() => x.sumToSize(3, 3)).toThrow('does not broadcast to [2, 3]');
});

test('coordinates, dtypes and new tensors like another', async () => {
  const [rows, columns] = unravelIndex(tensor([0, 5, -1]), [2, 3]);
  expectExactly(rows, [0, 1, 1], 'int64');
  expectExactly(columns, [0, 2, 2], 'int64');
  expect(() => unravelIndex(tensor([6]), [2, 3])).toThrow(IndexError);
  const x = ones([2], { dtype: 'float64' });
  expectExactly(x.newFull([2], 3), [3, 3], 'float64');
  expectExactly(x.newTensor([1, 2]), [1, 2], 'float64');
  expectExactly(asTensor(x, { dtype: 'int32' }), [1, 1], 'int32');
  expect(asTensor(x)).toBe(x);
  expect([resultType(x, 2.5), resultType(tensor([1]), 2.5)]).toEqual(['float64', 'float32']);
  expect(await tensor([[0.5]]).isNonzero()).toBe(true);
  await expect(x.isNonzero()).rejects.toThrow('has 2 elements, expected 1');
});
