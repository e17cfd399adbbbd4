/** Conformance: routines of the host, for backends that have them: rows, dtypes, results that begin as zeros. */

import type { Backend, DType } from '@tenfold/ir';
import { it } from 'vitest';
import { KernelBuilder } from '../kernel-builder.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';

/** Running sums of a row, backwards, then the sizes; in between something that is not written. */
function run(input: Float64Array, output: Float64Array, sizes: readonly number[]): void {
  let sum = 0;
  input.reverse().forEach((x, i) => (output[i] = sum += x));
  output.set(sizes, output.length - sizes.length);
}

export function hostSuite(backendOf: () => Backend, has: (dtype: DType) => boolean): void {
  it.each((['float32', 'float64'] as const).filter(has))('of rows of %s', async (dtype) => {
    for (const [rows, length] of [[1, 1], [1, 9], [5, 7], [64, 3]]) {
      const k = new KernelBuilder('routine');
      k.operand(dtype, rows * length, 'read');
      k.operand(dtype, rows * (length + 3), 'write');
      const kernel = k.host(rows, { algorithm: 'running sums', sizes: [rows, length], flops: length, run });
      const data = sample(dtype, rows * length, new SeededRandom(rows), [-1, 1]);
      await checkKernel(backendOf(), kernel, { contents: [data, undefined] });
    }
  }); // prettier-ignore
}
