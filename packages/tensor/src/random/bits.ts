/** Random bits in the graph. The key is two run-time numbers, so that drawing again is the same plan. */

import type { DType, Device, Shape } from '@tenfold/ir';
import { hostAction } from '../compile/recorder.ts';
import { apply, scalar } from '../core/apply.ts';
import { castTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Generator } from './generator.ts';

/** 32 random bits an element, as int32. A compiled function draws anew at each replay. */
export function randomBits(device: Device, shape: Shape, generator: Generator): Tensor {
  const key = [0, 0];
  hostAction(() => {
    [key[0], key[1]] = generator.nextKey();
  });
  const words = key.map((_, i) => scalar(device, () => key[i], 'int32'));
  return apply('random', words, { shape });
}

/** Bits that a uniform number of a dtype has: as many as its fraction holds, and the point that is never 1. */
const FRACTION_BITS: { readonly [D in DType]?: number } = { float32: 24, float16: 11, bfloat16: 8 };

/** Uniform numbers k / 2^b, 0 <= k < 2^b, with the b bits that the dtype holds exactly: from 0 up to but without 1. */
export function uniform(device: Device, shape: Shape, dtype: DType, generator: Generator): Tensor {
  const fractionBits = FRACTION_BITS[dtype];
  if (fractionBits !== undefined) {
    const wide = lowBits(randomBits(device, shape, generator), fractionBits, 'float32');
    return castTo(raw.mul(wide, literal(wide, 2 ** -fractionBits)), dtype);
  }
  // 53 bits take two draws.
  const upper = lowBits(randomBits(device, shape, generator), 26, 'float64');
  const lower = lowBits(randomBits(device, shape, generator), 27, 'float64');
  const scaled = raw.mul(upper, literal(upper, 2 ** -26));
  return raw.add(scaled, raw.mul(lower, literal(lower, 2 ** -53)));
}

/** The lowest `count` bits as whole numbers from 0. */
export function lowBits(bits: Tensor, count: number, dtype: DType): Tensor {
  return castTo(raw.and(bits, literal(bits, 2 ** count - 1)), dtype);
}
