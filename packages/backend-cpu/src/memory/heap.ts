/**
 * Buffers in the linear memory. A buffer's id is its address, so an operand's address is one addition. The first pages
 * belong to the thread pool and to arguments; the last bytes are never given out, because vector loads may read past
 * the end of a buffer.
 */

import type { MemoryReport } from '@tenfold/ir';
import { OutOfMemoryError, unreachable } from '@tenfold/ir';
import { FreeSpace } from './free-space.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Bytes that stay untouched behind the last buffer. */
const GUARD = 4096;
/** The memory grows by at least this much, and by a quarter of what it has. */
const GROWTH = 16 * 2 ** 20;

export class Heap {
  readonly memory: LinearMemory;
  readonly #space = new FreeSpace();
  #end: number;

  /** Manages everything from address `start` on. */
  constructor(memory: LinearMemory, start: number) {
    this.memory = memory;
    this.#end = start;
  }

  /** The address of a new buffer. Raises OutOfMemoryError with the sizes. */
  alloc(bytes: number): number {
    if (!(bytes >= 0 && bytes <= this.memory.maximumBytes)) throw this.#exhausted(bytes);
    const address = this.#space.take(bytes);
    if (address !== undefined) return address;
    this.#grow(bytes);
    return this.#space.take(bytes) ?? unreachable(`no room for ${bytes} bytes after the memory grew`);
  }

  free(address: number): void {
    if (!this.#space.give(address)) unreachable(`no buffer ${address} to free`);
  }

  sizeOf(address: number): number {
    return this.#space.sizeOf(address) ?? unreachable(`no buffer ${address}`);
  }

  report(): MemoryReport {
    const report = this.#space.report();
    const capacity = this.memory.maximumBytes;
    const atEnd = capacity - 2 * GUARD - this.#end + this.#space.freeAtEnd();
    return { ...report, capacity, largestFree: Math.max(report.largestFree, atEnd) };
  }

  #grow(bytes: number): void {
    const before = this.memory.byteLength;
    const missing = Math.max(0, this.#end - this.#space.freeAtEnd() + bytes + 2 * GUARD - before);
    if (missing > 0 && !this.memory.grow(missing, Math.max(GROWTH, before / 4))) throw this.#exhausted(bytes);
    const end = this.memory.byteLength - GUARD;
    this.#space.extend(this.#end, end - this.#end);
    this.#end = end;
  }

  #exhausted(bytes: number): OutOfMemoryError {
    const { used, capacity, largestFree } = this.report();
    return new OutOfMemoryError(
      `cpu: out of memory: ${format(bytes)} asked for; ${format(used)} of at most ${format(capacity)} are in use, and the ` +
        `largest free block has ${format(largestFree)}. Dispose of tensors that are no longer needed, use a smaller ` +
        `batch, or checkpoint activations`,
    );
  }
}

function format(bytes: number): string {
  if (!(bytes >= 2 ** 20)) return `${bytes} bytes`;
  const mebibytes = bytes / 2 ** 20;
  const short = mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(2)} GiB`;
  return `${short} (${bytes} bytes)`;
}
