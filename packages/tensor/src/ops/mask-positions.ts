/**
 * Where masks are true. Values known on the host give positions, and so shapes that depend on them; values that a
 * device computes can still say which of several rows goes to which place.
 */

import { numel } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { selectRows } from './select-rows.ts';

/** The linear positions at which a mask is true, in row-major order. */
export function truePositions(mask: Uint8Array): Int32Array<ArrayBuffer> {
  let count = 0;
  for (const value of mask) if (value !== 0) count++;
  const positions = new Int32Array(count);
  let next = 0;
  mask.forEach((value, i) => {
    if (value !== 0) positions[next++] = i;
  });
  return positions;
}

/** Linear positions in a shape as coordinates, one list an axis. */
export function coordinatesOf(positions: Int32Array, shape: Shape): Int32Array<ArrayBuffer>[] {
  return shape.map((size, axis) => {
    const stride = numel(shape.slice(axis + 1));
    return Int32Array.from(positions, (at) => Math.floor(at / stride) % size);
  });
}

/**
 * For each element of `mask`, flattened, the next row of `rows` along `axis` where it is true: the first true element
 * takes the first row. What stands where it is false means nothing.
 */
export function spreadRows(rows: Tensor, axis: number, mask: Tensor): Tensor {
  const count = mask.numel;
  const last = rows.shape[axis] - 1;
  const flat = apply('reshape', [castTo(mask, 'int32')], { shape: [count] });
  const ordinal = apply('scan', [flat], { kind: 'sum', axis: 0 });
  const position = raw.sub(ordinal, literal(ordinal, 1));
  const within = raw.max(raw.min(position, literal(position, last)), literal(position, 0));
  return selectRows(rows, axis, within);
}

/** A mask that stands at some axes of a shape, over all of it. */
export function maskOver(mask: Tensor, axis: number, shape: Shape): Tensor {
  const after = shape.length - axis - mask.ndim;
  const aligned = apply('reshape', [mask], { shape: [...mask.shape, ...new Array<number>(after).fill(1)] });
  return expandTo(aligned, shape);
}
