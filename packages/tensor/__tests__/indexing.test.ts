import { ArgumentError, DTypeError, IndexError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import { arange, maskedSelect, nonzero, scatterReduce, takeAlongDim, tensor, zeros } from '../src/index.ts';
import { expectExactly } from './support.ts';

const x = arange(12).reshape(3, 4);
const cube = arange(24).reshape(2, 3, 4);

describe('index', () => {
  test('numbers, slices, new axes and the ellipsis', () => {
    expectExactly(x.index(1), [4, 5, 6, 7]);
    expectExactly(x.index(-1, 2), 10);
    expectExactly(x.index(':', 1), [1, 5, 9]);
    expectExactly(x.index('1:', '::2'), [[4, 6], [8, 10]]); // prettier-ignore
    expectExactly(x.index({ start: 0, end: 1 }, { step: 3 }), [[0, 3]]);
    expect(x.index(null, '...', null).shape).toEqual([1, 3, 4, 1]);
    expectExactly(cube.index('...', 0).index(1), [12, 16, 20]);
    expectExactly(cube.index(0, '...', '-1:'), [[3], [7], [11]]);
    expectExactly(x.index(), x.tolistSync());
  });

  test('positions, alone and together', () => {
    expectExactly(x.index([2, 0]), [[8, 9, 10, 11], [0, 1, 2, 3]]); // prettier-ignore
    expectExactly(x.index([0, 2], [1, -1]), [1, 11]);
    expectExactly(x.index(':', [3, 0]), [[3, 0], [7, 4], [11, 8]]); // prettier-ignore
    expectExactly(x.index(tensor([[0], [1]]), tensor([0, 3])), [[0, 3], [4, 7]]); // prettier-ignore
    expect(cube.index([0, 1], ':', [1, 2]).shape).toEqual([2, 3]);
    expect(cube.index(':', [0, 1, 2], [1, 2, 3]).shape).toEqual([2, 3]);
    expectExactly(cube.index([0, 1], ':', [1, 2]), [[1, 5, 9], [14, 18, 22]]); // prettier-ignore
    expectExactly(cube.index(1, [0, 2], 0), [12, 20]);
  });

  test('masks whose values are known', async () => {
    expectExactly(x.index(tensor([true, false, true]), 0), [0, 8]);
    const mask = tensor([
      [true, false, false, true],
      [false, false, false, false],
      [false, true, false, false],
    ]);
    expectExactly(x.index(mask), [0, 3, 9]);
    expectExactly(cube.index(1, mask), [12, 15, 21]);
    expect(() => x.index(x.gt(3))).toThrow('await maskedSelect(x, mask)');
    expect(() => x.index(tensor([true, false]))).toThrow(
      'a mask with an axis of size 2 stands at an axis of size 3',
    );
    expectExactly(await maskedSelect(x, x.gt(8)), [9, 10, 11]);
    expectExactly(await nonzero(x.gt(9)), [[2, 2], [2, 3]], 'int64'); // prettier-ignore
    expect((await nonzero(zeros([2, 2]))).shape).toEqual([0, 2]);
  });

  test('what cannot be meant is an error', () => {
    expect(() => x.index(0, 0, 0)).toThrow(IndexError);
    expect(() => x.index(0, 0, 0)).toThrow('3 places for a tensor of shape [3, 4] with 2 axes');
    expect(() => x.index('...', '...')).toThrow('once only');
    expect(() => x.index(3)).toThrow('index 3 is out of range for axis 0 of [3, 4]');
    expect(() => x.index([0, 3])).toThrow('index: index 3 at position 1');
    expect(() => x.index('a:b')).toThrow(ArgumentError);
    expect(() => x.index(tensor([0.5]))).toThrow(DTypeError);
  });
});

describe('gather and select', () => {
  test('gather', () => {
    expectExactly(x.gather(1, tensor([[3], [0], [1]])), [[3], [4], [9]]);
    expectExactly(x.gather(0, tensor([[2, 0]], { dtype: 'int32' })), [[8, 1]]);
    expectExactly(takeAlongDim(x, x.argmax(1, { keepdim: true }), 1), [[3], [7], [11]]);
  });

  test('indexSelect', () => {
    expectExactly(x.indexSelect(0, tensor([2, 2])), [[8, 9, 10, 11], [8, 9, 10, 11]]); // prettier-ignore
    expectExactly(x.indexSelect(1, tensor([3])), [[3], [7], [11]]);
    expectExactly(x.indexSelect(0, tensor([], { dtype: 'int64' })), []);
  });

  test('indices are checked where they are known', () => {
    expect(() => x.gather(1, tensor([[0], [4], [0]]))).toThrow(IndexError);
    expect(() => x.gather(1, tensor([[0], [4], [0]]))).toThrow(
      'gather: index 4 at position 1 of an index of shape [3, 1] is out of range; expected 0 to 3',
    );
    expect(() => x.indexSelect(0, tensor([-1]))).toThrow('indexSelect: index -1 at position 0');
    expect(() => x.indexSelect(0, tensor([2n ** 40n]))).toThrow('index 1099511627776');
    expect(() => x.indexSelect(0, tensor([[0]]))).toThrow('expected a vector');
    expect(() => x.gather(0, tensor([0]))).toThrow(
      'index of shape [1] does not fit a tensor of shape [3, 4]',
    );
    expect(() => x.gather(0, tensor([[0.5]]))).toThrow('the index is float32, expected int64 or int32');
  });
});

describe('scatter', () => {
  const base = zeros([3, 2], { dtype: 'int64' });
  const at = tensor([
    [0, 1],
    [2, 1],
  ]);
  const values = tensor([
    [1, 2],
    [3, 4],
  ]);

  test('writes, adds and multiplies', () => {
    expectExactly(base.scatter(0, at, values), [[1, 0], [0, 4], [3, 0]]); // prettier-ignore
    expectExactly(base.scatter(0, at, 7), [[7, 0], [0, 7], [7, 0]]); // prettier-ignore
    expectExactly(base.scatterAdd(0, at, values), [[1, 0], [0, 6], [3, 0]]); // prettier-ignore
    expectExactly(base.add(2).scatter(0, at, values, { reduce: 'multiply' }), [[2, 2], [2, 16], [6, 2]]); // prettier-ignore
    expectExactly(base.scatter(0, at, values, { reduce: 'add' }), [[1, 0], [0, 6], [3, 0]]); // prettier-ignore
    expectExactly(base, [[0, 0], [0, 0], [0, 0]]); // prettier-ignore
  });

  test('reduces with or without what was there', () => {
    expectExactly(scatterReduce(base.add(3), 0, at, values, 'amax'), [[3, 3], [3, 4], [3, 3]]); // prettier-ignore
    expectExactly(scatterReduce(base.add(3), 0, at, values, 'amin', { includeSelf: false }), [[1, 3], [3, 2], [3, 3]]); // prettier-ignore
    expectExactly(scatterReduce(base.add(3), 0, at, values, 'sum', { includeSelf: false }), [[1, 3], [3, 6], [3, 3]]); // prettier-ignore
  });

  test('a longer source is cut to the index', () => {
    expectExactly(base.scatter(0, tensor([[1]]), values), [[0, 0], [1, 0], [0, 0]]); // prettier-ignore
  });

  test('what does not fit is an error', () => {
    expect(() => base.scatter(0, tensor([[3, 0]]), 1)).toThrow('scatter: index 3 at position 0');
    expect(() => base.scatter(0, at, tensor([[1, 2]]))).toThrow(
      'the source has shape [1, 2], the index [2, 2]',
    );
    expect(() => base.scatter(0, at, values.float())).toThrow('the source is float32, the tensor int64');
    expect(() => base.scatter(1, at, values, { reduce: 'max' as 'add' })).toThrow(ArgumentError);
  });
});

describe('order', () => {
  const v = tensor([3, 1, NaN, 2, 1]);

  test('sort is stable and puts NaN last', () => {
    const { values, indices } = v.sort();
    expectExactly(values, [1, 1, 2, 3, NaN]);
    expectExactly(indices, [1, 4, 3, 0, 2], 'int64');
    expectExactly(v.sort(0, { descending: true }).values, [NaN, 3, 2, 1, 1]);
    expectExactly(v.argsort(0, { descending: true }), [2, 0, 3, 1, 4]);
  });

  test('topk', () => {
    const { values, indices } = x.topk(2);
    expectExactly(values, [[3, 2], [7, 6], [11, 10]]); // prettier-ignore
    expectExactly(indices, [[3, 2], [3, 2], [3, 2]], 'int64'); // prettier-ignore
    expectExactly(x.topk(1, 0, { largest: false }).values, [[0, 1, 2, 3]]);
    expect(() => x.topk(5)).toThrow('topk: k is 5, expected 0 to 4');
  });
});

describe('setIndex', () => {
  test('writes a copy; the tensor stays as it is until it is assigned', () => {
    const a = zeros([2, 3]);
    const b = a.setIndex([':', 1], 5);
    expectExactly(a, [[0, 0, 0], [0, 0, 0]]); // prettier-ignore
    expectExactly(b, [[0, 5, 0], [0, 5, 0]]); // prettier-ignore
    const c = tensor([1, 2, 3]);
    c.setIndex_([[0, 2]], tensor([9, 8]));
    expectExactly(c, [9, 2, 8]);
    expectExactly(zeros([3, 2]).fillDiagonal_(1, { wrap: true }), [[1, 0], [0, 1], [0, 0]]); // prettier-ignore
    expectExactly(zeros([5, 2]).fillDiagonal_(1, { wrap: true }).select(1, 0), [1, 0, 0, 1, 0]);
    expectExactly(zeros([5, 2]).fillDiagonal_(1).select(1, 0), [1, 0, 0, 0, 0]);
    expectExactly(tensor([1, 2, 3]).setIndex('1:', 2.7), [1, 2, 2], 'int64');
  });

  test('a mask that only the device knows', () => {
    const above = x.gt(8);
    expectExactly(x.setIndex(above, -1), [[0, 1, 2, 3], [4, 5, 6, 7], [8, -1, -1, -1]]); // prettier-ignore
    expectExactly(x.setIndex([above], tensor([20, 21, 22])), [[0, 1, 2, 3], [4, 5, 6, 7], [8, 20, 21, 22]]); // prettier-ignore
    expectExactly(x.index(0).setIndex(tensor(1).gt(0), 4), [4, 4, 4, 4]);
    expectExactly(x.setIndex([':', x.index(0).gt(1)], tensor([30, 31])).index(1), [4, 5, 30, 31]);
    expectExactly(x.index(0).setIndex(tensor([false, false, false, false]), zeros([0])), [0, 1, 2, 3]);
    expectExactly(x.indexPut([x.gt(9)], tensor([1]), { accumulate: true }).index(2), [8, 9, 11, 12]);
  });

  test('values that do not fit are errors', () => {
    expect(() => x.setIndex(0, zeros([3]))).toThrow(
      'setIndex: a value of shape [3] does not broadcast to [4], the part it is written to',
    );
    expect(() => x.setIndex(tensor([true, false, true]), zeros([3, 4]))).toThrow(
      'has 3 rows for a mask that is true 2 times',
    );
    expect(() => x.indexPut([tensor([5])], tensor([1]))).toThrow('index 5 at position 0');
    expect(() => x.setIndex([0, 0, 0], 1)).toThrow(IndexError);
  });
});

describe('rows', () => {
  test('what does not fit is an error', () => {
    const rows = zeros([2, 4], { dtype: 'int64' });
    expect(() => x.indexAdd(0, tensor([0]), rows)).toThrow(
      'indexAdd: the source has shape [2, 4], expected [1, 4]',
    );
    expect(() => x.indexAdd(0, tensor([0, 3]), rows)).toThrow('index 3 at position 1');
    expect(() => x.indexCopy(0, tensor([0, 1]), zeros([2, 4]))).toThrow(DTypeError);
    expect(() => x.indexFill(0, tensor([[0]]), 1)).toThrow('expected a vector');
    expect(() => x.put(tensor([0, 1]), tensor([1]))).toThrow('1 and 2 elements');
    expect(() => x.asStrided([4], [4])).toThrow('reach element 12');
    expect(() => x.selectScatter(zeros([3]), 0, 0)).toThrow('expected [4]');
    expect(() => x.diagonal(0, 1, 1)).toThrow('both axis 1');
    expect(() => x.maskedScatter(tensor([true, true, false, true]), tensor([1]))).not.toThrow();
  });
});
