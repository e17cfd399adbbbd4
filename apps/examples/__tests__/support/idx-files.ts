/** Writes idx files, whole or damaged, into temporary folders. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { generateDigits } from '../../src/lib/digits.ts';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenfold-examples-'));
  folders.push(folder);
  return folder;
}

/** The bytes of an idx file of unsigned bytes. */
export function idxBytes(sizes: readonly number[], data: Uint8Array, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt8(type, 2);
  header.writeUInt8(sizes.length, 3);
  sizes.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, data]);
}

/** A folder as MNIST comes, with few digits. */
export async function smallMnist(trainCount: number, testCount: number): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, count, seed] of [
    ['train', trainCount, 1],
    ['t10k', testCount, 2],
  ] as const) {
    // prettier-ignore
    const { images, labels } = generateDigits(count, seed);
    await writeFile(join(folder, `${name}-images-idx3-ubyte`), idxBytes([count, 28, 28], images));
    await writeFile(join(folder, `${name}-labels-idx1-ubyte`), idxBytes([count], labels));
  }
  return folder;
}
