import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatLoss, formatPercent, formatShort } from '../src/page/format.ts';

test('numbers are short and have units', () => {
  expect([0.5, 9.5, 12, 950, 1234, 45_678, 1_200_000].map(formatShort)).toEqual(
    ['0.50', '9.5', '12', '950', '1.23k', '45.7k', '1.20M'], // prettier-ignore
  );
  expect(formatCount(12_345)).toBe('12,345');
  expect([2.30259, 0.0123, 0.00012].map(formatLoss)).toEqual(['2.303', '0.012', '1.2e-4']);
  expect(formatPercent(0.987)).toBe('98.7 %');
  expect([512_000, 18_200_000, 2_500_000_000].map(formatBytes)).toEqual(['0.5 MB', '18.2 MB', '2.50 GB']);
});
