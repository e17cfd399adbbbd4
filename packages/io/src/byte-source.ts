/**
 * Where bytes come from: something with a name and a size that can be read by ranges. A source copies: the bytes
 * it returns belong to the caller, start at a fresh buffer, and so are aligned for every dtype.
 */

import { OutOfMemoryError } from '@tenfold/ir';
import { count } from './messages.ts';

export interface ByteSource {
  /** A path or a label, for error messages. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /** The bytes `begin <= i < end`, which lie inside the source; a fresh buffer of exactly that length. */
  read(begin: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A buffer for bytes that are about to be read. The size was checked against the source, so it is no fiction. */
export function allocate(bytes: number, source: string): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new OutOfMemoryError(
      `${source}: cannot hold ${count(bytes, 'byte')} in one buffer here; read fewer or smaller tensors at a time`,
      { cause },
    );
  }
}
