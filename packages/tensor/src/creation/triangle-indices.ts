/** Where the triangles of a matrix are. */

import { ArgumentError } from '@tenfold/ir';
import { asBytes } from '../data/typed-array.ts';
import type { Tensor } from '../core/tensor.ts';
import { leafOf, resolveOptions } from './options.ts';
import type { CreationOptions } from './options.ts';

export interface TriangleIndicesOptions extends CreationOptions {
  /** The last diagonal of the lower triangle, or the first of the upper one. Default 0. */
  readonly offset?: number;
}

/**
 * Rows and columns of the elements of a `row` by `col` matrix on and below the diagonal numbered `offset`: int64
 * `[2, count]`, in row-major order. As torch.tril_indices.
 */
export function trilIndices(
  row: number,
  col: number,
  { offset = 0, ...options }: TriangleIndicesOptions = {},
): Tensor {
  return indicesOf('trilIndices', row, col, options, (r) => [0, r + offset + 1]);
}

/** As `trilIndices`, on and above the diagonal numbered `offset`. As torch.triu_indices. */
export function triuIndices(
  row: number,
  col: number,
  { offset = 0, ...options }: TriangleIndicesOptions = {},
): Tensor {
  return indicesOf('triuIndices', row, col, options, (r) => [r + offset, col]);
}

function indicesOf(
  op: string,
  rows: number,
  columns: number,
  options: CreationOptions,
  span: (row: number) => readonly [from: number, to: number],
): Tensor {
  if (![rows, columns].every((n) => Number.isInteger(n) && n >= 0))
    throw new ArgumentError(`${op}: ${rows} rows and ${columns} columns; expected whole numbers from 0`);
  const { device, dtype } = resolveOptions(op, options, 'int64');
  const clip = (at: number) => Math.min(Math.max(at, 0), columns);
  const lengths = Array.from({ length: rows }, (_, row) =>
    Math.max(clip(span(row)[1]) - clip(span(row)[0]), 0),
  );
  const count = lengths.reduce((a, b) => a + b, 0);
  const found = new BigInt64Array(2 * count);
  let next = 0;
  lengths.forEach((length, row) => {
    const first = clip(span(row)[0]);
    for (let i = 0; i < length; i++, next++) {
      found[next] = BigInt(row);
      found[count + next] = BigInt(first + i);
    }
  });
  const indices = leafOf(device, asBytes(found), [2, count], 'int64');
  return dtype === 'int64' ? indices : indices.to(dtype);
}
