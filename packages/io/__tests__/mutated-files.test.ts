/** Random damage to good files: a reader either refuses it with a FormatError or reads exactly what is there. */

import { DTypeError, FormatError } from '@tenfold/ir';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../src/index.ts';
import { seededRandom } from './helpers/random.ts';
import type { Random } from './helpers/random.ts';

const HEADER_BYTES = 0x380;

function damage(file: Uint8Array, random: Random): Uint8Array {
  const copy = file.slice();
  const at = random.below(8 + HEADER_BYTES);
  const kind = random.below(5);
  if (kind === 0) copy[at] = random.below(256);
  if (kind === 1) copy[at] = '0123456789[]{},:"'.charCodeAt(random.below(17));
  if (kind === 2) return copy.subarray(0, random.below(copy.length));
  if (kind === 3) copy.copyWithin(at, random.below(8 + HEADER_BYTES), at + random.below(60));
  if (kind === 4) copy[random.below(8)] = random.below(256);
  return copy;
}

/** Reads all that a file claims to hold; the error when it is refused, which must be one that names the file. */
async function readAll(bytes: Uint8Array): Promise<Error | undefined> {
  try {
    const file = await openSafetensors(bytes);
    for (const key of file.keys()) {
      const tensor = await file.read(key);
      if (tensor.bytes.length !== file.info(key).bytes) throw new Error(`${key} has the wrong size`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof FormatError || error instanceof DTypeError) return error;
    throw error;
  }
}

describe('damaged files', () => {
  it('are refused or read, and never anything else', async () => {
    const good = new Uint8Array(await readFile(new URL('./fixtures/reference.safetensors', import.meta.url)));
    const random = seededRandom(20);
    const rounds = 4000;
    const errors: Error[] = [];
    for (let round = 0; round < rounds; round++) {
      const error = await readAll(damage(good, random));
      if (error !== undefined) errors.push(error);
    }
    expect(errors.filter(({ message }) => !message.startsWith('buffer: '))).toEqual([]);
    expect(errors.length).toBeGreaterThan(rounds / 2);
    expect(errors.length).toBeLessThan(rounds);
  });
});
