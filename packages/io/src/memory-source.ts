/** Bytes in memory as a ByteSource. */

import { allocate } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';

export class MemorySource implements ByteSource {
  readonly name: string;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.name = name;
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  async read(begin: number, end: number): Promise<Uint8Array> {
    const copy = allocate(end - begin, this.name);
    copy.set(this.#bytes.subarray(begin, end));
    return copy;
  }

  async close(): Promise<void> {}
}
