/**
 * What a leaf remembers for gradients. It belongs to the storage, so every handle to the same storage sees it.
 * The gradient's own storage is kept across `grad = null`, so that training does not allocate.
 */

import type { Storage } from '@tenfold/ir';
import type { GradHook } from './grad-engine.ts';
import type { Tensor } from './tensor.ts';

const states = new WeakMap<Storage, LeafState>();

export class LeafState {
  requiresGrad = false;
  grad: Tensor | null = null;
  readonly hooks = new Set<GradHook>();
  /** Memory that the next gradient is written into. */
  gradStorage: Storage | undefined;

  static find(storage: Storage): LeafState | undefined {
    return states.get(storage);
  }

  static of(storage: Storage): LeafState {
    let state = states.get(storage);
    if (!state) states.set(storage, (state = new LeafState()));
    return state;
  }
}
