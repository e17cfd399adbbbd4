/**
 * Sorting by radix, in ranges and by rows, and selecting some ranks, against a comparison in JavaScript: order, ties, NaN,
 * zeros of both signs.
 */

import type { DType } from '@tenfold/ir';
import { DeviceError } from '@tenfold/ir';
import { KernelBuilder, SeededRandom } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { cpuBackend as leanBackend } from '../src/base.ts';
import { cpuBackend } from '../src/index.ts';
import { runKernel } from './support/run.ts';

function sortKernel(
  dtype: DType,
  rows: number,
  length: number,
  stride: number,
  descending: boolean,
  ranks?: readonly [number, number],
) {
  const k = new KernelBuilder('argsort');
  k.operand(dtype, rows * length, 'read');
  k.operand('int32', rows * length, 'write');
  return k.argsort({ rows, length, stride, descending, ranks });
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

  type Draw = (random: SeededRandom) => number;
  const draws: Record<string, Draw> = {
    'numbers round zero': (random) => random.uniform(-1, 1) * random.uniform(0, 2),
    'special numbers among others': (random) =>
      random.chance(0.2) ? random.pick(SPECIAL) : random.uniform(-100, 100),
    'few different numbers': (random) => random.int(-2, 2),
    'numbers of all sizes': (random) => random.uniform(-1, 1) * 10 ** random.int(-30, 30),
    'one number': () => 7,
    NaN: () => NaN,
    'numbers close together, and infinity': (random) =>
      random.chance(0.05) ? Infinity : 1 + random.int(0, 9) * 2 ** -23,
  };
  const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    int32: Int32Array,
    int64: BigInt64Array,
    uint8: Uint8Array,
  } as const;

  describe.each(Object.keys(arrays) as (keyof typeof arrays)[])('ranks of %s', (dtype) => {
    it.each(Object.keys(draws))('%s', (name) => {
      const random = new SeededRandom(5);
      const wrong: string[] = [];
      for (const [length, stride] of [
        [1, 1],
        [3, 1],
        [48, 1],
        [49, 1],
        [64, 2],
        [127, 1],
        [1023, 1],
        [1024, 3],
        [3001, 1],
      ]) {
        const rows = 2 * stride;
        const drawn = Array.from({ length: rows * length }, () => draws[name](random));
        const whole = drawn.map((x) => (Number.isFinite(x) ? Math.trunc(10 * x) % 2 ** 31 : 1));
        const data =
          dtype === 'int64'
            ? BigInt64Array.from(whole, (x) => BigInt(x) << 20n)
            : arrays[dtype].from(dtype.startsWith('float') ? drawn : whole);
        const numbers = Array.from(data, Number);
        const middle = (length - 1) >> 1;
        const ranks = [
          [0, 1],
          [0, Math.min(10, length)],
          [middle, middle + 1],
          [length - 1, length],
          [0, length],
        ] as const;
        for (const [first, end] of ranks) {
          const descending = random.chance(0.5);
          const kernel = sortKernel(dtype, rows, length, stride, descending, [first, end]);
          const positions = new Int32Array(runKernel(backend, kernel, [data, undefined])[1].buffer);
          for (let row = 0; row < rows; row++) {
            const start = Math.floor(row / stride) * length * stride + (row % stride);
            const values = Array.from({ length }, (_, i) => numbers[start + i * stride]);
            const order = expected(values, descending);
            for (let i = first; i < end; i++) {
              const found = positions[start + i * stride];
              if (found !== order[i])
                wrong.push(`row ${row} of ${length}, rank ${i}: ${found}, expected ${order[i]}`);
            }
          }
        }
      }
      expect(wrong.slice(0, 5)).toEqual([]);
    });
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
