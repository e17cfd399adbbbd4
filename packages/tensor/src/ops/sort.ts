/** Order along one axis. Sorting is stable; NaN counts as greater than all numbers. Positions are int64. */

import { ArgumentError, formatShape, normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, literal } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import type { ValuesAndIndices } from './extremum.ts';
import { sliceAxis } from './slice-axis.ts';

export interface SortOptions {
  /** Greatest first. Default false. */
  readonly descending?: boolean;
}

export interface TopkOptions {
  /** The greatest rather than the least. Default true. */
  readonly largest?: boolean;
}

/** The elements of axis `dim` (the last unless given) in order, and where they stood. As torch.sort with stable=True. */
export function sort(self: Tensor, dim = -1, options: SortOptions = {}): ValuesAndIndices {
  return fetched(self, dim, positions('sort', self, dim, options.descending ?? false));
}

/** The positions that sort axis `dim` (the last unless given), int64. As torch.argsort with stable=True. */
export function argsort(self: Tensor, dim = -1, options: SortOptions = {}): Tensor {
  return castTo(positions('argsort', self, dim, options.descending ?? false), 'int64');
}

/** The `k` greatest (or least) elements of axis `dim` (the last unless given), in order, and where they stood. As torch.topk. */
export function topk(self: Tensor, k: number, dim = -1, options: TopkOptions = {}): ValuesAndIndices {
  const axis = normalizeAxis('topk', dim, self.ndim);
  const size = self.shape[axis] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ArgumentError(
      `topk: k is ${k}, expected 0 to ${size}, the size of axis ${dim} of ${formatShape(self.shape)}`,
    );
  }
  const order = positions('topk', self, dim, options.largest ?? true);
  return fetched(self, dim, self.ndim === 0 ? order : sliceAxis(order, axis, 0, k));
}

function positions(op: string, self: Tensor, dim: number, descending: boolean): Tensor {
  const axis = normalizeAxis(op, dim, self.ndim);
  return self.ndim === 0 ? castTo(literal(self, 0), 'int32') : apply('argsort', [self], { axis, descending });
}

function fetched(self: Tensor, dim: number, order: Tensor): ValuesAndIndices {
  const indices = castTo(order, 'int64');
  if (self.ndim === 0) return { values: self, indices };
  return { values: apply('gather', [self, order], { axis: normalizeAxis('sort', dim, self.ndim) }), indices };
}
