/**
 * The argument block of one launch: addresses of the operands, the address of scratch memory as one more operand,
 * run-time numbers, extents. Generated code reads it, the backend writes it.
 */

import type { DType, Kernel, Launch } from '@tenfold/ir';
import { toInt64, toLane32 } from './constant-lanes.ts';
import { kindOf } from './lanes.ts';

export interface ArgumentLayout {
  operand(operand: number): number;
  /** Eight bytes each. */
  scalar(slot: number): number;
  extent(param: number): number;
  readonly scratch: number;
  /** A multiple of 16. */
  readonly bytes: number;
}

export function argumentLayout(kernel: Kernel): ArgumentLayout {
  const params = kernel.axes.map((extent) => (typeof extent === 'number' ? -1 : extent.param));
  const extents = Math.max(-1, ...params) + 1;
  const scratch = 4 * kernel.operands.length;
  const scalarsAt = Math.ceil((scratch + 4) / 8) * 8;
  const extentsAt = scalarsAt + 8 * kernel.scalars.length;
  return {
    operand: (operand) => 4 * operand,
    scalar: (slot) => scalarsAt + 8 * slot,
    extent: (param) => extentsAt + 4 * param,
    scratch,
    bytes: Math.ceil((extentsAt + 4 * extents) / 16) * 16,
  };
}

/** Views of one memory, to write arguments through. */
export interface ArgumentViews {
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** Writes a launch's arguments at `address`, a multiple of 16. */
export function writeArguments(
  views: ArgumentViews,
  address: number,
  layout: ArgumentLayout,
  { operands, scalars, extents }: Launch,
  dtypes: readonly DType[],
  scratch: number,
): void {
  const words = address >> 2;
  for (let i = 0; i < operands.length; i++) views.i32[words + i] = operands[i].buffer + operands[i].offset;
  for (let i = 0; i < scalars.length; i++)
    writeScalar(views, address + layout.scalar(i), dtypes[i], scalars[i]);
  for (let i = 0; i < extents.length; i++) views.i32[(address + layout.extent(i)) >> 2] = extents[i];
  views.i32[(address + layout.scratch) >> 2] = scratch;
}

/** Writes one run-time number. */
export function writeScalar(views: ArgumentViews, at: number, dtype: DType, value: number): void {
  switch (kindOf(dtype)) {
    case 'f32':
      views.f32[at >> 2] = value;
      return;
    case 'f64':
      views.f64[at >> 3] = value;
      return;
    case 'i64':
      views.i64[at >> 3] = toInt64(value);
      return;
    default:
      views.i32[at >> 2] = toLane32(dtype, value);
  }
}
