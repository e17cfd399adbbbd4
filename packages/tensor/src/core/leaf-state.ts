/**
 * What a leaf remembers for gradients. It belongs to the storage, so every handle to the same storage sees it.
 *
 * The memory of a gradient is used again by the next backward after `zeroGrad`. A gradient that the user has looked at
 * is first set aside for one more round, so that what was read stays valid until the backward after next; then it
 * raises StaleValueError rather than show other numbers. The type is open in the tensor, `T`, because `tensor.ts` is
 * built on this file.
 */

import { Storage } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import type { Hook } from './grad-engine.ts';

export class LeafState<T> {
  requiresGrad = false;
  /** The accumulated gradient. Read through `Tensor.grad` it counts as seen by the user. */
  grad: T | null = null;
  readonly hooks = new Set<Hook<T>>();
  /** Where the gradient of the present round is written. */
  gradStorage: Storage | undefined;
  /** Whether the user has a handle to the present gradient. */
  seen = false;

  /** Where the gradient of an earlier round is, which the user has seen. */
  retired: Storage | undefined;
}

/** A storage for the first gradient after `zeroGrad`. */
export function renewGradStorage<T>(
  state: LeafState<T>,
  device: Device,
  shape: Shape,
  dtype: DType,
): Storage {
  if (state.gradStorage && !state.seen) return state.gradStorage;
  if (state.retired) device.free(state.retired, 'was the gradient of an earlier step');
  state.retired = state.gradStorage;
  state.seen = false;
  state.gradStorage = new Storage(shape, dtype, 'variable');
  state.gradStorage.name = 'grad';
  return state.gradStorage;
}
