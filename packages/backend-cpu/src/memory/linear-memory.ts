/**
 * The one WebAssembly memory that all modules and all threads share. It grows in place up to 4 GiB; where the engine
 * has no shared memory it is an ordinary one, whose views are void after each growth.
 */

import { DeviceError } from '@tenfold/ir';
import type { MemoryLimits } from '../wasm/index.ts';

export const PAGE = 65536;

/** Pages of 64 KiB: 4 GiB, and what to try where the engine will not reserve that much. */
const MAXIMA = [65536, 32768, 16384, 8192];

export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** What a module that imports the memory has to declare. */
  readonly limits: MemoryLimits;
  #view: Uint8Array;

  /** Raises DeviceError for a maximum that cannot be. */
  constructor(shared: boolean, initialBytes: number, maximumBytes = MAXIMA[0] * PAGE) {
    const pages = Math.floor(maximumBytes / PAGE);
    if (!(pages > initialBytes / PAGE && pages <= MAXIMA[0])) {
      throw new DeviceError(
        `cpu: memoryBytes must be between ${initialBytes + PAGE} and ${MAXIMA[0] * PAGE} (4 GiB, as far as addresses of ` +
          `32 bits reach), got ${maximumBytes}`,
      );
    }
    const attempts = [pages, ...MAXIMA.filter((maximum) => maximum < pages)];
    const [memory, maximum] = reserve(shared, initialBytes / PAGE, attempts);
    this.memory = memory;
    this.limits = { initial: initialBytes / PAGE, maximum, shared };
    this.#view = new Uint8Array(memory.buffer);
  }

  get maximumBytes(): number {
    return (this.limits.maximum ?? 0) * PAGE;
  }

  /** All bytes. Take it anew after anything that may allocate. */
  get bytes(): Uint8Array {
    // A shared memory keeps its old views alive when it grows, an ordinary one detaches them.
    if (this.#view.buffer !== this.memory.buffer) this.#view = new Uint8Array(this.memory.buffer);
    return this.#view;
  }

  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** Grows by at least `bytes`, preferably by `wanted`; false where neither is possible. */
  grow(bytes: number, wanted: number): boolean {
    for (const size of [Math.max(bytes, wanted), bytes]) {
      const pages = Math.ceil(size / PAGE);
      if (this.byteLength / PAGE + pages > (this.limits.maximum ?? 0)) continue;
      try {
        this.memory.grow(pages);
        return true;
      } catch {
        continue;
      }
    }
    return false;
  }
}

function reserve(
  shared: boolean,
  initial: number,
  attempts: readonly number[],
): [WebAssembly.Memory, number] {
  let failure: unknown;
  for (const maximum of attempts) {
    try {
      return [new WebAssembly.Memory({ initial, maximum, shared }), maximum];
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
