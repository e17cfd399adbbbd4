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

describe('damaged files', () => {
  it('are refused or read, and never anything else', async () => {
    const good = new Uint8Array(await readFile(new URL('./fixtures/reference.safetensors', import.meta.url)));
    const random = seededRandom(20);
    let refused = 0;
    for (let round = 0; round < 4000; round++) {
      const bytes = damage(good, random);
      try {
        const file = await openSafetensors(bytes);
        let total = 0;
        for (const key of file.keys()) {
          total += file.info(key).bytes;
          const tensor = await file.read(key);
          expect(tensor.bytes.length).toBe(file.info(key).bytes);
        }
        expect(total).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        if (!(error instanceof FormatError) && !(error instanceof DTypeError)) throw error;
        expect(error.message).toMatch(/^buffer: /);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(2000);
    expect(refused).toBeLessThan(4000);
  });
});
