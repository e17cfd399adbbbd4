import { ArgumentError, DTypeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import {
  Generator,
  bernoulli,
  full,
  logspace,
  manualSeed,
  multinomial,
  normal,
  tensor,
  zeros,
} from '../src/index.ts';
import type { Tensor } from '../src/index.ts';
import { expectClose, expectExactly } from './support.ts';

const N = 4000;
const mean = (x: Tensor) => Number(x.to('float64').mean().itemSync());

describe('drawn with what tensors say', () => {
  test('bernoulli: the share of ones', () => {
    manualSeed(1);
    expect(mean(bernoulli(full([N], 0.3)))).toBeCloseTo(0.3, 1);
    expectExactly(bernoulli(tensor([0, 1], { dtype: 'float32' })), [0, 1]);
    expect(bernoulli(zeros([2], { dtype: 'int64' }), 0.5).dtype).toBe('int64');
    expect(() => bernoulli(tensor([1]))).toThrow(DTypeError);
  });

  test('normal: means and deviations broadcast', () => {
    manualSeed(2);
    const x = normal(tensor([[10], [-10]], { dtype: 'float32' }), full([1, N], 0.5)); // prettier-ignore
    expectClose(x.mean(1), [2], [10, -10], 0.01);
    expectClose(x.std(1), [2], [0.5, 0.5], 0.03);
    expect(normal(0, 1, [2, 3]).shape).toEqual([2, 3]);
  });

  test('multinomial: never a weight of 0, never twice without replacement', () => {
    manualSeed(3);
    const weights = tensor([[1, 0, 3], [0.5, 0.5, 0]]); // prettier-ignore
    const often = multinomial(weights, N, { replacement: true });
    expect(often.shape).toEqual([2, N]);
    expect(mean(often.slice(0, 0, 1).eq(2))).toBeCloseTo(0.75, 1);
    expectExactly(often.slice(0, 0, 1).ne(1).all(), true);
    expectExactly(multinomial(weights, 2).sort(1).values, [[0, 2], [0, 1]], 'int64'); // prettier-ignore
    expect(() => multinomial(weights, 4)).toThrow(ArgumentError);
  });
});

describe('in place', () => {
  test.each([
    ['uniform_', (x: Tensor) => x.uniform_(2, 4), 3],
    ['normal_', (x: Tensor) => x.normal_(-1, 0.5), -1],
    ['logNormal_', (x: Tensor) => x.logNormal_(0, 0.5), Math.exp(0.125)],
    ['exponential_', (x: Tensor) => x.exponential_(2), 0.5],
    ['geometric_', (x: Tensor) => x.geometric_(0.4), 2.5],
    ['bernoulli_', (x: Tensor) => x.bernoulli_(0.7), 0.7],
    ['random_', (x: Tensor) => x.random_(3, 6), 4],
  ])('%s has the mean of its distribution', (_, fill, expected) => {
    manualSeed(4);
    const x = zeros([N]);
    expect(fill(x)).toBe(x);
    expect(Math.abs(mean(x) / expected - 1)).toBeLessThan(0.06);
  });

  test('a generator of its own gives the same numbers', () => {
    const draw = () => zeros([5]).cauchy_(0, 1, { generator: new Generator(7) });
    expect(draw().tolistSync()).toEqual(draw().tolistSync());
    expect(() => zeros([2]).geometric_(1)).toThrow(ArgumentError);
    expect(() => zeros([2], { dtype: 'int64' }).normal_()).toThrow(DTypeError);
  });
});

test('new tensors like another, and powers evenly apart', () => {
  const x = zeros([2], { dtype: 'float64' });
  expectExactly(x.newTensor([1, 2]), [1, 2], 'float64');
  expectExactly(x.newFull([2], 3), [3, 3], 'float64');
  expect([x.newZeros([1]).dtype, x.newOnes(2).numel, x.newEmpty([0]).numel]).toEqual(['float64', 2, 0]);
  expectClose(logspace(0, 2, 3), [3], [1, 10, 100]);
  expectClose(logspace(0, 4, 3, { base: 2 }), [3], [1, 4, 16]);
});
