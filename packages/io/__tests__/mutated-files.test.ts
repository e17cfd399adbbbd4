/** Random damage to good files: a reader either refuses it with a FormatError or reads exactly what is there. */

import { DTypeError, FormatError } from '@tenfold/ir';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../src/index.ts';
import { readHeader } from '../src/header.ts';
import { MemorySource } from '../src/memory-source.ts';
import { readStrictHeader } from '../src/strict-header.ts';
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

  it('have one header, whether it is read at once or strictly', async () => {
    const good = new Uint8Array(await readFile(new URL('./fixtures/reference.safetensors', import.meta.url)));
    const random = seededRandom(21);
    const outcome = (header: Promise<unknown>) => header.catch((error: unknown) => error);
    for (let round = 0; round < 2000; round++) {
      const source = new MemorySource(damage(good, random), 'buffer');
      expect(await outcome(readHeader(source))).toEqual(await outcome(readStrictHeader(source, 25_000_000)));
    }
  });

  const tensor = (dtype: string, shape: string, range: string) =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${range}}`;
  const u8 = tensor('U8', '[4]', '[0,4]');
  it.each([
    `{}`,
    `[${u8}]`,
    `{"a":${u8}}`,
    `{"a":${u8}}   `,
    `{"a":${u8}}\n`,
    `{ "a": ${u8} }`,
    `{"a":${u8},"a":${u8}}`,
    `{"\\ud800":${u8}}`,
    `{"\\u0061":${u8}}`,
    `{"__proto__":${u8}}`,
    `{"__metadata__":{"__proto__":"x","b":"y"},"a":${u8}}`,
    `{"__metadata__":["x"],"a":${u8}}`,
    `{"__metadata__":"x","a":${u8}}`,
    `{"__metadata__":null,"a":${u8}}`,
    `{"__metadata__":{"b":1},"a":${u8}}`,
    `{"a":[${u8}]}`,
    `{"a":null}`,
    `{"a":${u8.replace('}', ',"more":1}')}}`,
    `{"1":${tensor('U8', '[2]', '[2,4]')},"0":${tensor('U8', '[2]', '[0,2]')}}`,
    `{"b":${tensor('U8', '[2]', '[0,2]')},"1":${tensor('U8', '[2]', '[1,3]')}}`,
    `{"a":${tensor('U8', '[4.0]', '[0,4]')}}`,
    `{"a":${tensor('U8', '[4]', '[0,4,4]')}}`,
    `{"a":${tensor('U8', '[-4]', '[0,-4]')}}`,
    `{"a":${tensor('U8', '"4"', '[0,4]')}}`,
    `{"a":${tensor('U8', '[]', '[0,1]')}}`,
    `{"a":${tensor('F8_E4M3', '[4]', '[0,4]')}}`,
    `{"a":${tensor('F32', '[0,9007199254740991]', '[0,0]')},"b":${u8}}`,
    `{"a":${tensor('F32', '[0,1e+21]', '[0,0]')},"b":${u8}}`,
    `{"a":${tensor('F32', '[0]', '[0,0]')},"b":${u8},"c":${tensor('I64', '[1,0]', '[4,4]')}}`,
    `{"a":${tensor('U8', `[${'1,'.repeat(64)}4]`, '[0,4]')}}`,
    `{"a":${tensor('U8', '[5]', '[0,5]')}}`,
    `{"a":${tensor('U8', '[3]', '[0,3]')}}`,
  ])('agree about %s', async (json) => {
    const text = new TextEncoder().encode(json);
    const file = new Uint8Array(8 + text.length + 4);
    new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
    file.set(text, 8);
    const source = new MemorySource(file, 'buffer');
    const outcome = (header: Promise<unknown>) => header.catch((error: unknown) => error);
    expect(await outcome(readHeader(source))).toEqual(await outcome(readStrictHeader(source, 25_000_000)));
  });
});
