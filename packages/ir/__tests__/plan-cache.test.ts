import { describe, expect, it } from 'vitest';
import { PlanCache } from '../src/run/plan-cache.ts';
import type { Executable } from '../src/run/engine.ts';

interface NamedPlan extends Executable {
  readonly name: string;
}

function plan(name: string): NamedPlan {
  return { name, stats: { kernels: 0, scratchBytes: 0 }, run() {} };
}

describe('PlanCache', () => {
  it('prepares once per key', () => {
    const cache = new PlanCache();
    const first = cache.get([1, 2, 3], () => plan('a'));
    expect(cache.get([1, 2, 3], () => plan('b'))).toBe(first);
    expect(cache.counters).toEqual({ hits: 1, misses: 1, evictions: 0 });
  });

  it('tells keys apart that differ in a fraction, the sign of zero or length', () => {
    const cache = new PlanCache();
    const keys = [[0.5], [0.25], [0], [-0], [], [0, 0], [NaN]];
    keys.forEach((key, i) => cache.get(key, () => plan(String(i))));
    expect(cache.counters.misses).toBe(keys.length);
    keys.forEach((key, i) => expect(cache.get(key, () => plan('new'))).toMatchObject({ name: String(i) }));
  });

  it('drops the least recently used plan when it is full', () => {
    const cache = new PlanCache(2);
    cache.get([1], () => plan('1'));
    cache.get([2], () => plan('2'));
    cache.get([1], () => plan('again'));
    cache.get([3], () => plan('3'));
    expect(cache.size).toBe(2);
    expect(cache.counters.evictions).toBe(1);
    expect(cache.get([1], () => plan('lost'))).toMatchObject({ name: '1' });
    expect(cache.get([2], () => plan('made anew'))).toMatchObject({ name: 'made anew' });
  });

  it('drops plans when their keys take too many bytes', () => {
    const cache = new PlanCache(100, 80);
    cache.get([1, 1, 1, 1], () => plan('1'));
    cache.get([2, 2, 2, 2], () => plan('2'));
    expect([cache.size, cache.counters.evictions]).toEqual([2, 0]);
    cache.get([3, 3, 3, 3, 3, 3], () => plan('3'));
    expect([cache.size, cache.counters.evictions]).toEqual([2, 1]);
  });

  it('tells the keys it knows when one is not among them', () => {
    const cache = new PlanCache();
    cache.get([1, 2, 3, 4], () => plan('a'));
    let known: unknown;
    cache.get(
      [1, 2, 9, 4],
      () => plan('b'),
      (keys) => (known = keys),
    );
    expect(known).toEqual([[1, 2, 3, 4]]);
  });
});
