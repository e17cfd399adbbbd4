/**
 * Medians and the most frequent elements. Axes are sorted for it; NaN sorts last.
 * https://pytorch.org/docs/stable/torch.html#reduction-ops
 */

import { normalizeAxis } from '@tenfold/ir';
import { apply, source } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { keepAxes } from './dims.ts';
import type { ValuesAndIndices } from './extremum.ts';
import { checkNotEmpty, reduceAxes } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';
import { sliceAxis } from './slice-axis.ts';

/** The median of all elements, the lower of two; NaN if there is one. Ties share the gradient. As torch.median. */
export function median(self: Tensor): Tensor;
/** The medians along one axis and where they stood. As torch.median. */
export function median(self: Tensor, dim: number, options?: KeepOptions): ValuesAndIndices;
export function median(self: Tensor, dim?: number, { keepdim = false }: KeepOptions = {}) {
  return dim === undefined ? medianOfAll('median', self) : medianAlong('median', self, dim, keepdim);
}

/** As `median`, of the elements that are not NaN. As torch.nanmedian. */
export function nanmedian(self: Tensor): Tensor;
/** As `median` along an axis, of the elements that are not NaN. As torch.nanmedian. */
export function nanmedian(self: Tensor, dim: number, options?: KeepOptions): ValuesAndIndices;
export function nanmedian(self: Tensor, dim?: number, { keepdim = false }: KeepOptions = {}) {
  return dim === undefined ? medianOfAll('nanmedian', self) : medianAlong('nanmedian', self, dim, keepdim);
}

/** The methods with two forms each. */
export interface MedianMethods {
  /** The median of all elements, the lower of two; NaN if there is one. Ties share the gradient. As torch.median. */
  median(): Tensor;
  /** The medians along one axis and where they stood. As torch.median. */
  median(dim: number, options?: KeepOptions): ValuesAndIndices;
  /** As `median`, of the elements that are not NaN. As torch.nanmedian. */
  nanmedian(): Tensor;
  /** As `median` along an axis, of the elements that are not NaN. As torch.nanmedian. */
  nanmedian(dim: number, options?: KeepOptions): ValuesAndIndices;
}

function medianOfAll(op: MedianOp, self: Tensor): Tensor {
  const flat = apply('reshape', [self], { shape: [self.numel] });
  if (self.numel === 0) return expandTo(literal(castTo(flat.sum(), self.dtype), NaN), []);
  return customGrad(
    [flat],
    () => medianAlong(op, flat, 0, false).values,
    (gradient, value) => {
      const wide = expandTo(value, flat.shape);
      const ties = raw.or(raw.eq(flat, wide), raw.and(raw.ne(flat, flat), raw.ne(wide, wide)));
      const count = reduceAxes('sum', castTo(ties, gradient.dtype), [0]);
      const share = expandTo(raw.div(gradient, count), flat.shape);
      return [raw.where(ties, share, literal(share, 0))];
    },
  );
}

type MedianOp = 'median' | 'nanmedian';

function medianAlong(op: MedianOp, self: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const axis = normalizeAxis(op, dim, self.ndim);
  if (self.ndim === 0) return { values: self, indices: castTo(literal(castTo(self, 'int32'), 0), 'int64') };
  checkNotEmpty(op, self, [axis]);
  const size = self.shape[axis];
  const middle = (size - 1) >> 1;
  const isRegular = raw.eq(self, self);
  let position: Tensor;
  if (op === 'median') {
    const order = apply('argsort', [self], { axis, descending: false, ranks: [middle, middle + 1] });
    const place = source(self.home, 'iota', { shape: self.shape, axis });
    const nan = reduceAxes('min', raw.where(isRegular, literal(place, size), place), [axis], true);
    position = raw.where(raw.lt(nan, literal(nan, size)), nan, sliceAxis(order, axis, middle, 1));
  } else {
    const order = apply('argsort', [self], { axis, descending: false });
    const regular = reduceAxes('sum', castTo(isRegular, 'int32'), [axis], true);
    const last = raw.max(raw.sub(regular, literal(regular, 1)), literal(regular, 0));
    position = apply('gather', [order, raw.idiv(last, literal(last, 2))], { axis });
  }
  const values = apply('gather', [self, position], { axis });
  return dropAxis({ values, indices: castTo(position, 'int64') }, axis, keepdim);
}

function dropAxis({ values, indices }: ValuesAndIndices, axis: number, keepdim: boolean): ValuesAndIndices {
  if (keepdim) return { values, indices };
  const shape = values.shape.filter((_, a) => a !== axis);
  const drop = (x: Tensor) => apply('reshape', [x], { shape });
  return { values: drop(values), indices: drop(indices) };
}

// --- the most frequent ----------------------------------------------------------------------------------------------

/** The most frequent element along `dim`, the least of several, and its last position. As torch.mode. */
export function mode(self: Tensor, dim = -1, { keepdim = false }: KeepOptions = {}): ValuesAndIndices {
  const axis = normalizeAxis('mode', dim, self.ndim);
  if (self.ndim === 0) return { values: self, indices: castTo(literal(castTo(self, 'int32'), 0), 'int64') };
  checkNotEmpty('mode', self, [axis]);
  const order = apply('argsort', [self], { axis, descending: false });
  const sorted = apply('gather', [apply('detach', [self], undefined), order], { axis });
  const place = source(self.home, 'iota', { shape: self.shape, axis });
  const before = previous(sorted, axis);
  const fresh = raw.or(raw.ne(sorted, before), raw.eq(place, literal(place, 0)));
  const start = apply('scan', [raw.where(fresh, place, literal(place, 0))], { kind: 'max', axis });
  // The end of the longest run of equals, the first such: how far each is into its run decides.
  const longest = apply('reduce', [raw.sub(place, start)], { kind: 'argmax', axes: [axis] });
  const position = apply('gather', [order, keepAxes(longest, self.shape, [axis])], { axis });
  const values = apply('gather', [self, position], { axis });
  return dropAxis({ values, indices: castTo(position, 'int64') }, axis, keepdim);
}

/** Each element's predecessor along an axis; the first one's does not matter. */
function previous(x: Tensor, axis: number): Tensor {
  const zeros = x.shape.map(() => 0);
  const lo = zeros.map((_, a) => (a === axis ? 1 : 0));
  const kept = sliceAxis(x, axis, 0, x.shape[axis] - 1);
  return apply('pad', [kept], { lo, hi: zeros, interior: zeros, value: 0 });
}
