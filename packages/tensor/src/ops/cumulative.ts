/** Running sums and products along one axis. */

import { normalizeAxis } from '@tenfold/ir';
import type { DType, ScanKind } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import { accumulatorType } from './reduce-axes.ts';

export interface CumulativeOptions {
  /** Cast to this dtype first. */
  readonly dtype?: DType;
}

function scan(op: string, kind: ScanKind, self: Tensor, dim: number, { dtype }: CumulativeOptions): Tensor {
  const axis = normalizeAxis(op, dim, self.ndim);
  const x = castTo(self, dtype ?? accumulatorType(self.dtype));
  return x.ndim === 0 ? x : apply('scan', [x], { kind, axis });
}

/** The sum of all elements up to each along `dim`; of integers and bools as int64. As torch.cumsum. */
export function cumsum(self: Tensor, dim: number, options: CumulativeOptions = {}): Tensor {
  return scan('cumsum', 'sum', self, dim, options);
}

/** The product of all elements up to each along `dim`; of integers and bools as int64. As torch.cumprod. */
export function cumprod(self: Tensor, dim: number, options: CumulativeOptions = {}): Tensor {
  return scan('cumprod', 'prod', self, dim, options);
}
