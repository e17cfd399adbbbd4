/** What the tests of this package share: the reference device, and comparisons of values. */

import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '@tenfold/testing';
import { expect } from 'vitest';
import type { DType, NestedList, Shape, Tensor } from '../src/index.ts';

registerBackend('reference', () => new InterpreterBackend(), (backend) => new ReferenceEngine(backend)); // prettier-ignore

/** Checks the elements exactly, and the dtype where one is given. */
export function expectExactly(x: Tensor, values: NestedList, dtype?: DType): void {
  expect(x.tolistSync()).toEqual(values);
  if (dtype) expect(x.dtype).toBe(dtype);
}

/** Checks shape and elements, in row-major order, to a relative and absolute tolerance. */
export function expectClose(x: Tensor, shape: Shape, values: readonly number[], tolerance = 1e-5): void {
  expect(x.shape).toEqual(shape);
  const found = Array.from(x.dataSync(), Number);
  expect(found.length).toBe(values.length);
  found.forEach((value, i) => {
    const expected = values[i];
    const near = Math.abs(value - expected) <= tolerance * (1 + Math.abs(expected));
    expect(near || Object.is(value, expected), `element ${i}: ${value}, expected ${expected}`).toBe(true);
  });
}
