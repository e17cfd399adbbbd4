/**
 * Random bits: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * 2011), four counters at a time. The counter's second word is 0, and the first word of the block is the result.
 */

import { i32x4, v128 } from '../wasm/index.ts';
import type { MathContext, Vector } from '../math/index.ts';
import type { Local } from '../wasm/index.ts';

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const PARITY = 0x1bd11bda;

export function threefry(
  { code }: MathContext,
  counter: Local<'v128'>,
  key0: Local<'v128'>,
  key1: Local<'v128'>,
): Vector {
  const { constants } = code;
  const keys = [key0, key1, code.let(v128.xor(v128.xor(key0, key1), constants.i32x4(PARITY)))];
  const x0 = code.let(i32x4.add(counter, key0));
  const x1 = code.let(key1);
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2]) {
      code.set(x0, i32x4.add(x0, x1));
      code.set(x1, v128.xor(x0, v128.or(i32x4.shl(x1, rotation), i32x4.shr_u(x1, 32 - rotation))));
    }
    code.set(x0, i32x4.add(x0, keys[(group + 1) % 3]));
    const injected = i32x4.add(keys[(group + 2) % 3], constants.i32x4(group + 1));
    code.set(x1, i32x4.add(x1, injected));
  }
  return x0;
}
