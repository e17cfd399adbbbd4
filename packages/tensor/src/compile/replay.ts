/** A compiled call: which plans to run, on which storages, with which numbers. No graph is built. */

import { Storage } from '@tenfold/ir';
import type { DType, Device, Executable, Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { fromStorage } from '../core/tensor.ts';

/** Where a replay finds a storage: an argument, a result of a run of the same call, or always the same one. */
export type Place =
  | { readonly kind: 'argument'; readonly index: number }
  | {
      readonly kind: 'result';
      readonly run: number;
      readonly slot: number;
      readonly shape: Shape;
      readonly dtype: DType;
    }
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
  const results = new Map<string, Storage>();
  const returned = new Set(outputs.flatMap((place) => (place.kind === 'result' ? [resultKey(place)] : [])));
  const find = (place: Place): Storage => {
    if (place.kind === 'fixed') return place.storage;
    if (place.kind === 'argument') {
      const arg = args[place.index];
      if (typeof arg === 'number') throw new TypeError('internal: a numeric argument has no storage');
      return arg.materialize();
    }
    const key = resultKey(place);
    let storage = results.get(key);
    if (!storage) {
      storage = new Storage(place.shape, place.dtype, returned.has(key) ? 'owned' : 'kept');
      results.set(key, storage);
    }
    return storage;
  };
  for (const step of steps) {
    if (step.kind === 'host') {
      step.action();
      continue;
    }
    const storages = step.places.map(find);
    const written = step.written.map((slot) => storages[slot]);
    device.replay(
      step.plan,
      storages,
      written,
      step.scalars.map((read) => read()),
    );
  }
  return outputs.map((place) => fromStorage(device, find(place)));
}

function resultKey({ run, slot }: { readonly run: number; readonly slot: number }): string {
  return `${run}:${slot}`;
}
