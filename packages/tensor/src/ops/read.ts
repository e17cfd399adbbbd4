/**
 * Reading values: the awaited reads, which any device can do, and their synchronous twins, for devices that can be
 * waited for. Each computes what is still pending.
 */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { elementOf, nest } from '../data/nested.ts';
import type { NestedList } from '../data/nested.ts';
import { decode } from '../data/typed-array.ts';
import type { TensorData } from '../data/typed-array.ts';

/**
 * The elements in row-major order, a copy: Float32Array for float32, float16 and bfloat16, Float64Array,
 * BigInt64Array for int64, Int32Array, Int8Array, Uint8Array for uint8 and bool.
 */
export async function data(self: Tensor): Promise<TensorData> {
  return decode(await self.bytes(), self.dtype);
}

/** As `data`, at once. Raises TenfoldError on a device that cannot be waited for. */
export function dataSync(self: Tensor): TensorData {
  return decode(self.bytesSync(), self.dtype);
}

/**
 * The only element of a tensor, as torch.Tensor.item; for bool 0 or 1.
 * @throws ShapeError unless there is exactly one element; DTypeError for an int64 that is not a safe integer.
 */
export async function item(self: Tensor): Promise<number> {
  checkSingle('item', self);
  return Number(elementOf('item', decode(await self.bytes(), self.dtype)[0], self.dtype));
}

/** As `item`, at once. Raises TenfoldError on a device that cannot be waited for. */
export function itemSync(self: Tensor): number {
  checkSingle('itemSync', self);
  return Number(elementOf('itemSync', decode(self.bytesSync(), self.dtype)[0], self.dtype));
}

/**
 * The elements as nested lists, as torch.Tensor.tolist; a plain number or boolean for a tensor without axes.
 * @throws DTypeError for an int64 that is not a safe integer.
 */
export async function tolist(self: Tensor): Promise<NestedList> {
  return nest('tolist', await data(self), self.shape, self.dtype);
}

/** As `tolist`, at once. Raises TenfoldError on a device that cannot be waited for. */
export function tolistSync(self: Tensor): NestedList {
  return nest('tolistSync', dataSync(self), self.shape, self.dtype);
}

function checkSingle(op: string, self: Tensor): void {
  if (self.numel === 1) return;
  throw new ShapeError(
    `${op}: a tensor of shape ${formatShape(self.shape)} has ${self.numel} elements, expected 1; read it with data() or tolist()`,
  );
}
