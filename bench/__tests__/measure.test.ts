import { describe, expect, test } from 'vitest';
import { measure, quantile, summarise } from '../src/measure.ts';

describe('quantile', () => {
  test('of an odd and an even number of values', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([5], 0.75)).toBe(5);
  });
});

test('a summary does not follow an outlier, and says how far to trust the median', () => {
  const { median, low, high, noise } = summarise([1, 1.1, 0.9, 1, 50]);
  expect([median, low, high]).toEqual([1, 1, 1.1]);
  expect(noise).toBeCloseTo((1.57 * 0.1) / Math.sqrt(5));
});

test('variants take turns after each has warmed up', async () => {
  const events: string[] = [];
  const calls = ['a', 'b'].map((name) => () => {
    events.push(name);
    // Long enough that a sample is one call.
    const end = performance.now() + 1;
    while (performance.now() < end);
  });
  const summaries = await measure(calls, { seconds: 0, minimumSamples: 3, warmUpSeconds: 0 });
  expect(events.join('')).toBe(`${'a'.repeat(5)}${'b'.repeat(5)}ababab`);
  expect(summaries.map(({ samples }) => samples)).toEqual([3, 3]);
});
