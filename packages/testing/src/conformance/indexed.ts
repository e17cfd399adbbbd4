/** Conformance: scatter with combining stores, scans, and the sorting routine. */

import type { Backend, DType, ScanKind } from '@tenfold/ir';
import { add, computed, isFloat, scale } from '@tenfold/ir';
import { describe, it } from 'vitest';
import { KernelBuilder, accumulate, init, parallel, serial, store } from '../kernel-builder.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';
import { rowMajor } from './indices.ts';

const KINDS: readonly ScanKind[] = ['sum', 'prod', 'max', 'min'];
const SUMMED = { rtol: 2e-5, atol: 2e-5 };

export function indexedSuite(backendOf: () => Backend, has: (dtype: DType) => boolean): void {
  const dtypes = (['float32', 'float64', 'int64', 'int32', 'uint8'] as const).filter(has);

  describe('scatter', () => {
    for (const dtype of dtypes) {
      it.each(KINDS)(`%s into a line of ${dtype}`, async (combine) => {
        const k = new KernelBuilder('scatter');
        const base = k.operand(dtype, 9, 'readwrite');
        const [index, source] = [k.operand('int32', 40, 'read'), k.operand(dtype, 40, 'read')];
        const i = k.axis(40);
        const target = computed(k.load(index, i.index), 0, 8);
        const kernel = k.loops([serial(i, [store(base, target, k.load(source, i.index), { combine })])]);
        const random = new SeededRandom(8);
        const range = isFloat(dtype) ? ([0.5, 1.5] as const) : ([1, 3] as const);
        const contents = [
          sample(dtype, 9, random, range),
          sample('int32', 40, random, [0, 8]),
          sample(dtype, 40, random, range),
        ];
        await checkKernel(backendOf(), kernel, { contents }, { tolerance: SUMMED });
      });
    }

    it('the last write in order wins', async () => {
      const k = new KernelBuilder('scatter set');
      const base = k.operand('float32', 4, 'readwrite');
      const [index, source] = [k.operand('int32', 12, 'read'), k.operand('float32', 12, 'read')];
      const i = k.axis(12);
      const target = computed(k.load(index, i.index), 0, 3);
      const kernel = k.loops([serial(i, [store(base, target, k.load(source, i.index))])]);
      const random = new SeededRandom(3);
      const contents = [[9, 9, 9, 9], sample('int32', 12, random, [0, 2]), sample('float32', 12, random)];
      await checkKernel(backendOf(), kernel, { contents });
    });

    it('rows of an embedding gradient, parallel over the columns', async () => {
      const [rows, count, width] = [5, 17, 33];
      const k = new KernelBuilder('embedding gradient');
      const grad = k.operand('float32', rows * width, 'readwrite');
      const [index, source] = [
        k.operand('int32', count, 'read'),
        k.operand('float32', count * width, 'read'),
      ];
      const [j, i] = [k.axis(width), k.axis(count)];
      const row = computed(k.load(index, i.index), 0, rows - 1);
      const value = k.load(source, rowMajor([i, j], [count, width]));
      const at = add(scale(row, width), j.index);
      const kernel = k.loops([parallel(j, [serial(i, [store(grad, at, value, { combine: 'sum' })])])]);
      const random = new SeededRandom(6);
      const contents = [
        sample('float32', rows * width, random),
        sample('int32', count, random, [0, rows - 1]),
        sample('float32', count * width, random),
      ];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: SUMMED });
    });

    it('drops what its guard excludes', async () => {
      const k = new KernelBuilder('guarded scatter');
      const base = k.operand('float32', 4, 'readwrite');
      const index = k.operand('int32', 6, 'read');
      const i = k.axis(6);
      const target = computed(k.load(index, i.index), -(2 ** 31), 2 ** 31 - 1);
      const guards = [{ index: target, lo: 0, hi: 4 }];
      const one = k.constant(1, 'float32');
      const kernel = k.loops([serial(i, [store(base, target, one, { guards, combine: 'sum' })])]);
      await checkKernel(backendOf(), kernel, {
        contents: [
          [0, 0, 0, 0],
          [1, -1, 4, 1, 99, 0],
        ],
      });
    });
  });

  describe('scan', () => {
    for (const dtype of dtypes) {
      it.each(KINDS)(`%s of ${dtype}, along the inner and the outer axis`, async (kind) => {
        for (const [lanes, length] of [[3, 19], [1, 100], [70, 2], [4, 0], [0, 3], [5, 1]] as const) {
          for (const inner of [true, false]) {
            const k = new KernelBuilder('scan');
            const [x, y] = [k.operand(dtype, lanes * length, 'read'), k.operand(dtype, lanes * length, 'write')];
            const acc = k.accumulator(kind, dtype);
            const [i, j] = [k.axis(lanes), k.axis(length)];
            const at = inner ? rowMajor([i, j], [lanes, length]) : rowMajor([j, i], [length, lanes]);
            const body = [init(acc), serial(j, [accumulate(acc, k.load(x, at)), store(y, at, k.acc(acc))])];
            const range = isFloat(dtype) ? ([0.8, 1.25] as const) : ([1, 9] as const);
            const data = sample(dtype, lanes * length, new SeededRandom(length), range);
            const contents = [data, undefined];
            await checkKernel(backendOf(), k.loops([parallel(i, body)]), { contents }, { tolerance: SUMMED });
          }
        }
      }); // prettier-ignore
    }

    it('meets NaN', async () => {
      const k = new KernelBuilder('running maximum');
      const [x, y] = [k.operand('float32', 5, 'read'), k.operand('float32', 5, 'write')];
      const acc = k.accumulator('max', 'float32');
      const i = k.axis(5);
      const body = [accumulate(acc, k.load(x, i.index)), store(y, i.index, k.acc(acc))];
      const kernel = k.loops([init(acc), serial(i, body)]);
      await checkKernel(backendOf(), kernel, { contents: [[1, 3, NaN, 2, 5], undefined] });
    });
  });

  describe('argsort', () => {
    const checkSort = (dtype: DType, rows: number, length: number, stride: number, descending: boolean, special: number[] = []) => {
      const k = new KernelBuilder('argsort');
      const size = rows * length;
      k.operand(dtype, size, 'read');
      k.operand('int32', size, 'write');
      const kernel = k.argsort({ rows, length, stride, descending });
      const drawn = sample(dtype, size, new SeededRandom(size), isFloat(dtype) ? undefined : [0, 9]);
      const data = drawn.map((x, i) => special[i] ?? x);
      return checkKernel(backendOf(), kernel, { contents: [data, undefined] });
    }; // prettier-ignore

    for (const dtype of dtypes) {
      it.each([true, false])(`rows of ${dtype}, descending: %s`, async (descending) => {
        for (const length of [0, 1, 2, 3, 33, 100, 1000]) await checkSort(dtype, 2, length, 1, descending);
        await checkSort(dtype, 6, 20, 3, descending);
        await checkSort(dtype, 4, 9, 4, descending);
        await checkSort(dtype, 0, 9, 1, descending);
      });
    }

    it.each([true, false])('is stable, with NaN at its place, descending: %s', async (descending) => {
      const special = [NaN, 1, 1, -Infinity, NaN, Infinity, 0, -0, 1, NaN, 0];
      await checkSort('float32', 1, special.length, 1, descending, special);
      await checkSort('float32', 1, 3 * special.length, 1, descending, [...special, ...special, ...special]);
    });
  });
}
