/**
 * Stable sorting: positions that sort one axis, computed on the main thread over the memory. NaN counts as greater
 * than every number, so it comes last, or first when descending; ties keep their order both ways.
 */

import type { DType, RoutineKernel } from '@tenfold/ir';

type Elements = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array | BigInt64Array;

/** Keys whose order is that of the elements: floats with NaN at the top, half floats through their bits. */
function keysOf(dtype: DType, buffer: ArrayBufferLike, address: number, count: number): Elements {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, address, count);
    case 'float64':
      return new Float64Array(buffer, address, count);
    case 'float16':
      return Int32Array.from(new Int16Array(buffer, address, count), (bits) => halfKey(bits, 0x7c00));
    case 'bfloat16':
      return Int32Array.from(new Int16Array(buffer, address, count), (bits) => halfKey(bits, 0x7f80));
    case 'int64':
      return new BigInt64Array(buffer, address, count);
    case 'int32':
      return new Int32Array(buffer, address, count);
    case 'int8':
      return new Int8Array(buffer, address, count);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, address, count);
  }
}

/** Sign and magnitude as an integer that orders like the number; -0 equals 0, NaN is above infinity. */
function halfKey(bits: number, infinity: number): number {
  const magnitude = bits & 0x7fff;
  if (magnitude > infinity) return 0x8000;
  return bits < 0 ? -magnitude : magnitude;
}

/** Whether `y` must stand before `x`, given that `x` came first. */
type Before = (keys: Elements, x: number, y: number) => boolean;

const ascending: Before = (keys, x, y) => keys[y] < keys[x] || (isNaNKey(keys[x]) && !isNaNKey(keys[y]));
const descending: Before = (keys, x, y) => ascending(keys, y, x);

function isNaNKey(key: number | bigint): boolean {
  return key !== key;
}

/** Sorts `order` by merging runs of doubling length; `spare` is as long. */
function mergeSort(order: Int32Array, spare: Int32Array, keys: Elements, before: Before): Int32Array {
  let [from, to] = [order, spare];
  for (let run = 1; run < order.length; run *= 2) {
    for (let start = 0; start < order.length; start += 2 * run) {
      const middle = Math.min(start + run, order.length);
      const end = Math.min(start + 2 * run, order.length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeRight = right < end && (left >= middle || before(keys, from[left], from[right]));
        to[at] = takeRight ? from[right++] : from[left++];
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Runs the kernel on operands at these addresses: elements in, int32 positions out. */
export function argsort(
  { routine, operands }: RoutineKernel,
  buffer: ArrayBufferLike,
  input: number,
  output: number,
): void {
  const { rows, length, stride, descending: reversed } = routine;
  const { dtype } = operands[0];
  const keys = keysOf(dtype, buffer, input, Math.min(operands[0].elements, rows * length));
  const result = new Int32Array(buffer, output, rows * length);
  const positions = new Int32Array(length);
  const spare = new Int32Array(length);
  for (let row = 0; row < rows; row++) {
    // Rows interleave where the sorted axis is not the last: their elements are `stride` apart.
    const start = Math.floor(row / stride) * length * stride + (row % stride);
    for (let i = 0; i < length; i++) positions[i] = start + i * stride;
    const sorted = mergeSort(positions, spare, keys, reversed ? descending : ascending);
    for (let i = 0; i < length; i++) result[start + i * stride] = (sorted[i] - start) / stride;
  }
}
