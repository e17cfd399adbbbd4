import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { generateDigits } from '../src/lib/digits.ts';
import { loadMnist } from '../src/lib/idx.ts';
import { idxBytes, smallMnist } from './support/idx-files.ts';

const IMAGES = 'train-images-idx3-ubyte';
const LABELS = 'train-labels-idx1-ubyte';

/** The error of reading a folder in which one file was replaced. */
async function errorWith(name: string, content: Uint8Array): Promise<string> {
  const folder = await smallMnist(4, 2);
  await writeFile(join(folder, name), content);
  return loadMnist(folder).then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

describe('idx files', () => {
  test('are read as they were written', async () => {
    const { train, test: held } = await loadMnist(await smallMnist(12, 5));
    expect(train).toMatchObject({ count: 12, rows: 28, columns: 28 });
    expect(Buffer.from(train.images)).toEqual(Buffer.from(generateDigits(12, 1).images));
    expect(Buffer.from(held.labels)).toEqual(Buffer.from(generateDigits(5, 2).labels));
  });

  test('may be gzipped', async () => {
    const folder = await smallMnist(4, 2);
    const path = join(folder, IMAGES);
    await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
    await rm(path);
    expect((await loadMnist(folder)).train.count).toBe(4);
  });

  test('that are truncated say how much is missing', async () => {
    const whole = idxBytes([4, 28, 28], new Uint8Array(4 * 784));
    expect(await errorWith(IMAGES, whole.subarray(0, 1000))).toBe(
      `${IMAGES}: 984 bytes of data, the header says 3136`,
    );
    expect(await errorWith(IMAGES, whole.subarray(0, 9))).toContain('not an idx file');
    expect(await errorWith(IMAGES, new Uint8Array(0))).toContain('not an idx file');
  });

  test('with bytes after the data are refused', async () => {
    const content = Buffer.concat([idxBytes([4], new Uint8Array(4)), new Uint8Array(3)]);
    expect(await errorWith(LABELS, content)).toBe(`${LABELS}: 7 bytes of data, the header says 4`);
  });

  test('of another type or number of axes are refused', async () => {
    expect(await errorWith(IMAGES, idxBytes([4, 28, 28], new Uint8Array(4 * 784), 0x0d))).toBe(
      `${IMAGES}: not an idx file of unsigned bytes with 3 axes`,
    );
    expect(await errorWith(LABELS, idxBytes([2, 2], new Uint8Array(4)))).toBe(
      `${LABELS}: not an idx file of unsigned bytes with 1 axes`,
    );
    expect(await errorWith(IMAGES, Buffer.from('<!doctype html>'.padEnd(100)))).toContain('not an idx file');
  });

  test('must agree in the number of images and labels', async () => {
    expect(await errorWith(LABELS, idxBytes([3], new Uint8Array(3)))).toMatch(/4 train images but 3 labels$/);
  });

  test('may only have the labels 0 to 9', async () => {
    expect(await errorWith(LABELS, idxBytes([4], Uint8Array.of(1, 2, 10, 3)))).toMatch(
      /train label 2 is 10; digits are 0 to 9$/,
    );
  });

  test('that are missing or damaged by compression are named', async () => {
    await expect(loadMnist('/nowhere')).rejects.toThrow(
      `there is neither /nowhere/${IMAGES} nor /nowhere/${IMAGES}.gz`,
    );
    const folder = await smallMnist(4, 2);
    const path = join(folder, IMAGES);
    await writeFile(`${path}.gz`, gzipSync(await readFile(path)).subarray(0, 100));
    await rm(path);
    await expect(loadMnist(folder)).rejects.toThrow(/ubyte\.gz: not a whole gzip file \(unexpected end/);
  });
});
