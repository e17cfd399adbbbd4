/**
 * Sums, products and other reductions over some or all axes. `dim` is one axis or several (all when absent or empty);
 * `keepdim` leaves the reduced axes in place with size 1.
 * https://pytorch.org/docs/stable/torch.html#reduction-ops
 */

import { DTypeError, isFloat } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { castTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf } from './dims.ts';
import type { Dim } from './dims.ts';
import { truth } from './numeric.ts';
import { accumulatorType, checkNotEmpty, countOf, reduceAxes } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';

export interface ReduceOptions extends KeepOptions {
  /** Cast to this dtype before reducing. */
  readonly dtype?: DType;
}

/** The sum; of integers and bools as int64. As torch.sum. */
export function sum(self: Tensor, dim?: Dim, { keepdim = false, dtype }: ReduceOptions = {}): Tensor {
  const x = castTo(self, dtype ?? accumulatorType(self.dtype));
  return reduceAxes('sum', x, axesOf('sum', dim, x.ndim), keepdim);
}

/** The arithmetic mean, NaN of nothing. As torch.mean. Raises DTypeError for integers and bools. */
export function mean(
  self: Tensor,
  dim?: Dim,
  { keepdim = false, dtype = self.dtype }: ReduceOptions = {},
): Tensor {
  if (!isFloat(dtype))
    throw new DTypeError(`mean: needs floats, got ${dtype}; cast with float() or give { dtype: 'float32' }`);
  const x = castTo(self, dtype);
  const axes = axesOf('mean', dim, x.ndim);
  const total = reduceAxes('sum', x, axes, keepdim);
  return raw.div(total, literal(total, countOf(x, axes)));
}

/** The product; of integers and bools as int64. Its gradient holds with zeros among the factors too. As torch.prod. */
export function prod(self: Tensor, dim?: Dim, { keepdim = false, dtype }: ReduceOptions = {}): Tensor {
  const x = castTo(self, dtype ?? accumulatorType(self.dtype));
  return reduceAxes('prod', x, axesOf('prod', dim, x.ndim), keepdim);
}

/** The greatest element, NaN if there is one. Ties share the gradient evenly. As torch.amax. */
export function amax(self: Tensor, dim?: Dim, { keepdim = false }: KeepOptions = {}): Tensor {
  const axes = axesOf('amax', dim, self.ndim);
  checkNotEmpty('amax', self, axes);
  return reduceAxes('max', self, axes, keepdim);
}

/** The least element, NaN if there is one. Ties share the gradient evenly. As torch.amin. */
export function amin(self: Tensor, dim?: Dim, { keepdim = false }: KeepOptions = {}): Tensor {
  const axes = axesOf('amin', dim, self.ndim);
  checkNotEmpty('amin', self, axes);
  return reduceAxes('min', self, axes, keepdim);
}

/** Whether any element is true (not 0). As torch.any. */
export function any(self: Tensor, dim?: Dim, { keepdim = false }: KeepOptions = {}): Tensor {
  return truthReduction('any', 'max', self, dim, keepdim);
}

/** Whether all elements are true (not 0). As torch.all. */
export function all(self: Tensor, dim?: Dim, { keepdim = false }: KeepOptions = {}): Tensor {
  return truthReduction('all', 'min', self, dim, keepdim);
}

/** The result is bool, but uint8 for uint8: PyTorch's bool once. */
function truthReduction(
  op: string,
  kind: 'max' | 'min',
  self: Tensor,
  dim: Dim | undefined,
  keepdim: boolean,
): Tensor {
  const reduced = reduceAxes(kind, truth(self), axesOf(op, dim, self.ndim), keepdim);
  return self.dtype === 'uint8' ? castTo(reduced, 'uint8') : reduced;
}
