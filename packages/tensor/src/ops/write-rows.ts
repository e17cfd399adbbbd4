/**
 * Writing slices of one axis to the positions that a vector holds, into a copy of `self`: what `indexSelect` reads.
 * Positions are int64 or int32, and those that are known on the host are checked.
 */

import { ArgumentError, DTypeError, ShapeError, formatShape, normalizeAxis, sameShape } from '@tenfold/ir';
import type { ScatterMode } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { castTo, expandTo, numberTensor } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { indexTensor } from './index-range.ts';
import { reduceInto } from './scatter-reduce.ts';
import type { ScatterReduceOptions, ScatterReduction } from './scatter-reduce.ts';
import { alignRows } from './select-rows.ts';

export interface IndexAddOptions {
  /** What the source is multiplied by. Default 1. */
  readonly alpha?: number;
}

/** What all of these need: at least one axis, and the positions for each element of a source. */
interface Target {
  readonly base: Tensor;
  readonly axis: number;
  readonly positions: Tensor;
}

/**
 * A copy of `self` with slice `i` of `source` times `alpha` added to slice `index[i]` of axis `dim`. The source has the
 * shape of `self` but for `dim`. As torch.index_add.
 * @throws IndexError for an index out of range; ShapeError when the shapes do not fit.
 */
export function indexAdd(
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  { alpha = 1 }: IndexAddOptions = {},
): Tensor {
  return composed(self, () => {
    const scaled =
      alpha === 1
        ? source
        : raw.mul(source, expandTo(numberTensor(self.home, alpha, source.dtype), source.shape));
    return writeRows('indexAdd', self.dtype === 'bool' ? 'max' : 'sum', self, dim, index, scaled);
  });
}

/** A copy of `self` in which slice `index[i]` of axis `dim` is slice `i` of `source`. As torch.index_copy. */
export function indexCopy(self: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return composed(self, () => writeRows('indexCopy', 'set', self, dim, index, source));
}

/**
 * A copy of `self` with `value`, a number or a tensor without axes, in the slices of axis `dim` at the positions in
 * `index`, of which negative ones count from the end. As torch.index_fill.
 */
export function indexFill(
  self: Tensor,
  dim: number,
  index: Tensor,
  value: Tensor | number | boolean,
): Tensor {
  if (value instanceof Tensor && value.ndim > 0) {
    throw new ShapeError(
      `indexFill: the value has shape ${formatShape(value.shape)}, expected one without axes; use indexCopy() for others`,
    );
  }
  return composed(self, () => {
    const { base, axis, positions } = targetOf('indexFill', self, dim, index, true);
    const one =
      value instanceof Tensor ? castTo(value, self.dtype) : numberTensor(self.home, value, self.dtype);
    const shape = base.shape.map((size, a) => (a === axis ? positions.numel : size));
    const inputs = [base, alignRows(positions, axis, shape), expandTo(one, shape)];
    return restored(self, apply('scatter', inputs, { axis, mode: 'set' }));
  });
}

/**
 * A copy of `self` with the slices of `source` reduced into the slices of axis `dim` at the positions in `index`.
 * As torch.index_reduce; see `scatterReduce` for the reductions and gradients.
 */
export function indexReduce(
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<ScatterReduction, 'sum'>,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  if (!['prod', 'mean', 'amax', 'amin'].includes(reduce)) {
    throw new ArgumentError(
      `indexReduce: unknown reduction '${String(reduce)}'; expected prod, mean, amax, amin, or indexAdd() for sums`,
    );
  }
  return composed(self, () => {
    const target = targetOf('indexReduce', self, dim, index);
    const src = sourceFor('indexReduce', target, source);
    const at = alignRows(target.positions, target.axis, src.shape);
    return restored(self, reduceInto(target.base, target.axis, at, src, reduce, includeSelf));
  });
}

function writeRows(
  op: string,
  mode: ScatterMode,
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
): Tensor {
  const target = targetOf(op, self, dim, index);
  const src = sourceFor(op, target, source);
  const at = alignRows(target.positions, target.axis, src.shape);
  return restored(self, apply('scatter', [target.base, at, src], { axis: target.axis, mode }));
}

function targetOf(op: string, self: Tensor, dim: number, index: Tensor, wrap = false): Target {
  commonDevice(op, [self, index]);
  if (index.ndim > 1) {
    throw new ShapeError(
      `${op}: the index has shape ${formatShape(index.shape)}, expected a vector; setIndex() takes others`,
    );
  }
  const axis = normalizeAxis(op, dim, self.ndim);
  const base = self.ndim === 0 ? apply('reshape', [self], { shape: [1] }) : self;
  return { base, axis, positions: indexTensor(op, index, base.shape[axis], wrap) };
}

function sourceFor(op: string, { base, axis, positions }: Target, source: Tensor): Tensor {
  commonDevice(op, [base, source]);
  if (source.dtype !== base.dtype) {
    throw new DTypeError(
      `${op}: the source is ${source.dtype}, the tensor ${base.dtype}; cast one with to()`,
    );
  }
  const shape = base.shape.map((size, a) => (a === axis ? positions.numel : size));
  if (source.ndim === 0 && sameShape(shape, [1])) return apply('reshape', [source], { shape });
  if (sameShape(source.shape, shape)) return source;
  throw new ShapeError(
    `${op}: the source has shape ${formatShape(source.shape)}, expected ${formatShape(shape)}: ${positions.numel} slices of axis ` +
      `${axis} of ${formatShape(base.shape)}`,
  );
}

function restored(self: Tensor, result: Tensor): Tensor {
  return self.ndim === 0 ? apply('reshape', [result], { shape: [] }) : result;
}
