import { SeededRandom } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuBackend } from '../src/index.ts';
import { columnSums, softmax, sum } from './support/kernels.ts';
import { floats, runKernel } from './support/run.ts';

const backend = cpuBackend({ threads: 2 });
afterAll(() => backend.dispose());

const random = new SeededRandom(3);
const CASES = [
  ['a constant', () => 0.1],
  ['positive numbers', () => random.next()],
  ['large and small', () => 2 ** (20 * random.next())],
] as const;

function exactSum(values: ArrayLike<number>, start: number, step: number): number {
  let total = 0;
  for (let i = start; i < values.length; i += step) total += values[i];
  return total;
}

describe('sums of millions in float32', () => {
  it.each(CASES)('one sum of %s: relative error below 1e-6', (_, draw) => {
    const count = 4 * 2 ** 20 + 3;
    const x = Float32Array.from({ length: count }, draw);
    const [, y] = runKernel(backend, sum(count), [x, undefined]);
    const exact = exactSum(x, 0, 1);
    expect(Math.abs(floats(y)[0] - exact) / exact).toBeLessThan(1e-6);
  });

  it.each(CASES)('columns of %s: relative error below 1e-6', (_, draw) => {
    const [rows, columns] = [50_001, 37];
    const x = Float32Array.from({ length: rows * columns }, draw);
    const [, y] = runKernel(backend, columnSums(rows, columns), [x, undefined]);
    floats(y).forEach((total, column) => {
      const exact = exactSum(x, column, columns);
      expect(Math.abs(total - exact) / exact).toBeLessThan(1e-6);
    });
  });

  it('the rows of a softmax add up to 1', () => {
    const [rows, columns] = [7, 10_007];
    const x = Float32Array.from({ length: rows * columns }, () => 10 * random.next());
    const [, y] = runKernel(backend, softmax(rows, columns), [x, undefined]);
    const result = floats(y);
    for (let row = 0; row < rows; row++) {
      const total = exactSum(result.subarray(row * columns, (row + 1) * columns), 0, 1);
      expect(Math.abs(total - 1)).toBeLessThan(1e-6);
    }
  });
});
