/**
 * What a leaf remembers for gradients. It belongs to the storage, so every handle to the same storage sees it.
 *
 * The memory of a gradient is used again by the next backward after `zeroGrad`. A gradient that the user has looked at
 * is first set aside for one more round, so that what was read stays valid until the backward after next; then it
 * raises StaleValueError rather than show other numbers.
 */

import { Storage } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import type { GradHook } from './grad-engine.ts';
import type { Tensor } from './tensor.ts';

const states = new WeakMap<Storage, LeafState>();

export class LeafState {
  requiresGrad = false;
  /** The accumulated gradient. Read through `Tensor.grad` it counts as seen by the user. */
  grad: Tensor | null = null;
  readonly hooks = new Set<GradHook>();
  /** Where the gradient of the present round is written. */
  gradStorage: Storage | undefined;
  /** Whether the user has a handle to the present gradient. */
  seen = false;

  #retired: Storage | undefined;

  static find(storage: Storage): LeafState | undefined {
    return states.get(storage);
  }

  static of(storage: Storage): LeafState {
    let state = states.get(storage);
    if (!state) states.set(storage, (state = new LeafState()));
    return state;
  }

  /** A storage for the first gradient after `zeroGrad`. */
  renewGradStorage(device: Device, shape: Shape, dtype: DType): Storage {
    if (this.gradStorage && !this.seen) return this.gradStorage;
    if (this.#retired) device.free(this.#retired, 'was the gradient of an earlier step');
    this.#retired = this.gradStorage;
    this.seen = false;
    this.gradStorage = new Storage(shape, dtype, 'variable');
    this.gradStorage.name = 'grad';
    return this.gradStorage;
  }
}
