/**
 * Indices as operations take them: int64 or int32, computed with in int32. Those whose values are on the host, such as
 * a batch of labels, are checked against the range at once; indices that a device computes are not read back for it:
 * kernels keep them within the range instead.
 */

import { DTypeError, IndexError, formatShape } from '@tenfold/ir';
import { castTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { decode } from '../data/typed-array.ts';

/** The values of a tensor, if they are on the host and current. */
export function hostBytes({ source, home }: Tensor): Uint8Array | undefined {
  return source.kind === 'storage' && !home.graph.effects.has(source.storage)
    ? source.storage.host
    : undefined;
}

/** An index into an axis of `size`, as int32. `wrap`: negative ones count from the end. Raises IndexError. */
export function indexTensor(op: string, index: Tensor, size: number, wrap = false): Tensor {
  // An empty list is a float tensor, and no position.
  if (index.dtype !== 'int64' && index.dtype !== 'int32' && index.numel > 0) {
    throw new DTypeError(`${op}: the index is ${index.dtype}, expected int64 or int32; cast with long()`);
  }
  checkIndexRange(op, index, wrap ? -size : 0, size);
  const narrow = castTo(index, 'int32');
  if (!wrap) return narrow;
  const isNegative = raw.lt(narrow, literal(narrow, 0));
  const fromEnd = raw.add(narrow, literal(narrow, size));
  return raw.where(isNegative, fromEnd, narrow);
}

/** Raises IndexError when an index known on the host is outside of `low` to `size - 1`. */
export function checkIndexRange(op: string, index: Tensor, low: number, size: number): void {
  const bytes = hostBytes(index);
  if (!bytes) return;
  // As 32-bit words, two an int64, whose upper one only extends the sign of an index in range: bigints are slow.
  const words = decode(bytes, 'int32');
  const width = index.dtype === 'int64' ? 2 : 1;
  for (let i = 0; i < words.length; i += width) {
    const value = Number(words[i]);
    if (value >= low && value < size && (width === 1 || words[i + 1] === value >> 31)) continue;
    throw new IndexError(
      `${op}: index ${decode(bytes, index.dtype)[i / width]} at position ${i / width} of an index of shape ` +
        `${formatShape(index.shape)} is out of range; expected ${low} to ${size - 1}`,
    );
  }
}
