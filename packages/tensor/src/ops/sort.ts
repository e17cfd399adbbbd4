/** Order along one axis. Sorting is stable; NaN counts as greater than all numbers. Positions are int64. */

import { ArgumentError, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, literal } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import type { ValuesAndIndices } from './extremum.ts';
import type { KeepOptions } from './reduce-axes.ts';
import { sliceAxis } from './slice-axis.ts';

export interface SortOptions {
  /** Greatest first. Default false. */
  readonly descending?: boolean;
  /** Whether equal elements keep their order. They do either way. */
  readonly stable?: boolean;
}

export interface TopkOptions {
  /** The greatest rather than the least. Default true. */
  readonly largest?: boolean;
  /** Whether the result is in order. It is either way. */
  readonly sorted?: boolean;
}

/** The elements of axis `dim` (the last unless given) in order, and where they stood. As torch.sort with stable=True. */
export function sort(self: Tensor, dim = -1, { descending = false }: SortOptions = {}): ValuesAndIndices {
  return fetched(self, dim, positions('sort', self, dim, descending));
}

/** The positions that sort axis `dim` (the last unless given), int64. As torch.argsort with stable=True. */
export function argsort(self: Tensor, dim = -1, { descending = false }: SortOptions = {}): Tensor {
  return castTo(positions('argsort', self, dim, descending), 'int64');
}

/** The `k` greatest (or least) elements of axis `dim` (the last unless given), in order, and where they stood. As torch.topk. */
export function topk(
  self: Tensor,
  k: number,
  dim = -1,
  { largest = true }: TopkOptions = {},
): ValuesAndIndices {
  const axis = normalizeAxis('topk', dim, self.ndim);
  const size = self.shape[axis] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ArgumentError(
      `topk: k is ${k}, expected 0 to ${size}, the size of axis ${dim} of ${formatShape(self.shape)}`,
    );
  }
  const order = positions('topk', self, dim, largest, [0, k]);
  return fetched(self, dim, self.ndim === 0 ? order : sliceAxis(order, axis, 0, k));
}

/** The `k`-th least elements (from 1) of axis `dim` (the last unless given), and where they stood. As torch.kthvalue. */
export function kthvalue(
  self: Tensor,
  k: number,
  dim = -1,
  { keepdim = false }: KeepOptions = {},
): ValuesAndIndices {
  const axis = normalizeAxis('kthvalue', dim, self.ndim);
  const size = self.shape[axis] ?? 1;
  if (!Number.isInteger(k) || k < 1 || k > size) {
    throw new ArgumentError(
      `kthvalue: k is ${k}, expected 1 to ${size}, the size of axis ${dim} of ${formatShape(self.shape)}`,
    );
  }
  const order = positions('kthvalue', self, dim, false, [k - 1, k]);
  if (self.ndim === 0) return fetched(self, dim, order);
  const { values, indices } = fetched(self, dim, sliceAxis(order, axis, k - 1, 1));
  if (keepdim) return { values, indices };
  const shape = self.shape.filter((_, a) => a !== axis);
  const [least, position] = [values, indices].map((x) => apply('reshape', [x], { shape }));
  return { values: least, indices: position };
}

/** The elements of axis 0 in order. As torch.msort. */
export function msort(self: Tensor): Tensor {
  return sort(self, 0).values;
}

function positions(
  op: string,
  self: Tensor,
  dim: number,
  descending: boolean,
  ranks?: [number, number],
): Tensor {
  const axis = normalizeAxis(op, dim, self.ndim);
  if (self.ndim === 0) return castTo(literal(self, 0), 'int32');
  return apply('argsort', [self], { axis, descending, ranks });
}

function fetched(self: Tensor, dim: number, order: Tensor): ValuesAndIndices {
  const indices = castTo(order, 'int64');
  if (self.ndim === 0) return { values: self, indices };
  return { values: apply('gather', [self, order], { axis: normalizeAxis('sort', dim, self.ndim) }), indices };
}
