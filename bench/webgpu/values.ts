/**
 * Inputs as a formula: pseudo-random numbers that every library can make for itself, the same in JavaScript and in Python
 * (`libraries/pytorch.py` has the other half). A product of random numbers also heats a card as real ones do; zeros would not.
 */

/** Between -1 and 1: the hash `lowbias32` (C. Wellons, "Prospecting for hash functions", 2018) of the index. */
export function valueAt(index: number, seed: number): number {
  let x = (index + Math.imul(seed, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/** `shift + scale · valueAt(i, seed)` for each index below `count`, rounded to float32. */
export function values(count: number, seed: number, scale = 1, shift = 0): Float32Array<ArrayBuffer> {
  const array = new Float32Array(count);
  for (let i = 0; i < count; i++) array[i] = valueAt(i, seed) * scale + shift;
  return array;
}
