/**
 * A file as a ByteSource: ranges are read through one open handle, never the whole file. The handle keeps the
 * content it was opened on, also when a writer replaces the file by a rename in the meantime.
 */

import { ArgumentError, FormatError, TenfoldError } from '@tenfold/ir';
import { allocate } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { count, quote } from './messages.ts';
import { nodeProcess } from './node-runtime.ts';

type FileHandle = import('node:fs/promises').FileHandle;

/** One system call reads less than 2 GiB. */
const MAX_READ = 2 ** 30;

/** Opens a path or `file:` URL for reading. Errors of the file system (`ENOENT`, `EACCES`) pass as they are. */
export async function openFileSource(location: string | URL): Promise<ByteSource> {
  const path = filePath(location);
  const fs = fileSystem(path);
  const handle = await fs.open(path, 'r');
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw new FormatError(`${path}: is ${stat.isDirectory() ? 'a folder' : 'not a regular file'}`);
    return new FileSource(path, stat.size, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The path of a location; web addresses are refused with the remedy. */
export function filePath(location: string | URL): string {
  const text = String(location);
  if (/^https?:/i.test(text)) {
    throw new ArgumentError(
      `${quote(text)} is a web address, not a file; fetch it and pass the Blob: (await fetch(url)).blob()`,
    );
  }
  if (!(location instanceof URL) && !text.startsWith('file:')) return text;
  return nodeProcess(quote(text), 'pass a Blob or an ArrayBuffer')
    .getBuiltinModule('node:url')
    .fileURLToPath(text);
}

function fileSystem(path: string): typeof import('node:fs/promises') {
  return nodeProcess(
    `cannot open ${quote(path)}`,
    'pass a Blob or an ArrayBuffer, for example (await fetch(url)).blob()',
  ).getBuiltinModule('node:fs/promises');
}

class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #handle: FileHandle;
  #closed = false;

  constructor(name: string, size: number, handle: FileHandle) {
    this.name = name;
    this.size = size;
    this.#handle = handle;
  }

  async read(begin: number, end: number): Promise<Uint8Array> {
    if (this.#closed) throw new TenfoldError(`${this.name}: read after close(); open the file again`);
    const bytes = allocate(end - begin, this.name);
    let filled = 0;
    while (filled < bytes.length) {
      const length = Math.min(bytes.length - filled, MAX_READ);
      const { bytesRead } = await this.#handle.read(bytes, filled, length, begin + filled);
      if (bytesRead === 0) {
        throw new FormatError(
          `${this.name}: ends after ${count(begin + filled, 'byte')}, but had ${this.size} when it was opened; ` +
            'it was shortened while being read',
        );
      }
      filled += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}
