import { IndexError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import { tensor, zeros } from '../src/index.ts';
import { expectClose, expectExactly } from './support.ts';

const x = tensor([[1, 5, 3], [4, 2, 6]], { dtype: 'float32' }); // prettier-ignore

describe('sums and means', () => {
  test('over all axes, one, or several', () => {
    expectExactly(x.sum(), 21);
    expectExactly(x.sum(0), [5, 7, 9]);
    expectExactly(x.sum(-1, { keepdim: true }), [[9], [12]]);
    expectExactly(x.sum([0, 1], { keepdim: true }), [[21]]);
    expectExactly(x.sum([]), 21);
    expectExactly(x.mean(1), [3, 4]);
    expectExactly(x.prod(), 720);
  });

  test('integers and bools sum as int64', () => {
    expectExactly(tensor([true, true, false]).sum(), 2, 'int64');
    expectExactly(tensor([100, 100, 100], { dtype: 'int8' }).sum(), 300, 'int64');
    expectExactly(tensor([1, 2]).sum(undefined, { dtype: 'float32' }), 3, 'float32');
    expect(() => tensor([1, 2]).mean()).toThrow('mean: needs floats, got int64');
  });

  test('of nothing', () => {
    expectExactly(zeros([0, 2]).sum(0), [0, 0]);
    expectExactly(zeros([0]).prod(), 1);
    expectExactly(zeros([0]).mean(), NaN);
    expectExactly(zeros([0]).any(), false);
    expectExactly(zeros([0]).all(), true);
    expect(() => zeros([2, 0]).amax(1)).toThrow(ShapeError);
    expect(() => zeros([2, 0]).max(1)).toThrow('max: axes [1] of a tensor of shape [2, 0] are empty');
    expect(() => zeros([0]).argmin()).toThrow('argmin');
  });

  test('without axes', () => {
    expectExactly(tensor(2.5).sum(), 2.5);
    expectExactly(tensor(2.5).sum(0), 2.5);
    expectExactly(tensor(2.5).max(0).indices, 0, 'int64');
    expectExactly(tensor(2.5).argmax(), 0);
  });

  test('axes are checked', () => {
    expect(() => x.sum(2)).toThrow(IndexError);
    expect(() => x.sum(2)).toThrow('sum: axis 2 is out of range for a tensor of rank 2; expected -2 to 1');
    expect(() => x.sum([0, -2])).toThrow('sum: axis 0 is named twice in [0, -2]');
  });
});

describe('extrema', () => {
  test('max and min in their three forms', () => {
    expectExactly(x.max(), 6);
    const { values, indices } = x.max(1);
    expectExactly(values, [5, 6]);
    expectExactly(indices, [1, 2], 'int64');
    expectExactly(x.min(0, { keepdim: true }).values, [[1, 2, 3]]);
    expectExactly(x.max(tensor([2, 9, 4])), [[2, 9, 4], [4, 9, 6]]); // prettier-ignore
  });

  test('the first of equals, and NaN before all', () => {
    expectExactly(tensor([3, 7, 7]).argmax(), 1, 'int64');
    expectExactly(tensor([1, NaN, 9]).max(), NaN);
    expectExactly(tensor([1, NaN, 9]).argmin(), 1);
    expectExactly(x.argmax(), 5);
    expectExactly(x.argmax(0, { keepdim: true }), [[1, 0, 1]]);
    expectExactly(x.amin([0, 1]), 1);
  });
});

describe('spread', () => {
  test('var and std', () => {
    expectClose(x.var(), [], [3.5]);
    expectClose(x.var(1, { correction: 0 }), [2], [8 / 3, 8 / 3]);
    expectClose(x.std(0, { keepdim: true }), [1, 3], [Math.sqrt(4.5), Math.sqrt(4.5), Math.sqrt(4.5)]);
    expectExactly(tensor([1.5]).var(), NaN);
    expect(() => tensor([1]).std()).toThrow('std: needs floats');
  });

  test('norms', () => {
    const v = tensor([3, -4, 0], { dtype: 'float32' });
    expectExactly(v.norm(), 5);
    expectExactly(v.norm(1), 7);
    expectExactly(v.norm(0), 2);
    expectExactly(v.norm(Infinity), 4);
    expectExactly(v.norm(-Infinity), 0);
    expectClose(v.norm(3), [], [91 ** (1 / 3)]);
    expectClose(x.norm(2, 1, { keepdim: true }), [2, 1], [Math.sqrt(35), Math.sqrt(56)]);
  });
});

describe('softmax', () => {
  test('does not overflow', () => {
    expectClose(tensor([1000, 1000, -1000], { dtype: 'float32' }).softmax(0), [3], [0.5, 0.5, 0]);
    expectClose(tensor([1000, 0], { dtype: 'float32' }).logSoftmax(0), [2], [0, -1000]);
    expectClose(tensor([1000, 1000], { dtype: 'float32' }).logsumexp(0), [], [1000 + Math.LN2]);
    expectExactly(tensor([-Infinity, -Infinity], { dtype: 'float32' }).logsumexp(0), -Infinity);
    expectClose(tensor([1, 2]).softmax(0), [2], [0.26894143, 0.73105858]);
    expectClose(x.logsumexp([0, 1], { keepdim: true }), [1, 1], [6.4561934], 1e-6);
  });

  test('of integers needs no cast', () => {
    expect(tensor([1, 2]).softmax(0).dtype).toBe('float32');
    expect(tensor([1.5]).softmax(0, { dtype: 'float64' }).dtype).toBe('float64');
  });
});

test('running sums and products', () => {
  expectExactly(x.cumsum(1), [[1, 6, 9], [4, 6, 12]]); // prettier-ignore
  expectExactly(x.cumprod(0), [[1, 5, 3], [4, 10, 18]]); // prettier-ignore
  expectExactly(tensor([true, true]).cumsum(0), [1, 2], 'int64');
  expectExactly(tensor(2.5).cumsum(0), 2.5);
});

test('any and all', () => {
  expectExactly(tensor([[0, 1], [0, 0]]).any(1), [true, false], 'bool'); // prettier-ignore
  expectExactly(tensor([[2, 1], [0, 3]]).all(0), [false, true]); // prettier-ignore
});
