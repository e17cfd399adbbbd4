/**
 * Who frees device memory that handles own: disposal, the end of a scope, or the collector. The collector hardly notices
 * small handles to large device memory, so an untouched array of the same size goes with an owned storage and makes it
 * worth collecting; what is disposed of at once is never handed to it.
 */

import type { Allocation } from './allocator.ts';
import type { Storage } from './storage.ts';

/** Allocations handed to the collector, after which an await lets it report. */
const YIELD_AFTER = 256;

export class Ownership {
  readonly #free: (allocation: Allocation) => void;
  readonly #collected = new FinalizationRegistry<Allocation>((allocation) => this.#release(allocation));
  /** Allocations whose storage is alive, so that disposal and the collector do not both free one. */
  readonly #live = new Map<Allocation, WeakRef<Storage> | undefined>();
  readonly #scopes: Set<Storage>[] = [];
  /** Allocations handed to the collector since it last had a turn to report. */
  #watched = 0;
  /** What handles came to own since the last microtask. */
  readonly #young = new Map<Storage, Allocation>();
  #watchesYoung = false;

  constructor(free: (allocation: Allocation) => void) {
    this.#free = free;
  }

  /** Takes down the allocation of a storage. */
  add(allocation: Allocation): void {
    this.#live.set(allocation, undefined);
  }

  /** Frees the allocation when the storage is collected or, for an owned one, when its scope ends. */
  watch(storage: Storage, allocation: Allocation): void {
    if (storage.role === 'owned') this.#scopes.at(-1)?.add(storage);
    this.#young.set(storage, allocation);
    if (this.#watchesYoung) return;
    this.#watchesYoung = true;
    queueMicrotask(() => {
      this.#watchesYoung = false;
      for (const [young, owned] of this.#young) this.#handOver(young, owned);
      this.#young.clear();
    });
  }

  /** The storages that are watched, as far as they are alive. */
  watched(): Storage[] {
    const handedOver = [...this.#live.values()].map((ref) => ref?.deref());
    return [...this.#young.keys(), ...handedOver.filter((storage) => storage !== undefined)];
  }

  /** Frees a storage's device memory now. */
  free(storage: Storage): void {
    if (!storage.device) return;
    if (!this.#young.delete(storage)) this.#collected.unregister(storage);
    this.#release(storage.device);
    storage.device = undefined;
    storage.ballast = undefined;
  }

  /** Runs `body`; what handles came to own meanwhile and is not among `survivors` is given to `drop` at its end. */
  scope<T>(body: () => T, survivors: (result: T) => readonly Storage[], drop: (storage: Storage) => void): T {
    const inside = new Set<Storage>();
    this.#scopes.push(inside);
    try {
      const result = body();
      for (const storage of survivors(result)) {
        inside.delete(storage);
        this.#scopes.at(-2)?.add(storage);
      }
      return result;
    } finally {
      this.#scopes.pop();
      for (const storage of inside) drop(storage);
    }
  }

  /**
   * The collector reports what became garbage in tasks of their own, which a loop that awaits resolved promises never
   * lets in; so it gets a turn when much was allocated.
   */
  async letCollect(): Promise<void> {
    if (this.#watched < YIELD_AFTER) return;
    this.#watched = 0;
    await new Promise((resolve) => setTimeout(resolve));
  }

  #handOver(storage: Storage, allocation: Allocation): void {
    this.#collected.register(storage, allocation, storage);
    this.#live.set(allocation, new WeakRef(storage));
    this.#watched++;
    if (storage.role !== 'host') storage.ballast = new ArrayBuffer(storage.bytes);
  }

  #release(allocation: Allocation): void {
    if (this.#live.delete(allocation)) this.#free(allocation);
  }
}
