/**
 * A tensor as bytes: what a file holds before any device has seen it. The byte-level half of this package
 * (header, layout, reader, writer) speaks only of these; `Tensor` appears in load.ts and save.ts.
 */

import type { DType, Shape } from '@tenfold/ir';

export interface RawTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The elements: little-endian, row-major, contiguous; `numel(shape) * byteSize(dtype)` bytes. */
  readonly bytes: Uint8Array;
}
