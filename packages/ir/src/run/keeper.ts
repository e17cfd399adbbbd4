/**
 * Device memory that can be had again, and is therefore only lent: results that a run keeps without being asked (roots
 * of backward, outputs of outermost modules, saved activations, pending values used a second time), which would be
 * computed again, and copies of host data, which would be uploaded again. Results are let go a few runs after their
 * last use, copies of host data when they are many besides, so nothing depends on the garbage collector. Results that
 * their handles may still want and that cannot be read at once are let go together, now and then.
 */

import type { Storage } from './storage.ts';

/** Runs that a lent value survives without being used. */
const LIFETIME = 8;
/** Bytes of copies of host data that stay beyond their lifetime: the weights of a model that is only run. */
const HOST_BYTES = 256 << 20;
/** Every so many runs, lasting values are let go. */
const LASTING = 32;

export class Keeper {
  /** Values let go so far. */
  evictions = 0;
  readonly #lastUse = new Map<Storage, number>();
  readonly #free: (storage: Storage) => void;
  readonly #isLasting: (storage: Storage) => boolean;

  constructor(free: (storage: Storage) => void, isLasting: (storage: Storage) => boolean = () => false) {
    this.#free = free;
    this.#isLasting = isLasting;
  }

  /** What is lent now. */
  get lent(): Storage[] {
    return [...this.#lastUse.keys()];
  }

  /** Records a use in run number `run`; a storage becomes known by its first use. */
  touch(storage: Storage, run: number): void {
    const lent = storage.role === 'kept' || (storage.role === 'host' && storage.device !== undefined);
    if (!lent) return;
    this.#lastUse.delete(storage);
    this.#lastUse.set(storage, run);
  }

  /** Lets go of what was not used for a while. */
  sweep(run: number): void {
    let hostBytes = 0;
    for (const storage of this.#lastUse.keys()) if (storage.role === 'host') hostBytes += storage.bytes;
    // A use moves a storage to the end, so the oldest come first.
    for (const [storage, last] of this.#lastUse) {
      if (run - last < LIFETIME) return;
      if (run % LASTING && this.#isLasting(storage)) continue;
      if (storage.role === 'host') {
        if (hostBytes <= HOST_BYTES) continue;
        hostBytes -= storage.bytes;
      }
      this.release(storage);
    }
  }

  /** Lets go of everything that run number `run` does not use, when memory is short. */
  releaseAllBut(run: number): void {
    for (const [storage, last] of this.#lastUse) if (last !== run) this.release(storage);
  }

  /** Stops counting a storage that now has an owner. Whether it was counted. */
  forget(storage: Storage): boolean {
    return this.#lastUse.delete(storage);
  }

  release(storage: Storage): void {
    if (!this.forget(storage)) return;
    this.evictions++;
    this.#free(storage);
  }
}
