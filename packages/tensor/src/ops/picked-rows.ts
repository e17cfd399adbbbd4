/**
 * Elements at several tensors of positions at once, NumPy's advanced indexing: the axes they stand at are merged into
 * one, of which they name linear positions. What is fetched that way is written that way too.
 * https://numpy.org/doc/stable/user/basics.indexing.html#advanced-indexing
 */

import { IndexError, broadcastShapes, formatShape, numel } from '@tenfold/ir';
import type { ScatterMode, Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes } from '../data/typed-array.ts';
import { isMask } from './index-items.ts';
import type { Picker, Selection } from './index-items.ts';
import { hostBytes, indexTensor } from './index-range.ts';
import { coordinatesOf, truePositions } from './mask-positions.ts';
import { alignRows, selectRows } from './select-rows.ts';

/** How the axes of a view are arranged so that those picked from stand together, and what is picked there. */
interface Arrangement {
  /** The axes of the view in the new order. */
  readonly order: readonly number[];
  readonly before: Shape;
  readonly after: Shape;
  /** The shape that takes the place of the axes picked from. */
  readonly shape: Shape;
  /** Linear positions, a vector. */
  readonly positions: Tensor;
}

/** The elements picked: the picks' broadcast shape in place of their axes, in front where those stand apart. */
export function fetchPicked(op: string, { view, picks }: Selection): Tensor {
  const plan = arrange(op, view, picks);
  const rows = selectRows(merged(view, plan), plan.before.length, plan.positions);
  return apply('reshape', [rows], { shape: shapeOf(plan) });
}

/** A copy of the view with `fit(shape)` written at the elements picked, where `shape` is that of what was picked. */
export function storePicked(
  op: string,
  { view, picks }: Selection,
  fit: (shape: Shape) => Tensor,
  mode: ScatterMode,
): Tensor {
  const plan = arrange(op, view, picks);
  const base = merged(view, plan);
  const axis = plan.before.length;
  const shape = [...plan.before, plan.positions.numel, ...plan.after];
  const rows = apply('reshape', [fit(shapeOf(plan))], { shape });
  const index = alignRows(plan.positions, axis, shape);
  const written = apply('scatter', [base, index, rows], { axis, mode });
  const split = apply('reshape', [written], { shape: plan.order.map((a) => view.shape[a]) });
  return apply('permute', [split], { axes: plan.order.map((_, a) => plan.order.indexOf(a)) });
}

function shapeOf({ before, shape, after }: Arrangement): Shape {
  return [...before, ...shape, ...after];
}

function merged(view: Tensor, { order, before, after }: Arrangement): Tensor {
  const moved = order.every((axis, i) => axis === i) ? view : apply('permute', [view], { axes: order });
  const size = numel(moved.shape.slice(before.length, moved.ndim - after.length));
  return apply('reshape', [moved], { shape: [...before, size, ...after] });
}

function arrange(op: string, view: Tensor, picks: readonly Picker[]): Arrangement {
  const integers = picks.flatMap((pick) => (isMask(pick.at) ? asPositions(op, pick) : [pick]));
  const shape = integers.map(({ at }) => at.shape).reduce((a, b) => broadcastShapes(op, a, b));
  const axes = integers.map(({ axis }) => axis);
  const others = view.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  // A position without axes takes its axis away as a number does, and never separates others.
  const places = integers
    .filter(({ at }) => at.ndim > 0)
    .map(({ axis }) => others.filter((other) => other < axis).length);
  const first = places.every((place) => place === places[0]) ? (places[0] ?? 0) : 0;
  const size = (axis: number) => view.shape[axis];
  const positions = linearPositions(op, integers, axes.map(size), shape);
  return {
    order: [...others.slice(0, first), ...axes, ...others.slice(first)],
    before: others.slice(0, first).map(size),
    after: others.slice(first).map(size),
    shape,
    positions: apply('reshape', [positions], { shape: [numel(shape)] }),
  };
}

/** A mask as the positions where it is true, one vector an axis of it. */
function asPositions(op: string, { axis, at: mask }: Picker): Picker[] {
  const bytes = hostBytes(mask);
  if (!bytes) {
    throw new IndexError(
      `${op}: the values of the mask of shape ${formatShape(mask.shape)} are not known yet, so neither is the shape of the ` +
        `result; use where() or maskedFill(), or await maskedSelect(x, mask)`,
    );
  }
  return coordinatesOf(truePositions(bytes), mask.shape).map((positions, i) => ({
    axis: axis + i,
    at: leafOf(mask.home, asBytes(positions), [positions.length], 'int32'),
  }));
}

function linearPositions(op: string, picks: readonly Picker[], sizes: Shape, shape: Shape): Tensor {
  const scaled = picks.map(({ at }, k) => {
    const position = expandTo(indexTensor(op, at, sizes[k], true), shape);
    const stride = numel(sizes.slice(k + 1));
    return stride === 1 ? position : raw.mul(position, literal(position, stride));
  });
  return scaled.reduce((a, b) => raw.add(a, b));
}
