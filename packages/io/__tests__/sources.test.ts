/** Where bytes come from: memory, Blobs and files give the same tensors; files are read by ranges. */

import { ArgumentError, FormatError, StateDictError, TenfoldError } from '@tenfold/ir';
import { mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openSafetensors, openSource, serializeSafetensors } from '../src/index.ts';
import type { ByteInput, ByteSource, RawTensor } from '../src/index.ts';
import { tempFolder } from './helpers/temp-folder.ts';

const tensor = (...values: number[]): RawTensor => ({
  dtype: 'uint8',
  shape: [values.length],
  bytes: Uint8Array.from(values),
});
const example = serializeSafetensors([
  ['a', tensor(1, 2, 3)],
  ['b', tensor(4, 5)],
]);

async function readB(input: ByteInput): Promise<number[]> {
  const file = await openSafetensors(input);
  const { bytes } = await file.read('b');
  await file.close();
  return [...bytes];
}

describe('inputs', () => {
  it('reads a Uint8Array, also one inside a larger buffer, an ArrayBuffer, a Blob and a File', async () => {
    const inside = new Uint8Array(example.length + 20);
    inside.set(example, 13);
    expect(await readB(example)).toEqual([4, 5]);
    expect(await readB(inside.subarray(13, 13 + example.length))).toEqual([4, 5]);
    expect(await readB(example.slice().buffer)).toEqual([4, 5]);
    expect(await readB(new Blob([example.slice()]))).toEqual([4, 5]);
    const { File } = await import('node:buffer');
    const named = new File([example.subarray(0, 20)], 'dropped.safetensors');
    await expect(openSafetensors(named)).rejects.toThrow('dropped.safetensors: ');
  });

  it('reads a path, a file: URL and its text', async () => {
    const path = join(await tempFolder(), 'größe & 100%.safetensors');
    await writeFile(path, example);
    expect(await readB(path)).toEqual([4, 5]);
    expect(await readB(pathToFileURL(path))).toEqual([4, 5]);
    expect(await readB(pathToFileURL(path).href)).toEqual([4, 5]);
  });

  it('gives bytes that belong to the caller', async () => {
    const file = await openSafetensors(example);
    const { bytes } = await file.read('a');
    bytes.fill(9);
    expect([...(await file.read('a')).bytes]).toEqual([1, 2, 3]);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(3);
  });

  it('refuses web addresses, folders, missing files and other things with the remedy', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'sub.safetensors'));
    await expect(openSafetensors('https://example.org/m.safetensors')).rejects.toThrow(
      '(await fetch(url)).blob()',
    );
    await expect(openSafetensors(new URL('https://example.org/m'))).rejects.toBeInstanceOf(ArgumentError);
    await expect(openSafetensors(join(folder, 'sub.safetensors'))).rejects.toThrow('is a folder');
    await expect(openSafetensors(join(folder, 'none.safetensors'))).rejects.toThrow(
      /ENOENT.*none\.safetensors/,
    );
    const wrong: unknown = 42;
    await expect(openSafetensors(wrong as ByteInput)).rejects.toThrow(
      'cannot read from a value of type number',
    );
  });

  it('says what to do where there is no file system', async () => {
    // The first path loads the module of files, for which the test runner needs the process.
    await openSafetensors('missing.safetensors').catch(() => {});
    const saved = globalThis.process;
    Reflect.set(globalThis, 'process', undefined);
    const error = await openSafetensors('model.safetensors').catch((reason: unknown) => reason);
    Reflect.set(globalThis, 'process', saved);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toContain(
      'cannot open "model.safetensors": there is no file system here',
    );
  });
});

describe('reading by ranges', () => {
  /** A source that notes what is read. */
  function watched(source: ByteSource): {
    source: ByteSource;
    ranges: [number, number][];
    closed: () => boolean;
  } {
    const ranges: [number, number][] = [];
    let closed = false;
    return {
      ranges,
      closed: () => closed,
      source: {
        name: source.name,
        size: source.size,
        read(begin, end) {
          ranges.push([begin, end]);
          return source.read(begin, end);
        },
        async close() {
          closed = true;
          await source.close();
        },
      },
    };
  }

  it('reads the header once and then only the bytes of the tensors asked for', async () => {
    const { source, ranges, closed } = watched(await openSource(example));
    const file = await openSafetensors(source);
    const dataStart = example.length - 5;
    expect(ranges).toEqual([
      [0, 8],
      [8, dataStart],
    ]);
    await file.read('b');
    expect(ranges.slice(2)).toEqual([[dataStart + 3, dataStart + 5]]);
    await file.close();
    expect(closed()).toBe(true);
  });

  it('closes the source when the header is refused', async () => {
    const { source, closed } = watched(await openSource(example.subarray(0, 30)));
    await expect(openSafetensors(source)).rejects.toBeInstanceOf(FormatError);
    expect(closed()).toBe(true);
  });

  it('names a tensor that is not there, and the one that was probably meant', async () => {
    const file = await openSafetensors(
      serializeSafetensors([
        ['module.fc.weight', tensor(1)],
        ['module.fc.bias', tensor(1)],
      ]),
      { name: 'm.safetensors' },
    );
    const read = file.read('fc.bias');
    await expect(read).rejects.toBeInstanceOf(StateDictError);
    await expect(read).rejects.toThrow(
      'm.safetensors: no tensor "fc.bias" among its 2; did you mean "module.fc.bias"?',
    );
    expect(() => file.info('module.fc.wieght')).toThrow('did you mean "module.fc.weight"?');
    expect(() => file.info('x')).toThrow(/among its 2$/);
  });

  it('keeps reading the old content after the file was replaced', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'm.safetensors');
    await writeFile(path, example);
    const file = await openSafetensors(path);
    await writeFile(join(folder, 'new'), serializeSafetensors([['b', tensor(7, 7)]]));
    await rename(join(folder, 'new'), path);
    expect([...(await file.read('b')).bytes]).toEqual([4, 5]);
    await file.close();
    expect(await readB(path)).toEqual([7, 7]);
  });

  it('notices a file that is shortened while open, and use after close', async () => {
    const path = join(await tempFolder(), 'm.safetensors');
    await writeFile(path, example);
    const file = await openSafetensors(path);
    await truncate(path, example.length - 1);
    await expect(file.read('b')).rejects.toThrow(
      `m.safetensors: ends after ${example.length - 1} bytes, but had ${example.length} when it was opened`,
    );
    await file.close();
    await file.close();
    const read = file.read('a');
    await expect(read).rejects.toBeInstanceOf(TenfoldError);
    await expect(read).rejects.toThrow('read after close()');
  });
});
