/**
 * A program that saves checkpoints of generation 1, 2, 3, ... to the path it is given, until it is killed. It
 * prints each generation once its save has returned. Every tensor of a generation is filled with its number.
 */

import { saveCheckpoint } from '../../src/index.ts';
import { Holder } from './holders.ts';
import { floats } from './tensors.ts';

const path = process.argv[2]!;
const first = Number(process.argv[3]);
const SIZES = [300_000, 100_000, 7];

for (let generation = first; ; generation++) {
  const tensors = SIZES.map((size, i) => [`t${i}`, floats(Array<number>(size).fill(generation))] as const);
  await saveCheckpoint(path, { model: new Holder(Object.fromEntries(tensors)), step: generation });
  process.stdout.write(`${generation}\n`);
}
