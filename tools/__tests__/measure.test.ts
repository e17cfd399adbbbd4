import { describe, expect, test } from 'vitest';
import { measure, quantile } from '../lib/measure.ts';

describe('quantile', () => {
  test('of an odd and an even number of values', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([5], 0.75)).toBe(5);
  });
});

test('a workload is set up once, warmed up, and then called at least as often as asked', async () => {
  const events: string[] = [];
  const workload = {
    name: 'nothing',
    samples: 1,
    setup: async () => {
      events.push('setup');
      return async () => events.push('call');
    },
  };
  const { calls, rate } = await measure(workload, { warmUpCalls: 3, minimumCalls: 4, seconds: 0 });
  expect(calls).toBe(4);
  expect(rate).toContain('samples/s');
  expect(events).toEqual(['setup', ...Array.from({ length: 7 }, () => 'call')]);
});
