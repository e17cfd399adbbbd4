/** A compiled call: which plans to run, on which storages, with which numbers. No graph is built. */

import { Storage } from '@tenfold/ir';
import type { DType, Device, Executable, Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { fromStorage } from '../core/tensor.ts';

/** Where a replay finds a storage: an argument, one of the results of the same call, or always the same one. */
export type Place =
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'result'; readonly index: number; readonly shape: Shape; readonly dtype: DType }
  | { readonly kind: 'fixed'; readonly storage: Storage };

export type ReplayStep =
  | { readonly kind: 'host'; readonly action: () => void }
  | {
      readonly kind: 'run';
      readonly plan: Executable;
      readonly places: readonly Place[];
      /** Slots of the storages that the run writes. */
      readonly written: readonly number[];
      readonly scalars: readonly (() => number)[];
    };

export interface Replay {
  readonly steps: readonly ReplayStep[];
  readonly outputs: readonly Place[];
}

/** Runs the steps and returns the output tensors. Results that are returned belong to their handles. */
export function replay(
  device: Device,
  { steps, outputs }: Replay,
  args: readonly (Tensor | number)[],
): Tensor[] {
  const results: Storage[] = [];
  for (const place of outputs) {
    if (place.kind === 'result') results[place.index] ??= new Storage(place.shape, place.dtype, 'owned');
  }
  const find = (place: Place): Storage => {
    if (place.kind === 'fixed') return place.storage;
    if (place.kind === 'result')
      return (results[place.index] ??= new Storage(place.shape, place.dtype, 'kept'));
    const arg = args[place.index];
    if (typeof arg === 'number') throw new TypeError('internal: a numeric argument has no storage');
    return arg.materialize();
  };
  for (const step of steps) {
    if (step.kind === 'host') {
      step.action();
      continue;
    }
    const storages = step.places.map(find);
    const written = step.written.map((slot) => storages[slot]);
    const scalars = step.scalars.map((read) => read());
    device.replay(step.plan, storages, written, scalars);
  }
  return outputs.map((place) => fromStorage(device, find(place)));
}
