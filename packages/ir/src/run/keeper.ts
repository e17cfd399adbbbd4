/**
 * Device memory that can be had again, and is therefore only lent: results that a run keeps without being asked (roots
 * of backward, outputs of outermost modules, saved activations, pending values used a second time), which would be
 * computed again, and copies of host data, which would be uploaded again. It is let go a few runs after its last use,
 * so nothing depends on the garbage collector.
 */

import type { Storage } from './storage.ts';

/** Runs that a lent value survives without being used. */
const LIFETIME = 8;

export class Keeper {
  /** Values let go so far. */
  evictions = 0;
  readonly #lastUse = new Map<Storage, number>();
  readonly #free: (storage: Storage) => void;

  constructor(free: (storage: Storage) => void) {
    this.#free = free;
  }

  /** Records a use in run number `run`; a storage becomes known by its first use. */
  touch(storage: Storage, run: number): void {
    const lent = storage.role === 'kept' || (storage.role === 'host' && storage.device !== undefined);
    if (lent) this.#lastUse.set(storage, run);
  }

  /** Lets go of what was not used for a while. */
  sweep(run: number): void {
    for (const [storage, last] of this.#lastUse) if (run - last >= LIFETIME) this.release(storage);
  }

  /** Lets go of everything that run number `run` does not use, when memory is short. */
  releaseAllBut(run: number): void {
    for (const [storage, last] of this.#lastUse) if (last !== run) this.release(storage);
  }

  /** Stops counting a storage that now has an owner. */
  forget(storage: Storage): void {
    this.#lastUse.delete(storage);
  }

  release(storage: Storage): void {
    if (!this.#lastUse.delete(storage)) return;
    this.evictions++;
    this.#free(storage);
  }
}
