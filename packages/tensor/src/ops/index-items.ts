/**
 * Reading an index such as `[0, '1:5', null, '...', rows]`: what moves (positions, slices, new axes) is done at once and
 * gives a view; what picks (tensors of positions, masks) is left for the caller to fetch or to write.
 */

import { ArgumentError, DTypeError, IndexError, formatShape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes } from '../data/typed-array.ts';
import { hostBytes } from './index-range.ts';
import { select } from './slice.ts';
import { positionAt, sliceAxis, sliceBounds } from './slice-axis.ts';
import { unsqueeze } from './shape.ts';

/** `start:end:step` of one axis; absent bounds are the axis' own. */
export interface SliceRange {
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/**
 * One place of an index: a position, a slice (an object, or text such as `'1:5'`, `':'`, `'::2'`), `null` for a new
 * axis, `'...'` for all axes not named, or positions as a list or a tensor of integers. A bool tensor is a mask over as
 * many axes as it has; `true` and `false` are masks over none.
 */
export type IndexItem = number | boolean | SliceRange | string | null | readonly number[] | Tensor;

/** A tensor of positions that takes the place of an axis of a view, or a mask that takes that of its own axes. */
export interface Picker {
  readonly axis: number;
  readonly at: Tensor;
}

export interface Selection {
  readonly view: Tensor;
  readonly picks: readonly Picker[];
}

type Place = number | null | SliceRange | Tensor;

export function isMask({ dtype }: Tensor): boolean {
  return dtype === 'bool' || dtype === 'uint8';
}

/** Does what an index does by moving alone, and says what is left to pick from the result. */
export function readItems(op: string, self: Tensor, items: readonly IndexItem[]): Selection {
  let view = self;
  let axis = 0;
  /** The axis of `self` that the next item is for. */
  let from = 0;
  const picks: Picker[] = [];
  for (const item of complete(op, self, items)) {
    if (item === null) {
      view = unsqueeze(view, axis++);
    } else if (typeof item === 'number') {
      view = select(view, axis, positionAt(op, self.shape, from++, item));
    } else if (!(item instanceof Tensor)) {
      const { start, end, step = 1 } = item;
      const { first, length } = sliceBounds(op, view.shape[axis], start, end, step);
      view = sliceAxis(view, axis++, first, length, step);
      from++;
    } else if (!isMask(item)) {
      picks.push({ axis: axis++, at: item });
      from++;
    } else if (item.ndim === 0) {
      view = unsqueeze(view, axis);
      picks.push({ axis: axis++, at: asVector(item) });
    } else {
      checkMask(op, self, item, from);
      picks.push({ axis, at: item });
      axis += item.ndim;
      from += item.ndim;
    }
  }
  return { view, picks };
}

/** How many axes of the tensor an item is for. */
function axesNamed(item: IndexItem): number {
  if (item === null || item === '...' || typeof item === 'boolean') return 0;
  return item instanceof Tensor && isMask(item) ? item.ndim : 1;
}

/** All items but text and lists, for all axes: the ellipsis, or the end, stands for the axes not named. */
function complete(op: string, self: Tensor, items: readonly IndexItem[]): Place[] {
  const named = items.reduce((sum: number, item) => sum + axesNamed(item), 0);
  const ellipses = items.filter((item) => item === '...').length;
  if (named > self.ndim || ellipses > 1) {
    throw new IndexError(
      ellipses > 1
        ? `${op}: '...' stands for all axes not named, and can be there once only`
        : `${op}: ${named} places for a tensor of shape ${formatShape(self.shape)} with ${self.ndim} axes`,
    );
  }
  const rest = new Array<SliceRange>(self.ndim - named).fill({});
  const all = ellipses === 0 ? [...items, '...'] : items;
  return all.flatMap((item) => (item === '...' ? rest : [parse(op, self, item)]));
}

function parse(op: string, self: Tensor, item: IndexItem): Place {
  if (typeof item === 'string') return parseSlice(op, item);
  if (typeof item === 'boolean') return leafOf(self.home, Uint8Array.of(Number(item)), [], 'bool');
  if (item === null || typeof item === 'number') return item;
  if (item instanceof Tensor) return asIndex(op, item);
  return isList(item) ? leafOf(self.home, asBytes(Int32Array.from(item)), [item.length], 'int32') : item;
}

/** A mask without axes as one of size 1, still known on the host if it was. */
function asVector(mask: Tensor): Tensor {
  const bytes = hostBytes(mask);
  return bytes ? leafOf(mask.home, bytes, [1], mask.dtype) : apply('reshape', [mask], { shape: [1] });
}

function asIndex(op: string, item: Tensor): Tensor {
  if (isMask(item) || item.dtype === 'int64' || item.dtype === 'int32') return item;
  if (item.dtype === 'int8') return castTo(item, 'int32');
  throw new DTypeError(`${op}: the index is ${item.dtype}, expected int64, int32 or bool; cast with long()`);
}

function isList(item: SliceRange | readonly number[]): item is readonly number[] {
  return Array.isArray(item);
}

function parseSlice(op: string, text: string): SliceRange {
  const parts = text.split(':').map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => !/^-?\d*$/.test(part) || part === '-')) {
    throw new ArgumentError(
      `${op}: '${text}' is not a slice; expected 'start:end' or 'start:end:step', or '...'`,
    );
  }
  const [start, end, step] = parts.map((part) => (part === '' ? undefined : Number(part)));
  return { start, end, step };
}

function checkMask(op: string, self: Tensor, mask: Tensor, from: number): void {
  const axis = mask.shape.findIndex((size, i) => size !== self.shape[from + i]);
  if (axis < 0) return;
  throw new IndexError(
    `${op}: a mask with an axis of size ${mask.shape[axis]} stands at an axis of size ${self.shape[from + axis]} of shape ` +
      formatShape(self.shape),
  );
}
