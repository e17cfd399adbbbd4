import { BroadcastError, DTypeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import { add, div, noGrad, ones, pow, sub, tensor, where, zeros } from '../src/index.ts';
import type { DType } from '../src/index.ts';
import { deviceOf } from '../src/internal.ts';
import { expectClose, expectExactly } from './support.ts';

const of = (dtype: DType) => ones([2], { dtype });

describe('promotion', () => {
  test.each([
    ['float32', 'float64', 'float64'],
    ['float16', 'bfloat16', 'float32'],
    ['float16', 'int64', 'float16'],
    ['int32', 'int64', 'int64'],
    ['uint8', 'int8', 'int32'],
    ['uint8', 'int32', 'int32'],
    ['bool', 'int8', 'int8'],
    ['bool', 'bool', 'bool'],
    ['bool', 'bfloat16', 'bfloat16'],
  ] as const)('%s with %s is %s', (a, b, expected) => {
    expect(of(a).add(of(b)).dtype).toBe(expected);
    expect(of(b).add(of(a)).dtype).toBe(expected);
  });

  test('a plain number counts only when its kind is higher', () => {
    expect(of('int8').add(1000).dtype).toBe('int8');
    expect(of('int8').add(1.5).dtype).toBe('float32');
    expect(of('float16').mul(2.5).dtype).toBe('float16');
    expect(of('bool').add(1).dtype).toBe('int64');
    expect(of('bool').mul(true).dtype).toBe('bool');
  });

  test('a tensor without axes counts like a number before those with axes', () => {
    expect(of('float32').mul(tensor(2, { dtype: 'float64' })).dtype).toBe('float32');
    expect(of('int32').mul(tensor(2.5)).dtype).toBe('float32');
    expect(tensor(1, { dtype: 'int32' }).add(tensor(1)).dtype).toBe('int64');
  });

  test('quotients of integers are floats, unless rounded', () => {
    expectExactly(tensor([7, -7]).div(2), [3.5, -3.5], 'float32');
    expectExactly(tensor([7, -7]).div(2, { roundingMode: 'trunc' }), [3, -3], 'int64');
    expectExactly(tensor([7, -7]).div(2, { roundingMode: 'floor' }), [3, -4], 'int64');
    expectExactly(tensor([7, -7]).floorDivide(2), [3, -4], 'int64');
    expectExactly(tensor([7, -7]).remainder(3), [1, 2], 'int64');
    expect(tensor([4]).sqrt().dtype).toBe('float32');
  });
});

describe('operands', () => {
  test('broadcast, on either side', () => {
    const column = tensor([[1], [2]]);
    expectExactly(column.add(tensor([10, 20])), [[11, 21], [12, 22]]); // prettier-ignore
    expectExactly(sub(1, tensor([3, 4])), [-2, -3]);
    expectExactly(div(1, tensor([2, 4])), [0.5, 0.25]);
    expectExactly(zeros([0, 2]).add(tensor([1, 2])), []);
  });

  test('shapes that do not broadcast are an error with both shapes', () => {
    expect(() => ones([2, 3]).mul(ones([4]))).toThrow(BroadcastError);
    expect(() => ones([2, 3]).mul(ones([4]))).toThrow(
      'mul: shapes [2, 3] and [4] do not broadcast: sizes 3 and 4 differ at axis -1',
    );
    expect(() => add(1, 2)).toThrow('add');
  });

  test('bools have neither differences nor negatives', () => {
    expect(() => of('bool').sub(of('bool'))).toThrow(DTypeError);
    expect(() => of('bool').neg()).toThrow('use logicalNot()');
    expect(() => of('bool').abs()).toThrow(DTypeError);
  });

  test('a changed number is the same plan', () => {
    const { plans } = deviceOf(undefined);
    const x = tensor([1.5, 2]);
    const run = (n: number) => x.mul(n).add(n, { alpha: 3 }).clamp(-n, n).dataSync();
    // The first run also computes what earlier tests left pending.
    run(1);
    run(1);
    const { misses } = plans.counters;
    for (const n of [2, 0.1, -3, 1e10]) run(n);
    expect(plans.counters.misses).toBe(misses);
  });
});

describe('powers', () => {
  test('of plain exponents', () => {
    const x = tensor([1, 2, 4], { dtype: 'float32' });
    expectExactly(x.pow(2), [1, 4, 16]);
    expectExactly(x.pow(3), [1, 8, 64]);
    expectExactly(x.pow(-1), [1, 0.5, 0.25]);
    expectExactly(x.pow(0), [1, 1, 1]);
    expectExactly(x.pow(1), [1, 2, 4]);
    expectClose(x.pow(0.5), [3], [1, Math.SQRT2, 2]);
    expectClose(x.pow(-0.5), [3], [1, Math.SQRT1_2, 0.5]);
    expectClose(x.pow(1.7), [3], [1, 2 ** 1.7, 4 ** 1.7]);
  });

  test('of integers stay integers, and have no negative exponents', () => {
    expectExactly(tensor([2, -3]).pow(3), [8, -27], 'int64');
    expectExactly(tensor([2, -3]).pow(5), [32, -243], 'int64');
    expect(() => tensor([2]).pow(-1)).toThrow('integers to the power -1 are not integers');
    expectExactly(pow(2, tensor([0, 3])), [1, 8], 'int64');
  });
});

describe('accuracy', () => {
  test('log1p and expm1 near 0 and far from it', () => {
    const x = [1e-7, -1e-7, 1e-3, 0.9, 1, 1.1, 1e10, -1, 0];
    expectClose(tensor(x, { dtype: 'float32' }).log1p(), [9], x.map(Math.log1p), 3e-7);
    const y = [1e-7, -1e-7, 1e-3, 0.9, 88.5, -1, -20, 0];
    const relative = tensor(y, { dtype: 'float32' })
      .expm1()
      .div(tensor(y.map(Math.expm1), { dtype: 'float32' }));
    expectClose(relative.slice(0, 0, 7), [7], new Array<number>(7).fill(1), 5e-6);
  });

  test('hyperbolic functions keep the sign of zero and overflow late', () => {
    expectClose(tensor([89, -89], { dtype: 'float32' }).cosh(), [2], [Math.cosh(89), Math.cosh(89)], 1e-5);
    expectClose(tensor([1e-5, -0]).sinh(), [2], [1e-5, -0], 1e-10);
  });

  test('half-width floats are computed in float32', () => {
    expectClose(tensor([-15], { dtype: 'float16' }).sigmoid(), [1], [2 ** -22 + 2 ** -24 + 0], 1e-6);
    expectClose(tensor([300, 300], { dtype: 'float16' }).softmax(0), [2], [0.5, 0.5]);
  });
});

describe('masks', () => {
  test('where broadcasts all three', () => {
    const condition = tensor([[true], [false]]);
    expectExactly(where(condition, tensor([1, 2]), 0), [[1, 2], [0, 0]], 'int64'); // prettier-ignore
    expectExactly(where(condition, 1.5, tensor([1, 2])), [[1.5, 1.5], [1, 2]], 'float32'); // prettier-ignore
    expectExactly(tensor([1, 2]).where(tensor([true, false]), 9), [1, 9]);
    expect(() => where(tensor([1]), 1, 2)).toThrow('the condition is int64, expected bool');
  });

  test('maskedFill keeps the dtype', () => {
    expectExactly(tensor([1, 2]).maskedFill(tensor([true, false]), 7.9), [7, 2], 'int64');
    expectExactly(tensor([1.5]).maskedFill(tensor(true), -Infinity), [-Infinity], 'float32');
  });

  test('clamp', () => {
    const x = tensor([-2, 0.5, 3, NaN]);
    expectExactly(x.clamp(0, 1), [0, 0.5, 1, NaN]);
    expectExactly(x.clamp(0), [0, 0.5, 3, NaN]);
    expectExactly(x.clamp(undefined, 1), [-2, 0.5, 1, NaN]);
    expectExactly(x.clamp(2, 1), [1, 1, 1, NaN]);
    expectExactly(tensor([1, 5]).clamp(tensor([2, 2]), 4), [2, 4], 'int64');
  });
});

test('comparisons are bool and never traced', () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  expectExactly(x.gt(2), [false, false, true], 'bool');
  expectExactly(x.ge(2), [false, true, true]);
  expectExactly(x.lt(tensor(2)), [true, false, false]);
  expectExactly(x.le(2), [true, true, false]);
  expectExactly(x.eq(2), [false, true, false]);
  expectExactly(x.ne(2), [true, false, true]);
  expect(x.gt(2).requiresGrad).toBe(false);
  expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
  expectExactly(tensor([NaN, Infinity, 1]).isnan(), [true, false, false]);
  expectExactly(tensor([NaN, -Infinity, 1]).isinf(), [false, true, false]);
  expectExactly(tensor([NaN, Infinity, 1]).isfinite(), [false, false, true]);
  expectExactly(tensor([1, 2]).isfinite(), [true, true]);
});

test('allclose and equal are read with await', async () => {
  const x = tensor([1.5, NaN]);
  expect(await x.allclose(x)).toBe(false);
  expect(await x.allclose(x, { equalNan: true })).toBe(true);
  expect(await tensor([1.5]).allclose(tensor([1.50001]))).toBe(true);
  expect(await tensor([1.5]).allclose(tensor([1.6]))).toBe(false);
  expect(await tensor([1, 2]).equal(tensor([1, 2]))).toBe(true);
  expect(await tensor([1, 2]).equal(tensor([1, 2, 3]))).toBe(false);
});

test('logical and bitwise operations', () => {
  expectExactly(tensor([0, 2, 3]).logicalAnd(tensor([1, 0, 5])), [false, false, true], 'bool');
  expectExactly(tensor([0, 2]).logicalOr(tensor([false, false])), [false, true]);
  expectExactly(tensor([0, 2]).logicalXor(tensor([1, 1])), [true, false]);
  expectExactly(tensor([0, 0.5]).logicalNot(), [true, false]);
  expectExactly(tensor([5, 6]).bitwiseAnd(3), [1, 2], 'int64');
  expectExactly(tensor([5, 6]).bitwiseOr(3), [7, 7]);
  expectExactly(tensor([5, 6]).bitwiseXor(3), [6, 5]);
  expectExactly(tensor([0, -1]).bitwiseNot(), [-1, 0]);
  expectExactly(tensor([true]).bitwiseNot(), [false]);
  expectExactly(tensor([3, -8]).bitwiseLeftShift(2), [12, -32]);
  expectExactly(tensor([3, -8]).bitwiseRightShift(1), [1, -4]);
  expect(() => tensor([1.5]).bitwiseAnd(1)).toThrow('bitwiseAnd: needs integers or bools, got float32');
});
