/** Every tensor operation against PyTorch: values to 1e-5, gradients to 1e-4, shapes and dtypes exactly. */

import * as tenfold from '@tenfold/tensor';
import { Tensor, fromBytes } from '@tenfold/tensor';
import type { DType } from '@tenfold/ir';
import { expect, it } from 'vitest';
import { encode, loadFixture } from '../src/index.ts';
import { byCall, invoke, problemsOf } from './parity/calls.ts';
import { onEveryDevice } from './parity/devices.ts';

const CALLS = byCall(loadFixture('tensor'));
const PROMOTION = loadFixture('promotion');

function ones(dtype: DType, shape: readonly number[]): Tensor {
  return fromBytes(encode(dtype, [1, 1].slice(0, shape.length === 0 ? 1 : 2)), shape, dtype);
}

function operand(spec: string | number | boolean): Tensor | number | boolean {
  if (typeof spec !== 'string') return spec;
  return spec.startsWith('0-d ') ? ones(spec.slice(4) as DType, []) : ones(spec as DType, [2]);
}

onEveryDevice('tensor operations', () => {
  it.each(CALLS)('%s', async (_, records) => {
    const problems: string[] = [];
    for (const record of records) problems.push(...(await problemsOf(record, tenfold, true)));
    expect(problems).toEqual([]);
  });

  it.each(['add', 'mul', 'div', 'eq'])('result types of %s', (call) => {
    const problems = PROMOTION.filter(([name]) => name === call).flatMap(([, left, right, expected]) => {
      const result = invoke(call, [ones(left, [2]), operand(right)], tenfold, true);
      const dtype = result instanceof Tensor ? result.dtype : undefined;
      return dtype === expected ? [] : [`${left} and ${right}: ${dtype}, expected ${expected}`];
    });
    expect(problems).toEqual([]);
  });
});
