/**
 * Indexing as in PyTorch: `x.index(0, '1:5', null, '...', rows)` is `x[0, 1:5, None, ..., rows]`, and
 * `x.setIndex([0, '1:5'], value)` is `x` after `x[0, 1:5] = value`.
 * https://numpy.org/doc/stable/user/basics.indexing.html
 */

import { BroadcastError, ShapeError, broadcastShapes, formatShape, sameShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { isMask, readItems } from './index-items.ts';
import type { IndexItem, Picker } from './index-items.ts';
import { hostBytes } from './index-range.ts';
import { maskOver, spreadRows, truePositions } from './mask-positions.ts';
import { fetchPicked, storePicked } from './picked-rows.ts';
import { embed } from './view-path.ts';

/**
 * Part of a tensor. Numbers take an axis away, slices shorten it, tensors of positions replace it by their own shape;
 * several of these broadcast together, and their axes come first unless they stand side by side, as in PyTorch. A mask
 * selects the elements where it is true; its values must be known on the host, because the shape depends on them.
 * @throws IndexError for too many places, positions out of range, or a mask that is not known yet.
 */
export function index(self: Tensor, ...items: readonly IndexItem[]): Tensor {
  const selection = readItems('index', self, items);
  return selection.picks.length === 0 ? selection.view : fetchPicked('index', selection);
}

/**
 * A copy of `self` in which the part that `index(...items)` names is `value`, a number or a tensor that broadcasts to it
 * and is cast. Gradients reach both. Where positions repeat, the last in row-major order stays. A mask alone need not be
 * known on the host; a value with a row for each true element is given out in order.
 * As PyTorch's `x[items] = value`, but for the copy; `x.setIndex_(items, value)` writes in place.
 * @throws IndexError as `index`; BroadcastError for a value that does not fit.
 */
export function setIndex(
  self: Tensor,
  items: IndexItem | readonly IndexItem[],
  value: Tensor | number | boolean,
): Tensor {
  const list: readonly IndexItem[] = isItems(items) ? items : [items];
  return composed(self, () => write('setIndex', self, list, value, false));
}

export interface IndexPutOptions {
  /** Add to what is there, instead of replacing it. Default false. */
  readonly accumulate?: boolean;
}

/**
 * As `setIndex` with `indices` that are tensors of positions or masks, one after the other. As torch.index_put.
 * @throws as `setIndex`.
 */
export function indexPut(
  self: Tensor,
  indices: readonly Tensor[],
  values: Tensor,
  { accumulate = false }: IndexPutOptions = {},
): Tensor {
  return composed(self, () => write('indexPut', self, indices, values, accumulate));
}

/** A list is a list of items. Positions as a list are an item among others: `[[0, 2]]`. */
function isItems(items: IndexItem | readonly IndexItem[]): items is readonly IndexItem[] {
  return Array.isArray(items);
}

function write(
  op: string,
  self: Tensor,
  items: readonly IndexItem[],
  value: Tensor | number | boolean,
  accumulate: boolean,
): Tensor {
  const given = valueFor(op, self, value);
  const selection = readItems(op, self, items);
  const { view, picks } = selection;
  if (picks.length === 0) {
    const fitted = fit(op, given, view.shape);
    return embed(self, view, accumulate ? sum(view, fitted) : fitted);
  }
  const written =
    picks.length === 1 && isMask(picks[0].at)
      ? storeMasked(op, view, picks[0], given, accumulate)
      : storePicked(op, selection, (shape) => fit(op, given, shape), mode(self, accumulate));
  return embed(self, view, written);
}

function mode({ dtype }: Tensor, accumulate: boolean) {
  if (!accumulate) return 'set';
  return dtype === 'bool' ? 'max' : 'sum';
}

function sum(a: Tensor, b: Tensor): Tensor {
  return a.dtype === 'bool' ? raw.or(a, b) : raw.add(a, b);
}

function valueFor(op: string, self: Tensor, value: Tensor | number | boolean): Tensor {
  if (!(value instanceof Tensor)) return numberTensor(self.home, value, self.dtype);
  commonDevice(op, [self, value]);
  return castTo(value, self.dtype);
}

/** A value brought to the shape of what it is written to. Leading axes of size 1 that are too many do not count. */
function fit(op: string, value: Tensor, shape: Shape): Tensor {
  const surplus = value.shape.slice(0, Math.max(value.ndim - shape.length, 0));
  const kept = value.shape.slice(surplus.length);
  const fits = surplus.every((size) => size === 1) && sameShape(broadcastOrSelf(op, kept, shape), shape);
  if (!fits) {
    throw new BroadcastError(
      `${op}: a value of shape ${formatShape(value.shape)} does not broadcast to ${formatShape(shape)}, the part it is written to; ` +
        `reshape or expand it`,
    );
  }
  return expandTo(surplus.length === 0 ? value : apply('reshape', [value], { shape: kept }), shape);
}

function broadcastOrSelf(op: string, value: Shape, shape: Shape): Shape {
  const fits = value.every((size, i) => size === 1 || size === shape[shape.length - value.length + i]);
  return fits ? broadcastShapes(op, value, shape) : value;
}

/** Writes where one mask is true. Its values are needed on the device only, so this is a choice, not a scatter. */
function storeMasked(
  op: string,
  view: Tensor,
  { axis, at: mask }: Picker,
  value: Tensor,
  accumulate: boolean,
): Tensor {
  const before = view.shape.slice(0, axis);
  const after = view.shape.slice(axis + mask.ndim);
  const count = rowsOf(op, value, mask, after.length);
  if (count === 0) return view;
  const rows = fit(op, value, [...before, count, ...after]);
  const spread =
    count === 1 ? expandTo(rows, [...before, mask.numel, ...after]) : spreadRows(rows, axis, mask);
  const placed = apply('reshape', [spread], { shape: view.shape });
  const condition = castTo(maskOver(mask, axis, view.shape), 'bool');
  if (!accumulate) return raw.where(condition, placed, view);
  return sum(view, raw.where(condition, placed, literal(placed, 0)));
}

/** How many rows a value has for the true elements of a mask. Raises ShapeError where it is known that they do not fit. */
function rowsOf(op: string, value: Tensor, mask: Tensor, after: number): number {
  const count = value.shape[value.ndim - after - 1] ?? 1;
  const bytes = count === 1 ? undefined : hostBytes(mask);
  const known = bytes ? truePositions(bytes).length : count;
  if (known === count) return count;
  throw new ShapeError(
    `${op}: a value of shape ${formatShape(value.shape)} has ${count} rows for a mask that is true ${known} times; expected 1 or ${known}`,
  );
}
