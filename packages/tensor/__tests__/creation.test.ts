import { describe, expect, test } from 'vitest';
import {
  arange,
  empty,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  rand,
  randn,
  tensor,
  zeros,
  zerosLike,
} from '../src/index.ts';
import { expectClose, expectExactly } from './support.ts';

describe('constants', () => {
  test('have the shape and dtype asked for', () => {
    expectExactly(zeros([2, 3]), [[0, 0, 0], [0, 0, 0]], 'float32'); // prettier-ignore
    expectExactly(ones(2, { dtype: 'bool' }), [true, true], 'bool');
    expectExactly(empty([1]), [0], 'float32');
    expectExactly(full([2], 7), [7, 7], 'int64');
    expectExactly(full([2], 1.5), [1.5, 1.5], 'float32');
    expectExactly(full(1, true), [true], 'bool');
    expectExactly(zeros([2, 0]), [[], []]);
    expectExactly(ones([]), 1);
  });

  test('take sizes as a list or one by one', () => {
    expectExactly(ones(2, 1), [[1], [1]], 'float32');
    expectExactly(zeros(1, 2, { dtype: 'int8' }), [[0, 0]], 'int8');
    expectExactly(empty(2, undefined), [0, 0], 'float32');
    expect(rand(2, 3, 4).shape).toEqual([2, 3, 4]);
    expect(randn(2, 3, { dtype: 'float64' })).toMatchObject({ shape: [2, 3], dtype: 'float64' });
    expect(() => zeros(2, -3)).toThrow('zeros: -3 in shape [2, -3] is not a size');
    expect(() => Reflect.apply(zeros, undefined, [2, '3'])).toThrow('zeros: 3 in shape [2, 3] is not a size');
    expect(() => Reflect.apply(rand, undefined, [undefined])).toThrow('rand: undefined in shape');
  });

  test('like another tensor', () => {
    const x = tensor([1, 2], { dtype: 'int8' });
    expectExactly(zerosLike(x), [0, 0], 'int8');
    expectExactly(onesLike(x, { dtype: 'float32' }), [1, 1], 'float32');
    expectExactly(fullLike(x, 5), [5, 5], 'int8');
  });

  test('are leaves with memory of their own where gradients are wanted', () => {
    for (const x of [
      zeros([2], { requiresGrad: true }),
      full([2], 3, { requiresGrad: true }),
      eye(2, 2, { requiresGrad: true }),
    ]) {
      expect(x.isLeaf).toBe(true);
      expect(x.requiresGrad).toBe(true);
      expect(x.source.kind).toBe('storage');
    }
    expectExactly(full([2], 3, { requiresGrad: true }), [3, 3], 'float32');
  });

  test('sizes are checked', () => {
    expect(() => zeros([2, -1])).toThrow('zeros: -1 in shape [2, -1] is not a size');
    expect(() => ones([1.5])).toThrow('ones: 1.5');
    expect(() => zeros(2, { dtype: 'int32', requiresGrad: true })).toThrow(
      'only float tensors have gradients',
    );
    expect(() => zeros(2, { device: 'gpu9' })).toThrow("unknown device 'gpu9'");
  });

  test('eye', () => {
    expectExactly(eye(2), [[1, 0], [0, 1]], 'float32'); // prettier-ignore
    expectExactly(eye(2, 3, { dtype: 'int64' }), [[1, 0, 0], [0, 1, 0]], 'int64'); // prettier-ignore
  });
});

describe('ranges', () => {
  test('arange', () => {
    expectExactly(arange(4), [0, 1, 2, 3], 'int64');
    expectExactly(arange(2, 9, 3), [2, 5, 8]);
    expectExactly(arange(5, 0, -2), [5, 3, 1]);
    expectExactly(arange(3, { dtype: 'float64' }), [0, 1, 2], 'float64');
    expectExactly(arange(0), []);
    expectClose(arange(0, 1, 0.25), [4], [0, 0.25, 0.5, 0.75]);
    expect(arange(0, 1, 0.25).dtype).toBe('float32');
    expect(() => arange(0, 5, -1)).toThrow('arange: no steps of -1 lead from 0 to 5');
    expect(() => arange(0, 5, 0)).toThrow('arange');
    expect(() => arange(NaN)).toThrow('arange');
  });

  test('linspace includes both ends exactly', () => {
    expectClose(linspace(0, 1, 5), [5], [0, 0.25, 0.5, 0.75, 1]);
    const x = linspace(-0.1, 0.7, 100).dataSync();
    expect(x[0]).toBe(Math.fround(-0.1));
    expect(x[99]).toBe(Math.fround(0.7));
    expectExactly(linspace(3, 7, 1), [3]);
    expectExactly(linspace(3, 7, 0), []);
  });
});
