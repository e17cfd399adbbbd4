/** Every tensor operation against PyTorch: values to 1e-5, gradients to 1e-4, shapes and dtypes exactly. */

import type { DType } from '@tenfold/ir';
import * as tenfold from '@tenfold/tensor';
import { Tensor, fromBytes } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { encode } from '../number-format.ts';
import { byCall, invoke, problemsOf } from './calls.ts';
import { canHold, onDevice } from './device.ts';

function ones(dtype: DType, shape: readonly number[]): Tensor {
  return fromBytes(encode(dtype, [1, 1].slice(0, shape.length === 0 ? 1 : 2)), shape, dtype);
}

function operand(spec: string | number | boolean): Tensor | number | boolean {
  if (typeof spec !== 'string') return spec;
  return spec.startsWith('0-d ') ? ones(spec.slice(4) as DType, []) : ones(spec as DType, [2]);
}

/** Tensor operations on a device that is registered. */
export function tensorParity(device: string): void {
  onDevice(device, 'tensor', (records) => {
    it.each(byCall(records.filter(canHold(device))))('%s', async (_, calls) => {
      const problems: string[] = [];
      for (const record of calls) problems.push(...(await problemsOf(record, tenfold, true)));
      expect(problems).toEqual([]);
    });
  });

  onDevice(device, 'promotion', (records) => {
    const possible = records.filter(canHold(device));
    it.each(['add', 'mul', 'div', 'eq'])('result types of %s', (call) => {
      const problems = possible
        .filter(([name]) => name === call)
        .flatMap(([, left, right, expected]) => {
          const result = invoke(call, [ones(left, [2]), operand(right)], tenfold, true);
          const dtype = result instanceof Tensor ? result.dtype : undefined;
          return dtype === expected ? [] : [`${left} and ${right}: ${dtype}, expected ${expected}`];
        });
      expect(problems).toEqual([]);
    });
  });
}
