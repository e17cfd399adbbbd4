/**
 * Replaces a file in one step. The new content goes to a temporary file in the same folder, is forced to the
 * disk, and takes the name by a rename; then the folder is forced to the disk. Whenever the process is killed or
 * the machine stops, the name stands for the whole old content or the whole new content.
 */

import { filePath } from './file-source.ts';
import { nodeProcess } from './node-runtime.ts';
import type { NodeProcess } from './node-runtime.ts';

type FileHandle = import('node:fs/promises').FileHandle;
type FileSystem = typeof import('node:fs/promises');

/** Where the new content is written, from front to back. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** One system call writes less than 2 GiB. */
const MAX_WRITE = 2 ** 30;
/** File systems that cannot force a folder to the disk (Windows, some network mounts) say so with one of these. */
const FOLDER_SYNC_UNSUPPORTED = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP']);

/**
 * Creates or replaces the file at `location` with what `produce` writes. If `produce` or the disk fails, the old
 * file is untouched and the temporary one removed. Errors of the file system (`ENOSPC`, `EACCES`) pass as they are.
 */
export async function writeFileAtomically(
  location: string | URL,
  produce: (sink: FileSink) => Promise<void>,
): Promise<void> {
  const path = filePath(location);
  const process = nodeProcess(
    `cannot write ${path}`,
    'serialise to bytes and offer them as a download instead',
  );
  const fs = process.getBuiltinModule('node:fs/promises');
  const { dirname, basename, join } = process.getBuiltinModule('node:path');

  const target = await followLinks(fs, path);
  const folder = dirname(target);
  const prefix = temporaryPrefix(process, basename(target));
  await removeLeftovers(process, fs, folder, prefix);

  const temporary = join(folder, `${prefix}${process.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`);
  const handle = await fs.open(temporary, 'wx', await permissions(fs, target));
  try {
    try {
      await produce(new HandleSink(handle));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(fs, folder);
}

class HandleSink implements FileSink {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.byteLength) {
      const length = Math.min(bytes.byteLength - written, MAX_WRITE);
      written += (await this.#handle.write(bytes, written, length)).bytesWritten;
    }
  }
}

/** A link to a checkpoint keeps being a link: the file it points to is replaced. */
async function followLinks(fs: FileSystem, path: string): Promise<string> {
  try {
    return await fs.realpath(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path;
    throw error;
  }
}

/** A private file stays private. */
async function permissions(fs: FileSystem, target: string): Promise<number> {
  try {
    return (await fs.stat(target)).mode & 0o777;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0o666;
    throw error;
  }
}

/** Host and process are in the name, so that a later save can tell which temporary files are nobody's any more. */
function temporaryPrefix(process: NodeProcess, file: string): string {
  const host = process
    .getBuiltinModule('node:os')
    .hostname()
    .replace(/[^A-Za-z0-9]/g, '-');
  return `.${file.slice(0, 40)}.${host.slice(0, 40)}.`;
}

/** Removes what processes of this machine left behind when they were killed while saving the same file. */
async function removeLeftovers(
  process: NodeProcess,
  fs: FileSystem,
  folder: string,
  prefix: string,
): Promise<void> {
  const { join } = process.getBuiltinModule('node:path');
  for (const name of await list(fs, folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (Number.isSafeInteger(pid) && pid > 0 && !isRunning(process, pid)) {
      await fs.rm(join(folder, name), { force: true });
    }
  }
}

/** A folder that may be written but not listed is simply not cleaned. */
async function list(fs: FileSystem, folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'EACCES') return [];
    throw error;
  }
}

function isRunning(process: NodeProcess, pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!FOLDER_SYNC_UNSUPPORTED.has(errorCode(error))) throw error;
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
