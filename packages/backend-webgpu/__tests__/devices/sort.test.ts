/** Sorting beside what every backend is tested for: rows that take several passes, in every dtype, and views. */

import type { DType } from '@tenfold/ir';
import type { Scalar } from '@tenfold/testing';
import { KernelBuilder, SeededRandom, checkKernel, sample } from '@tenfold/testing';
import { afterAll, describe, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';

const backend = await webgpuBackend();
afterAll(() => backend.dispose());

const LENGTH = 2500;

function checkSort(dtype: DType, data: readonly Scalar[], rows: number, stride: number, descending: boolean) {
  const k = new KernelBuilder('argsort');
  k.operand(dtype, data.length, 'read');
  k.operand('int32', data.length, 'write');
  const kernel = k.argsort({ rows, length: data.length / rows, stride, descending });
  return checkKernel(backend, kernel, { contents: [data, undefined] });
}

describe('long rows', () => {
  it.each(['float16', 'bfloat16', 'int8', 'bool'] as const)('of %s', async (dtype) => {
    const data = sample(dtype, 2 * LENGTH, new SeededRandom(5));
    await checkSort(dtype, data, 2, dtype === 'bool' ? 1 : 2, dtype === 'bool');
  });

  it('of float32, with everything that is special', async () => {
    const special = [NaN, 0, -0, Infinity, -Infinity, 1e-40, -1e-40, 3e38];
    const data = sample('float32', LENGTH, new SeededRandom(6)).map((x, i) => (i % 5 === 0 ? special[(i / 5) % 8] : x));
    await checkSort('float32', data, 1, 1, false);
    await checkSort('float32', data, 1, 1, true);
  }); // prettier-ignore

  it('of int64 that differ in either word', async () => {
    const random = new SeededRandom(7);
    const word = () => BigInt(random.int(0, 2 ** 31 - 1));
    const data = Array.from({ length: LENGTH }, (_, i) => {
      const near = word() % 7n;
      return i % 3 === 0 ? near - 3n : ((word() - 2n ** 30n) << 33n) + near;
    });
    await checkSort('int64', data, 1, 1, true);
  });
});
