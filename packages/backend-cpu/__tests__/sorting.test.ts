/** Sorting by radix, in ranges and by rows, against a comparison in JavaScript: order, ties, NaN, zeros of both signs. */

import type { DType } from '@tenfold/ir';
import { DeviceError } from '@tenfold/ir';
import { KernelBuilder, SeededRandom } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { cpuBackend as leanBackend } from '../src/base.ts';
import { cpuBackend } from '../src/index.ts';
import { runKernel } from './support/run.ts';

function sortKernel(dtype: DType, rows: number, length: number, stride: number, descending: boolean) {
  const k = new KernelBuilder('argsort');
  k.operand(dtype, rows * length, 'read');
  k.operand('int32', rows * length, 'write');
  return k.argsort({ rows, length, stride, descending });
}

/** Positions of one row, by comparison: NaN above everything, ties by position. */
function expected(values: readonly number[], descending: boolean): number[] {
  const rank = (a: number, b: number): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : Number(a > b);
  };
  const turn = descending ? -1 : 1;
  return values.map((_, i) => i).sort((i, j) => turn * rank(values[i], values[j]) || i - j);
}

const SPECIAL = [NaN, -0, 0, Infinity, -Infinity, 1, -1, 5e-324, -5e-324, 1e-45, -1e-45, 3.4e38, -3.4e38];
const backend = cpuBackend({ threads: 3 });

describe('sorting', () => {
  it.each([
    ['float32', 1, 200_001, 1],
    ['float32', 3, 70_000, 3],
    ['float64', 1, 131_072, 1],
    ['float32', 20, 70_000, 4],
    ['float64', 7, 300, 7],
  ] as const)('%s: %i rows of %i, %i apart', (dtype, rows, length, stride) => {
    const random = new SeededRandom(length);
    const numbers = Array.from({ length: rows * length }, () =>
      random.chance(0.1) ? random.pick(SPECIAL) : random.uniform(-100, 100),
    );
    const data = dtype === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers);
    for (const descending of [false, true]) {
      const kernel = sortKernel(dtype, rows, length, stride, descending);
      const result = runKernel(backend, kernel, [data, undefined])[1];
      const positions = new Int32Array(result.buffer);
      const wrong: string[] = [];
      for (let row = 0; row < rows; row++) {
        const start = Math.floor(row / stride) * length * stride + (row % stride);
        const values = Array.from({ length }, (_, i) => data[start + i * stride]);
        expected(values, descending).forEach((position, i) => {
          const found = positions[start + i * stride];
          if (found !== position) wrong.push(`row ${row}, place ${i}: ${found}, expected ${position}`);
        });
      }
      expect(wrong.slice(0, 5)).toEqual([]);
    }
  });

  it('is not in the base, which says what to import', () => {
    const lean = leanBackend();
    expect(() => lean.compile([sortKernel('float32', 1, 4, 1, false)])).toThrow(DeviceError);
    expect(() => lean.compile([sortKernel('float32', 1, 4, 1, false)])).toThrow(
      "import '@tenfold/backend-cpu'",
    );
    lean.dispose();
  });
});
