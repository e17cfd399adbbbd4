/**
 * Modules on their way to the workers: a list of records in shared memory, each a module to load or functions to drop.
 * A worker walks along it at its own pace; what all of them have left behind is freed.
 */

import type { Heap } from '../memory/heap.ts';
import { CONTROL, MODULE_HEADER, WORD_STRIDE } from './control.ts';

export class ModuleList {
  readonly #heap: Heap;
  readonly #threads: number;
  /** Addresses of the records that are still there, oldest first. */
  #records: number[] = [];
  /** How many records were freed before those. */
  #freed = 0;

  constructor(heap: Heap, threads: number) {
    this.#heap = heap;
    this.#threads = threads;
  }

  /** Announces a module with the functions `first` to `first + count - 1`. Without bytes: that they are gone. */
  publish(bytes: Uint8Array, first: number, count: number): void {
    this.#collect();
    const address = this.#heap.alloc(MODULE_HEADER.bytes + bytes.length);
    this.#heap.memory.bytes.set(bytes, address + MODULE_HEADER.bytes);
    const words = this.#view();
    words[address / 4 + MODULE_HEADER.next] = 0;
    words[address / 4 + MODULE_HEADER.length] = bytes.length;
    words[address / 4 + MODULE_HEADER.firstFunction] = first;
    words[address / 4 + MODULE_HEADER.functions] = count;
    const last = this.#records.at(-1);
    Atomics.store(words, last === undefined ? CONTROL.modules : last / 4 + MODULE_HEADER.next, address);
    this.#records.push(address);
  }

  /** Frees the records that no worker stands at or before. The newest stays: the next one is linked to it. */
  #collect(): void {
    const words = this.#view();
    let passed = this.#freed + this.#records.length - 1;
    for (let thread = 1; thread < this.#threads; thread++) {
      const loaded = Atomics.load(words, CONTROL.words + WORD_STRIDE * thread + CONTROL.loaded);
      passed = Math.min(passed, loaded - 1);
    }
    while (this.#freed < passed) {
      const address = this.#records.shift();
      if (address !== undefined) this.#heap.free(address);
      this.#freed++;
    }
  }

  #view(): Int32Array {
    return new Int32Array(this.#heap.memory.memory.buffer);
  }
}
