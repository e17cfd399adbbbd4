import { describe, expect, test } from 'vitest';
import { LossHistory } from '../src/page/loss-history.ts';

describe('the history of losses', () => {
  test('is smoothed from its first value on', () => {
    const history = new LossHistory();
    history.add(1, 2);
    expect(history.smooth).toEqual([expect.closeTo(2, 12)]);
    history.add(2, 0.5);
    expect(history.smooth[1]).toBeGreaterThan(0.5);
    expect(history.smooth[1]).toBeLessThan(2);
    for (let step = 3; step < 60; step++) history.add(step, 0.5);
    expect(history.smooth.at(-1)).toBeCloseTo(0.5, 3);
  });

  test('never has more points than a chart shows, and covers all of the training', () => {
    const history = new LossHistory();
    for (let step = 1; step <= 10_000; step++) history.add(step, 1 / step);
    const { steps, losses, smooth } = history;
    expect(steps.length).toBeLessThanOrEqual(1200);
    expect(steps.length).toBeGreaterThan(500);
    expect(losses).toHaveLength(steps.length);
    expect(smooth).toHaveLength(steps.length);
    expect(steps[0]).toBe(16);
    expect(losses[0]).toBeGreaterThan(1 / 16);
    expect(losses[0]).toBeLessThan(1);
    expect(steps.at(-1)).toBe(10_000);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });

  test('is told in words', () => {
    const history = new LossHistory();
    expect(history.describe()).toBe('Loss curve, empty so far');
    history.add(1, 2.345);
    expect(history.describe()).toBe('Loss curve, from 2.35 at step 1 to 2.35 at step 1');
    history.clear();
    expect(history.steps).toEqual([]);
  });
});
