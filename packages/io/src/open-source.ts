/** Turns whatever a reader was given into a ByteSource. */

import { ArgumentError } from '@tenfold/ir';
import type { BlobLike } from './blob-source.ts';
import type { ByteSource } from './byte-source.ts';
import { MemorySource } from './memory-source.ts';

/** Whatever a reader can be given: a file path or `file:` URL (where there is a file system), or bytes. */
export type ByteInput = string | URL | BlobLike | ArrayBuffer | Uint8Array | ByteSource;

/** Opens any input as a source; `name` replaces its label in error messages. */
export async function openSource(input: ByteInput, name?: string): Promise<ByteSource> {
  if (typeof input === 'string' || input instanceof URL) {
    // Loaded when needed: pages, which have no file system, do without.
    const { openFileSource } = await import('./file-source.ts');
    return openFileSource(input);
  }
  if (input instanceof Uint8Array) return new MemorySource(input, name ?? 'buffer');
  if (input instanceof ArrayBuffer) return new MemorySource(new Uint8Array(input), name ?? 'buffer');
  if (isBlob(input)) {
    const { openBlobSource } = await import('./blob-source.ts');
    return openBlobSource(input, name);
  }
  if (typeof input === 'object' && input !== null && 'read' in input) return input;
  throw new ArgumentError(
    `cannot read from a value of type ${input === null ? 'null' : typeof input}; ` +
      'expected a path, a file: URL, a Blob, an ArrayBuffer, a Uint8Array or a ByteSource',
  );
}

function isBlob(input: unknown): input is BlobLike {
  return input instanceof Blob;
}
