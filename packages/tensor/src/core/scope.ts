/** Deterministic release of realized results: an accelerator for code that makes many, never a necessity. */

import { ArgumentError } from '@tenfold/ir';
import type { Device, Storage } from '@tenfold/ir';
import { Tensor, deviceOf } from './tensor.ts';

/**
 * Runs `body`, then frees the memory of every result it realized, except those it returns (a tensor, or tensors in an
 * array or a plain object).
 * @throws ArgumentError when `body` returns a promise: what is made after its first await would escape.
 */
export function scope<T>(body: () => T, device: Device = deviceOf(undefined)): T {
  return device.scope(() => {
    const result = body();
    if (result instanceof Promise) {
      throw new ArgumentError(
        'scope: the function returned a promise; use `using` or dispose() in asynchronous code',
      );
    }
    return result;
  }, storagesIn);
}

function storagesIn(value: unknown): readonly Storage[] {
  if (value instanceof Tensor) {
    const { source } = value;
    const storage =
      source.kind === 'storage' ? source.storage : source.graph.values.get(source.node)?.storage;
    return storage ? [storage] : [];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(storagesIn) : [];
}
