/** Digits as pictures rather than as a task: grey values from 0 to 1, batches in random order, and pictures as text. */

import { fromBuffer, tensor } from 'tenfold';
import type { Tensor } from 'tenfold';
import { shuffled } from './classifier.ts';
import { generateDigits } from './digits.ts';
import { loadMnist } from './idx.ts';
import type { DigitSet } from './idx.ts';
import { textArt } from './text-art.ts';

/** The MNIST files in a folder, or digits drawn by the program. */
export async function digitSets(
  folder: string | undefined,
  count: number,
): Promise<{ train: DigitSet; test: DigitSet }> {
  return folder ? loadMnist(folder) : { train: generateDigits(count, 1), test: generateDigits(1000, 2) };
}

/** Grey values as bytes `[count, 1, rows, columns]`. */
export function pictures({ images, count, rows, columns }: DigitSet): Tensor {
  return fromBuffer(images, [count, 1, rows, columns]);
}

/** Bytes as grey values from 0 to 1. */
export function greyValues(bytes: Tensor): Tensor {
  return bytes.to('float32').div(255);
}

/** Batches of grey values, one after the other, in a new random order for each pass; what is left over is left out. */
export function* batches(images: Tensor, size: number, random: () => number): Generator<Tensor, never> {
  for (;;) {
    const order = shuffled(images.shape[0], random);
    for (let at = 0; at + size <= order.length; at += size)
      yield greyValues(images.indexSelect(0, tensor(order.slice(at, at + size))));
  }
}

/** Pictures `[count, 1, rows, columns]` of grey values from 0 to 1 side by side, for a terminal. */
export async function asText(images: Tensor, captions: readonly string[]): Promise<string> {
  const size = images.shape[2] * images.shape[3];
  const greys = images.clamp(0, 1).mul(255);
  // Faint spots would count as ink that must not be cut off.
  const values = Uint8Array.from(Array.from(await greys.where(greys.gt(60), 0).data(), Number));
  const rows = captions.map((_, i) => values.subarray(i * size, (i + 1) * size));
  return textArt(rows, images.shape[3], captions);
}
