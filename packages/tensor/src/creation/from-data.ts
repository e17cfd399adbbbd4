/** Tensors of data that exists already: nested lists, typed arrays, raw bytes. */

import { ArgumentError, ShapeError, byteSize, formatShape, numel } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { flatten } from '../data/nested.ts';
import type { NestedData } from '../data/nested.ts';
import { asBytes, dtypeOfArray, encode, isTypedArray } from '../data/typed-array.ts';
import type { TypedArray } from '../data/typed-array.ts';
import { checkShape, leafOf, resolveOptions } from './options.ts';
import type { CreationOptions } from './options.ts';

/**
 * A tensor of a number, a typed array, or nested lists of these; the data is copied. As torch.tensor.
 *
 * Without `dtype` it is inferred: a typed array keeps its own; whole numbers and bigints give int64, other numbers
 * float32, booleans bool. JavaScript cannot tell `1.0` from `1`, so `tensor([1, 2])` is int64, as in PyTorch, unless
 * `requiresGrad` is set, which only floats can have; `tensor([1, 2.5])` is float32.
 * @throws ShapeError when the nesting is ragged, naming the place.
 * @see https://pytorch.org/docs/stable/generated/torch.tensor.html
 */
export function tensor(data: NestedData, options: CreationOptions = {}): Tensor {
  const flat = flatten('tensor', data, options.dtype, options.requiresGrad ? 'float32' : 'int64');
  const { device } = resolveOptions('tensor', options, flat.dtype);
  return leafOf(device, flat.bytes, flat.shape, flat.dtype, options.requiresGrad);
}

/**
 * A tensor over a typed array, which it takes ownership of: the array must not be written afterwards. Nothing is
 * copied where the array's own dtype is asked for. `shape` defaults to one axis. As torch.from_numpy.
 * @throws ShapeError when the array does not fill the shape.
 */
export function fromBuffer(
  data: TypedArray,
  shape: Shape | number = data.length,
  options: CreationOptions = {},
): Tensor {
  if (!isTypedArray(data)) {
    throw new ArgumentError(
      'fromBuffer: expected a typed array; use tensor() for lists, fromBytes() for raw bytes',
    );
  }
  const own = dtypeOfArray(data);
  const { device, dtype } = resolveOptions('fromBuffer', options, own);
  const sizes = checkShape('fromBuffer', shape);
  if (numel(sizes) !== data.length) {
    throw new ShapeError(
      `fromBuffer: ${data.length} elements do not fill shape ${formatShape(sizes)}, which has ${numel(sizes)}`,
    );
  }
  const shared = dtype === own && data.BYTES_PER_ELEMENT === byteSize(dtype);
  return leafOf(device, shared ? asBytes(data) : encode(data, dtype), sizes, dtype, options.requiresGrad);
}

/**
 * A tensor over raw little-endian bytes in row-major order, which it takes ownership of.
 * @throws ShapeError when the number of bytes is not that of the shape and dtype.
 */
export function fromBytes(
  bytes: Uint8Array,
  shape: Shape,
  dtype: DType,
  options: Omit<CreationOptions, 'dtype'> = {},
): Tensor {
  const sizes = checkShape('fromBytes', shape);
  const { device } = resolveOptions('fromBytes', { ...options, dtype }, dtype);
  const expected = numel(sizes) * byteSize(dtype);
  if (bytes.byteLength !== expected) {
    throw new ShapeError(
      `fromBytes: got ${bytes.byteLength} bytes, expected ${expected} for ${dtype} of shape ${formatShape(sizes)}`,
    );
  }
  return leafOf(device, bytes, sizes, dtype, options.requiresGrad);
}
