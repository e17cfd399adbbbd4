/**
 * Indexing as in PyTorch: `x.index(0, '1:5', null, '...', rows)` is `x[0, 1:5, None, ..., rows]`.
 * https://numpy.org/doc/stable/user/basics.indexing.html
 */

import { ArgumentError, IndexError, broadcastShapes, formatShape, numel } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes } from '../data/typed-array.ts';
import { hostBytes, indexTensor } from './index-range.ts';
import { selectRows } from './select-rows.ts';
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
 * axis, `'...'` for all axes not named, or positions as a list or a tensor of integers. A bool tensor is a mask.
 */
export type IndexItem = number | SliceRange | string | null | readonly number[] | Tensor;

/** A tensor of positions that takes the place of an axis. */
interface Fancy {
  readonly axis: number;
  readonly index: Tensor;
}

/**
 * Part of a tensor. Numbers take an axis away, slices shorten it, tensors of positions replace it by their own shape;
 * several of these broadcast together, and their axes come first unless they stand side by side, as in PyTorch. A mask
 * selects the elements where it is true; its values must be known on the host, because the shape depends on them.
 * @throws IndexError for too many places, positions out of range, or a mask that is not known yet.
 */
export function index(self: Tensor, ...items: readonly IndexItem[]): Tensor {
  let result = self;
  let axis = 0;
  /** The axis of `self` that the next item is for. */
  let from = 0;
  const fancy: Fancy[] = [];
  /** Sizes of the masks' axes, by the positions that took their place. */
  const masked = new Map<Tensor, number>();
  const expanded = items.flatMap((item): readonly IndexItem[] =>
    isMask(item) ? maskPositions(self, item, masked) : [item],
  );
  for (const item of complete(self, expanded)) {
    if (item === null) {
      result = unsqueeze(result, axis++);
      continue;
    }
    if (typeof item === 'number') {
      result = select(result, axis, positionAt('index', self.shape, from, item));
    } else if (item instanceof Tensor) {
      checkMaskSize(self, masked.get(item), result.shape[axis]);
      fancy.push({ axis: axis++, index: item });
    } else {
      const { start, end, step = 1 } = item;
      const { first, length } = sliceBounds('index', result.shape[axis], start, end, step);
      result = sliceAxis(result, axis++, first, length, step);
    }
    from++;
  }
  return fancy.length === 0 ? result : fetch(result, fancy);
}

/** All items but text and lists, for all axes: the ellipsis, or the end, stands for the axes not named. */
function complete(self: Tensor, items: readonly IndexItem[]): (number | null | SliceRange | Tensor)[] {
  const named = items.filter((item) => item !== null && item !== '...').length;
  const ellipses = items.filter((item) => item === '...').length;
  if (named > self.ndim || ellipses > 1) {
    throw new IndexError(
      ellipses > 1
        ? `index: '...' stands for all axes not named, and can be there once only`
        : `index: ${named} places for a tensor of shape ${formatShape(self.shape)} with ${self.ndim} axes`,
    );
  }
  const rest = new Array<SliceRange>(self.ndim - named).fill({});
  const all = ellipses === 0 ? [...items, '...'] : items;
  return all.flatMap((item) => (item === '...' ? rest : [parse(self, item)]));
}

function parse(self: Tensor, item: IndexItem): number | null | SliceRange | Tensor {
  if (typeof item === 'string') return parseSlice(item);
  if (item === null || typeof item === 'number' || item instanceof Tensor) return item;
  return isList(item) ? leafOf(self.home, asBytes(Int32Array.from(item)), [item.length], 'int32') : item;
}

function isList(item: SliceRange | readonly number[]): item is readonly number[] {
  return Array.isArray(item);
}

function parseSlice(text: string): SliceRange {
  const parts = text.split(':').map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => !/^-?\d*$/.test(part) || part === '-')) {
    throw new ArgumentError(
      `index: '${text}' is not a slice; expected 'start:end' or 'start:end:step', or '...'`,
    );
  }
  const [start, end, step] = parts.map((part) => (part === '' ? undefined : Number(part)));
  return { start, end, step };
}

function isMask(item: IndexItem): item is Tensor {
  return item instanceof Tensor && item.dtype === 'bool';
}

/** A mask as the positions where it is true, one vector an axis of it. */
function maskPositions(self: Tensor, mask: Tensor, sizes: Map<Tensor, number>): Tensor[] {
  const bytes = hostBytes(mask);
  if (!bytes) {
    throw new IndexError(
      `index: the values of the mask of shape ${formatShape(mask.shape)} are not known yet, so neither is the shape of the ` +
        `result; use where() or maskedFill(), or await maskedSelect(x, mask)`,
    );
  }
  return positionsOf(bytes, mask.shape).map((positions, axis) => {
    const vector = leafOf(self.home, asBytes(positions), [positions.length], 'int32');
    sizes.set(vector, mask.shape[axis]);
    return vector;
  });
}

function checkMaskSize(self: Tensor, maskSize: number | undefined, size: number): void {
  if (maskSize === undefined || maskSize === size) return;
  throw new IndexError(
    `index: a mask with an axis of size ${maskSize} stands at an axis of size ${size} of shape ${formatShape(self.shape)}`,
  );
}

/** Where a mask is true: for each axis the coordinates, in row-major order. */
export function positionsOf(mask: Uint8Array, shape: Shape): Int32Array<ArrayBuffer>[] {
  const flat: number[] = [];
  mask.forEach((value, i) => {
    if (value !== 0) flat.push(i);
  });
  return shape.map((size, axis) => {
    const stride = numel(shape.slice(axis + 1));
    return Int32Array.from(flat, (i) => Math.floor(i / stride) % size);
  });
}

/** Replaces the axes of `fancy` by their broadcast shape: they are merged into one, at linear positions. */
function fetch(x: Tensor, fancy: readonly Fancy[]): Tensor {
  const shape = fancy.map(({ index: i }) => i.shape).reduce((a, b) => broadcastShapes('index', a, b));
  const axes = fancy.map(({ axis }) => axis);
  const sideBySide = axes.every((axis, i) => i === 0 || axis === axes[i - 1] + 1);
  const first = sideBySide ? axes[0] : 0;
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others.slice(0, first), ...axes, ...others.slice(first)];
  const moved = sideBySide ? x : apply('permute', [x], { axes: order });
  const before = moved.shape.slice(0, first);
  const sizes = moved.shape.slice(first, first + axes.length);
  const after = moved.shape.slice(first + axes.length);
  const merged = apply('reshape', [moved], { shape: [...before, numel(sizes), ...after] });
  const positions = linearPositions(fancy, sizes, shape);
  const rows = selectRows(merged, first, apply('reshape', [positions], { shape: [numel(shape)] }));
  return apply('reshape', [rows], { shape: [...before, ...shape, ...after] });
}

function linearPositions(fancy: readonly Fancy[], sizes: Shape, shape: Shape): Tensor {
  const scaled = fancy.map(({ index: i }, k) => {
    const position = expandTo(indexTensor('index', i, sizes[k], true), shape);
    const stride = numel(sizes.slice(k + 1));
    return stride === 1 ? position : raw.mul(position, literal(position, stride));
  });
  return scaled.reduce((a, b) => raw.add(a, b));
}
