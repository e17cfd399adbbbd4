import { threefry2x32 } from '@tenfold/testing';
import { describe, expect, test } from 'vitest';
import {
  Generator,
  defaultGenerator,
  getRngState,
  initialSeed,
  manualSeed,
  rand,
  randLike,
  randint,
  randintLike,
  randn,
  randperm,
  seed,
  setRngState,
  tensor,
} from '../src/index.ts';
import { deviceOf } from '../src/internal.ts';
import { expectExactly } from './support.ts';

const numbers = (x: { dataSync(): ArrayLike<number | bigint> }): number[] => Array.from(x.dataSync(), Number);
const average = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

describe('generators', () => {
  test('the state of the one in use can be kept, and its seed asked for', () => {
    manualSeed(7);
    expect(initialSeed()).toBe(7n);
    rand([4]);
    const state = getRngState();
    const next = numbers(rand([4]));
    setRngState(state);
    expect(numbers(rand([4]))).toEqual(next);
    const [one, other] = [seed(), seed()];
    expect(one).not.toBe(other);
    expect(initialSeed()).toBe(other);
  });

  test('the same seed gives the same sequence, another seed another', () => {
    manualSeed(7);
    const first = [numbers(rand([4])), numbers(rand([4]))];
    manualSeed(7);
    expect([numbers(rand([4])), numbers(rand([4]))]).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    manualSeed(8);
    expect(numbers(rand([4]))).not.toEqual(first[0]);
  });

  test('a state can be taken up again', () => {
    manualSeed(1);
    rand([2]);
    const state = JSON.parse(JSON.stringify(defaultGenerator.getState()));
    const next = numbers(randn([3]));
    rand([5]);
    defaultGenerator.setState(state);
    expect(numbers(randn([3]))).toEqual(next);
  });

  test('a generator of its own does not disturb the default one', () => {
    manualSeed(3);
    const undisturbed = numbers(rand([3]));
    manualSeed(3);
    const own = new Generator(3);
    expect(numbers(rand([3], { generator: own }))).toEqual(undisturbed);
    expect(numbers(rand([3]))).toEqual(undisturbed);
    expect(own.offset).toBe(1);
  });

  test('the bits are those of Threefry-2x32 with 20 rounds', () => {
    const generator = new Generator(42);
    rand([1], { generator });
    const word = threefry2x32(42, 1, 5, 0)[0];
    expect(rand([6], { generator }).dataSync()[5]).toBe((word & 0xffffff) / 2 ** 24);
  });

  test('64 bits of seed count', () => {
    const draw = (seed: bigint | number) => numbers(rand([4], { generator: new Generator(seed) }));
    expect(draw(2n ** 40n + 5n)).not.toEqual(draw(5));
    expect(draw(-1)).toEqual(draw(2n ** 64n - 1n));
    expect(() => manualSeed(1.5)).toThrow('manualSeed: 1.5 is not a seed');
    expect(() => manualSeed(2n ** 64n)).toThrow('manualSeed');
    expect(() => new Generator().setState({ seed: 'x', offset: 0 })).toThrow('setState');
  });

  test('drawing again is the same plan', () => {
    const { plans } = deviceOf(undefined);
    manualSeed(0);
    rand([3]).dataSync();
    rand([3]).dataSync();
    const { misses } = plans.counters;
    for (let i = 0; i < 5; i++) {
      manualSeed(i);
      rand([3]).dataSync();
    }
    expect(plans.counters.misses).toBe(misses);
  });
});

describe('distributions', () => {
  test('rand is uniform on [0, 1)', () => {
    manualSeed(0);
    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
      const x = numbers(rand([4000], { dtype }));
      expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...x)).toBeLessThan(1);
      expect(average(x)).toBeCloseTo(0.5, 1);
      expect(average(x.map((v) => (v - 0.5) ** 2))).toBeCloseTo(1 / 12, 1);
    }
    expect(new Set(numbers(rand([2000], { dtype: 'float64' }))).size).toBe(2000);
  });

  test('randn has mean 0, variance 1 and kurtosis 3', () => {
    manualSeed(0);
    const x = numbers(randn([8000]));
    expect(Math.abs(average(x))).toBeLessThan(0.04);
    expect(Math.abs(average(x.map((v) => v ** 2)) - 1)).toBeLessThan(0.06);
    expect(Math.abs(average(x.map((v) => v ** 4)) - 3)).toBeLessThan(0.4);
    expect(x.every(Number.isFinite)).toBe(true);
  });

  test('randint covers its range and no more', () => {
    manualSeed(0);
    const x = randint(-2, 4, [600]);
    expect(x.dtype).toBe('int64');
    expect([...new Set(numbers(x))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(() => randint(3, 3, [1])).toThrow('randint');
    const fromZero = numbers(randint(3, [100], { dtype: 'int32' }));
    expect([...new Set(fromZero)].sort((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(new Set(numbers(randintLike(x, 5, 6)))).toEqual(new Set([5]));
    expect(numbers(randintLike(x, 1, { dtype: 'int32' })).every((n) => n === 0)).toBe(true);
  });

  test('randperm is a permutation', () => {
    manualSeed(0);
    const x = numbers(randperm(50));
    expect(x).not.toEqual([...x].sort((a, b) => a - b));
    expect([...x].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expectExactly(randperm(0), []);
  });

  test('options', () => {
    expect(randLike(tensor([1.5, 2], { dtype: 'float64' })).dtype).toBe('float64');
    const leaf = rand([2], { requiresGrad: true });
    expect(leaf.isLeaf && leaf.requiresGrad).toBe(true);
    expect(numbers(leaf)).toEqual(numbers(leaf));
    expect(() => rand([2], { dtype: 'int32' })).toThrow('rand: the dtype is int32, expected a float');
  });
});
