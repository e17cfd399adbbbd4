/** Blobs (a file that a user dropped, the body of a response, an OPFS file) as ByteSources. */

import { FormatError } from '@tenfold/ir';
import type { ByteSource } from './byte-source.ts';

/** What is needed of a Blob or File, from the browser or from `node:buffer`. */
export interface BlobLike {
  readonly size: number;
  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

class BlobSource implements ByteSource {
  readonly name: string;
  readonly #blob: BlobLike;

  constructor(blob: BlobLike, name: string) {
    this.#blob = blob;
    this.name = name;
  }

  get size(): number {
    return this.#blob.size;
  }

  async read(begin: number, end: number): Promise<Uint8Array> {
    let buffer: ArrayBuffer;
    try {
      buffer = await this.#blob.slice(begin, end).arrayBuffer();
    } catch (cause) {
      throw new FormatError(
        `${this.name}: bytes ${begin} to ${end} cannot be read; the file behind the Blob has changed, is gone, or is too large`,
        { cause },
      );
    }
    return new Uint8Array(buffer);
  }

  async close(): Promise<void> {}
}

/** The source of a Blob; a File goes by its name in messages unless another one is given. */
export function openBlobSource(blob: BlobLike, name = blobName(blob)): ByteSource {
  return new BlobSource(blob, name);
}

function blobName(blob: BlobLike): string {
  return 'name' in blob && typeof blob.name === 'string' && blob.name !== '' ? blob.name : 'blob';
}
