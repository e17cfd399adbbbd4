/**
 * Out-of-range indices, found where it costs nothing to look: in tensors whose contents are still on the host, such
 * as a batch of labels. Indices that were computed on the device are not read back for it.
 */

import { IndexError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';

/** Raises IndexError when a known index is outside of 0 to `size - 1` and not `ignored`. */
export function checkIndexRange(
  op: string,
  what: string,
  indices: Tensor,
  size: number,
  ignored?: number,
): void {
  const bytes = hostContents(indices);
  if (bytes === undefined) return;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  // Two words an int64: an index in range has a high word of zero.
  const step = indices.dtype === 'int64' ? 2 : 1;
  for (let i = 0; i < words.length; i += step) {
    const low = words[i];
    const high = step === 2 ? words[i + 1] : low >> 31;
    if (high === 0 && low >= 0 && low < size) continue;
    const value = high === low >> 31 ? low : high * 2 ** 32 + (low >>> 0);
    if (value === ignored) continue;
    throw new IndexError(
      `${op}: ${what} ${value} at position ${i / step} is out of range: expected 0 to ${size - 1}`,
    );
  }
}

/** The whole numbers of a tensor whose contents are on the host. */
export function knownValues(indices: Tensor): number[] | undefined {
  const bytes = hostContents(indices);
  if (bytes === undefined) return undefined;
  const Words = indices.dtype === 'int64' ? BigInt64Array : Int32Array;
  return Array.from(new Words(bytes.slice().buffer), Number);
}

function hostContents({ source, home }: Tensor): Uint8Array | undefined {
  if (source.kind !== 'storage' || home.graph.effects.has(source.storage)) return undefined;
  const { host } = source.storage;
  return host && host.byteOffset % 4 === 0 ? host : undefined;
}
