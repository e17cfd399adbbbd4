/** Compares what a program gave with PyTorch's results. */

import { Tensor } from '@tenfold/tensor';
import { expect } from 'vitest';

/** Tensors and lists of tensors become plain numbers. */
export async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Tensor) return value.ndim === 0 ? Number(await value.item()) : value.tolist();
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  return value;
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(numbers) : [Number(value)];
}

/** Within `tolerance` of the largest magnitude, and of the same number of elements. */
export function expectClose(name: string, actual: unknown, expected: unknown, tolerance: number): void {
  const [a, b] = [numbers(actual), numbers(expected)];
  expect(a.length, `${name}: number of elements`).toBe(b.length);
  const scale = Math.max(...b.map(Math.abs), 1e-3);
  const worst = Math.max(...a.map((x, i) => Math.abs(x - b[i])));
  expect(worst / scale, `${name}: relative error`).toBeLessThanOrEqual(tolerance);
}
