/**
 * Runs batches. The first time, a batch's arguments go to a transient place; one that comes again is kept prepared as
 * long as its array lives. Workers that are awake share whatever is worth sharing; a batch with enough work, or many that
 * had little, wake them once, at the beginning.
 */

import type { Dispatch, DispatchObserver } from '@tenfold/ir';
import type { ArgumentViews } from './codegen/arguments.ts';
import type { Heap } from './memory/heap.ts';
import { ARGUMENTS_ADDRESS, ARGUMENTS_BYTES } from './pool/control.ts';
import type { MainThread } from './pool/main-thread.ts';
import { PreparedBatch, sizesOf } from './prepared-batch.ts';
import { tuning } from './tuning.ts';

interface Kept {
  readonly prepared: PreparedBatch;
  readonly address: number;
  /** The scratch memory it was prepared for. */
  readonly scratch: object;
}

export class Runner {
  observer: DispatchObserver | undefined;
  readonly #heap: Heap;
  readonly #pool: MainThread;
  #views: ArgumentViews;
  #scratch = { address: 0, bytes: 0 };
  /** Estimated time of work that one thread did while the others slept, since they were last woken by it. */
  #alone = 0;
  readonly #kept = new WeakMap<readonly Dispatch[], Kept | 'seen'>();
  readonly #dropped: FinalizationRegistry<number>;

  constructor(heap: Heap, pool: MainThread) {
    this.#heap = heap;
    this.#pool = pool;
    this.#views = viewsOf(heap);
    this.#dropped = new FinalizationRegistry((address) => heap.free(address));
  }

  run(batch: readonly Dispatch[]): void {
    const kept = this.#kept.get(batch);
    if (kept === undefined) {
      this.#kept.set(batch, 'seen');
      this.#runOnce(batch);
    } else if (kept === 'seen') {
      this.#keep(batch);
    } else if (kept.scratch === this.#scratch && kept.prepared.isOf(batch)) {
      kept.prepared.update(this.#currentViews());
      this.#execute(kept.prepared);
    } else {
      this.#kept.set(batch, 'seen');
      this.#dropped.unregister(batch);
      this.#heap.free(kept.address);
      this.#keep(batch);
    }
  }

  #runOnce(batch: readonly Dispatch[]): void {
    const sizes = sizesOf(batch);
    this.#reserveScratch(sizes.scratch);
    const large = sizes.args > ARGUMENTS_BYTES;
    const address = large ? this.#heap.alloc(sizes.args) : ARGUMENTS_ADDRESS;
    try {
      this.#execute(this.#prepare(batch, address));
    } finally {
      if (large) this.#heap.free(address);
    }
  }

  #keep(batch: readonly Dispatch[]): void {
    const sizes = sizesOf(batch);
    this.#reserveScratch(sizes.scratch);
    const address = this.#heap.alloc(sizes.args);
    const prepared = this.#prepare(batch, address);
    this.#kept.set(batch, { prepared, address, scratch: this.#scratch });
    this.#dropped.register(batch, address, batch);
    this.#execute(prepared);
  }

  #prepare(batch: readonly Dispatch[], address: number): PreparedBatch {
    return new PreparedBatch(batch, this.#pool, this.#currentViews(), address, this.#scratch.address);
  }

  #execute(prepared: PreparedBatch): void {
    const time = prepared.sharedNanoseconds;
    const isAwake = this.#pool.isAwake;
    const wakes = time > tuning.wake || (!isAwake && this.#isDue(time));
    if (!wakes && (!isAwake || time === 0)) return prepared.run(false, this.observer);
    this.#pool.begin(wakes);
    try {
      return prepared.run(true, this.observer);
    } finally {
      this.#pool.end();
    }
  }

  /** Whether batches too short to wake anybody have come to so much that it pays to wake the workers. */
  #isDue(time: number): boolean {
    this.#alone += time;
    if (this.#alone <= tuning.wake) return false;
    this.#alone = 0;
    return true;
  }

  /** Scratch memory for the dispatches of a batch, one after another; it stays for the next batches. */
  #reserveScratch(bytes: number): void {
    if (bytes <= this.#scratch.bytes) return;
    this.dropScratch();
    this.#scratch = { address: this.#heap.alloc(bytes), bytes };
  }

  /** Gives scratch memory back between batches; false where there is none. */
  dropScratch(): boolean {
    const { address, bytes } = this.#scratch;
    if (bytes === 0) return false;
    this.#heap.free(address);
    this.#scratch = { address: 0, bytes: 0 };
    return true;
  }

  #currentViews(): ArgumentViews {
    if (this.#views.i32.buffer !== this.#heap.memory.bytes.buffer) this.#views = viewsOf(this.#heap);
    return this.#views;
  }
}

function viewsOf({ memory }: Heap): ArgumentViews {
  const { buffer } = memory.bytes;
  return {
    i32: new Int32Array(buffer),
    i64: new BigInt64Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  };
}
