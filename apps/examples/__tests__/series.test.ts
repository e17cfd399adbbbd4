import { describe, expect, test } from 'vitest';
import { mackeyGlass, piecesAt, standardized } from '../src/lib/series.ts';

describe('the series', () => {
  test('goes up and down between fixed bounds and never repeats', () => {
    const series = mackeyGlass(2000);
    expect(Math.min(...series)).toBeGreaterThan(0.2);
    expect(Math.max(...series)).toBeLessThan(1.4);
    const differences = (lag: number) =>
      Math.max(...Array.from({ length: 1000 }, (_, i) => Math.abs(series[i] - series[i + lag])));
    for (let lag = 1; lag < 1000; lag++) expect(differences(lag)).toBeGreaterThan(0.05);
  });

  test('is standardized', () => {
    const values = standardized(mackeyGlass(500));
    const mean = values.reduce((sum, value) => sum + value, 0) / 500;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / 500;
    expect([mean, square]).toEqual([expect.closeTo(0, 5), expect.closeTo(1, 5)]);
  });

  test('is cut into pieces with what comes after', () => {
    const series = Float32Array.from({ length: 20 }, (_, i) => i);
    const { inputs, targets } = piecesAt(series, [0, 10], 3, 5);
    expect([...inputs]).toEqual([0, 1, 2, 10, 11, 12]);
    expect([...targets]).toEqual([5, 6, 7, 15, 16, 17]);
  });
});
