/** Images of digits with their labels, and the idx files in which MNIST comes (gzip or not). */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export interface DigitSet {
  /** Grey values, one byte a pixel, image after image. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/** MNIST's training and test set from a folder with the four idx files under their usual names. */
export async function loadMnist(folder: string): Promise<{ train: DigitSet; test: DigitSet }> {
  return { train: await loadSet(folder, 'train'), test: await loadSet(folder, 't10k') };
}

async function loadSet(folder: string, name: string): Promise<DigitSet> {
  const images = await readIdx(folder, `${name}-images-idx3-ubyte`, 3);
  const labels = await readIdx(folder, `${name}-labels-idx1-ubyte`, 1);
  const [count, rows, columns] = images.sizes;
  if (labels.sizes[0] !== count) {
    throw new Error(`${folder}: ${count} ${name} images but ${labels.sizes[0]} labels`);
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new Error(`${folder}: ${name} label ${wrong} is ${labels.data[wrong]}; digits are 0 to 9`);
  return { images: images.data, labels: labels.data, count, rows, columns };
}

/** An idx file: two zero bytes, the type (8: unsigned byte), the number of axes, their sizes, then the data. */
async function readIdx(
  folder: string,
  name: string,
  axes: number,
): Promise<{ sizes: number[]; data: Uint8Array }> {
  const bytes = await readMaybeZipped(join(folder, name));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = 4 + 4 * axes;
  if (bytes.length < header || view.getUint32(0) !== 0x0800 + axes) {
    throw new Error(`${name}: not an idx file of unsigned bytes with ${axes} axes`);
  }
  const sizes = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = sizes.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(header);
  if (data.length !== expected)
    throw new Error(`${name}: ${data.length} bytes of data, the header says ${expected}`);
  return { sizes, data };
}

async function readMaybeZipped(path: string): Promise<Uint8Array> {
  if (existsSync(path)) return readFile(path);
  const zipped = `${path}.gz`;
  if (!existsSync(zipped)) throw new Error(`there is neither ${path} nor ${zipped}`);
  try {
    return await promisify(gunzip)(await readFile(zipped));
  } catch (error) {
    throw new Error(`${zipped}: not a whole gzip file (${error instanceof Error ? error.message : error})`);
  }
}
