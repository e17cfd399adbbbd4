/**
 * Sampling images at any places, in two or three dimensions: for each place, the elements around it are fetched at
 * once and summed with weights. Along each axis there are one, two or four elements; those of several axes combine.
 */

import { ArgumentError, ShapeError, computeType, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { floor, logicalAnd, logicalOr, remainder, round, select, where } from '@tenfold/tensor/base';
import { apply, castTo, composed, constant, expandTo, source } from '@tenfold/tensor/internal';
import { requireFloat, requireOneOf, requireSameDType } from './checks.ts';

export type GridPaddingMode = 'zeros' | 'border' | 'reflection';

export interface GridSampleOptions {
  /** `'bilinear'` is trilinear for volumes, which have no `'bicubic'`. Default `'bilinear'`. */
  readonly mode?: 'bilinear' | 'nearest' | 'bicubic';
  /** What is outside: zeros, the edge, or the image mirrored. Default `'zeros'`. */
  readonly paddingMode?: GridPaddingMode;
  /** Whether -1 and 1 are the centres of the outermost elements, or their outer edges. Default false. */
  readonly alignCorners?: boolean | null;
}

/** The elements to fetch along one axis and their weights, `[N, places, taps]`. */
interface Taps {
  readonly positions: Tensor;
  readonly weights: Tensor;
}

/**
 * The values of `[N, C, H, W]` or `[N, C, D, H, W]` at the places in `grid`, `[N, ...out, 2 or 3]`: x first, from -1 to
 * 1. As torch.nn.functional.grid_sample. Both have gradients.
 * @throws ShapeError when the grid does not fit the input.
 */
export function gridSample(
  input: Tensor,
  grid: Tensor,
  { mode = 'bilinear', paddingMode = 'zeros', alignCorners = false }: GridSampleOptions = {},
): Tensor {
  requireOneOf('gridSample', 'mode', mode, ['bilinear', 'nearest', 'bicubic']);
  requireOneOf('gridSample', 'paddingMode', paddingMode, ['zeros', 'border', 'reflection']);
  checkGrid(input, grid);
  const rank = input.ndim - 2;
  if (mode === 'bicubic' && rank !== 2) {
    throw new ArgumentError(`gridSample: mode 'bicubic' is for images, got ${formatShape(input.shape)}`);
  }
  return composed(input, () => {
    const [batch, channels, ...lengths] = input.shape;
    const out = grid.shape.slice(1, -1);
    const compute = computeType(input.dtype);
    const places = castTo(grid, compute).flatten(1, rank);
    const taps = lengths.map((length, i) => {
      const axis: Axis = { length, paddingMode, alignCorners: alignCorners ?? false };
      const at = unnormalized(select(places, 2, rank - 1 - i), axis);
      if (mode === 'bicubic') return cubicTaps(at, axis);
      return mode === 'nearest' ? nearestTaps(inside(at, axis), axis) : linearTaps(inside(at, axis), axis);
    });
    const { positions, weights } = combined(taps, lengths);
    const count = positions.shape[1] * positions.shape[2];
    const flat = castTo(input.flatten(2), compute);
    const index = expandTo(positions.reshape([batch, 1, count]), [batch, channels, count]);
    const elements = apply('gather', [flat, index], { axis: 2 });
    const products = elements.reshape([batch, channels, ...positions.shape.slice(1)]).mul(weights.unsqueeze(1));
    return castTo(products.sum(3), input.dtype).reshape([batch, channels, ...out]);
  });
} // prettier-ignore

function checkGrid(input: Tensor, grid: Tensor): void {
  requireFloat('gridSample', 'input', input);
  requireSameDType('gridSample', ['input', input], ['grid', grid]);
  const rank = input.ndim - 2;
  const fits = grid.ndim === input.ndim && grid.shape[0] === input.shape[0] && grid.shape[rank + 1] === rank;
  if ((rank === 2 || rank === 3) && fits && input.shape.slice(2).every((length) => length > 0)) return;
  throw new ShapeError(
    `gridSample: the input has shape ${formatShape(input.shape)}, the grid ${formatShape(grid.shape)}; expected ` +
      '[N, C, H, W] and [N, H, W, 2], or [N, C, D, H, W] and [N, D, H, W, 3], with something to sample from',
  );
}

interface Axis {
  readonly length: number;
  readonly paddingMode: GridPaddingMode;
  readonly alignCorners: boolean;
}

/** From [-1, 1] to elements. */
function unnormalized(x: Tensor, { length, alignCorners }: Axis): Tensor {
  const number = (value: number) => constant(x.home, value, x.dtype);
  const shifted = x.add(number(1));
  if (alignCorners) return shifted.mul(number((length - 1) / 2));
  return shifted.mul(number(length)).sub(number(1)).mul(number(0.5));
}

/** Places outside brought inside, as the mode says; for zeros they stay. */
function inside(x: Tensor, { length, paddingMode, alignCorners }: Axis): Tensor {
  if (paddingMode === 'zeros') return x;
  if (paddingMode === 'border') return clipped(x, length);
  const mirrored = alignCorners ? reflected(x, 0, length - 1) : reflected(x, -0.5, length);
  return clipped(mirrored, length);
}

/** Kept within the axis; where it is clipped there is no gradient, not at the ends either. */
function clipped(x: Tensor, length: number): Tensor {
  const low = constant(x.home, 0, x.dtype);
  const high = constant(x.home, length - 1, x.dtype);
  return where(logicalAnd(x.gt(low), x.lt(high)), x, where(x.ge(high), high, low));
}

/** Thrown back at `low` and `low + span` until it lies between. */
function reflected(x: Tensor, low: number, span: number): Tensor {
  if (span === 0) return x.mul(constant(x.home, 0, x.dtype));
  const [start, width] = [low, span].map((value) => constant(x.home, value, x.dtype));
  const distance = x.sub(start).abs();
  const turns = floor(distance.detach().div(width));
  const rest = distance.sub(turns.mul(width));
  const isOdd = remainder(turns, 2).eq(1);
  return where(isOdd, width.sub(rest), rest).add(start);
}

/** Elements at `first + 0, 1, …`, as many as there are taps, `[N, places, taps]`, as floats. */
function stepped(first: Tensor, taps: number): { steps: Tensor; positions: Tensor } {
  const shape = [...first.shape, taps];
  const steps = castTo(source(first.home, 'iota', { shape, axis: 2 }), first.dtype);
  return { steps, positions: expandTo(first.unsqueeze(-1), shape).add(steps) };
}

/** What lies outside counts nothing. */
function within(positions: Tensor, weights: Tensor, { length }: Axis): Taps {
  const [low, high] = [0, length - 1].map((value) => constant(positions.home, value, positions.dtype));
  const isInside = logicalAnd(positions.ge(low), positions.le(high));
  const kept = where(isInside, positions, low);
  return { positions: castTo(kept, 'int32'), weights: where(isInside, weights, constant(weights.home, 0, weights.dtype)) };
} // prettier-ignore

function nearestTaps(x: Tensor, axis: Axis): Taps {
  const positions = round(x).unsqueeze(-1);
  return within(positions, expandTo(constant(x.home, 1, x.dtype), positions.shape), axis);
}

function linearTaps(x: Tensor, axis: Axis): Taps {
  const below = floor(x.detach());
  const { steps, positions } = stepped(below, 2);
  const share = expandTo(x.sub(below).unsqueeze(-1), positions.shape);
  const one = constant(x.home, 1, x.dtype);
  return within(positions, where(steps.eq(one), share, one.sub(share)), axis);
}

/** Cubic convolution with slope -0.75, of the elements at distances 1 + t, t, 1 - t, 2 - t; each is brought inside by itself. */
function cubicTaps(x: Tensor, axis: Axis): Taps {
  const number = (value: number) => constant(x.home, value, x.dtype);
  const below = floor(x.detach());
  const { steps, positions } = stepped(below.sub(number(1)), 4);
  const offset = expandTo(x.sub(below).unsqueeze(-1), positions.shape).sub(steps.sub(number(1)));
  const distance = where(steps.lt(number(2)), offset, offset.neg());
  const a = number(-0.75);
  const near = distance.mul(number(1.25)).sub(number(2.25)).mul(distance).mul(distance).add(number(1));
  const far = distance.sub(number(5)).mul(distance).add(number(8)).mul(distance).sub(number(4)).mul(a);
  const isNear = logicalOr(steps.eq(number(1)), steps.eq(number(2)));
  return within(inside(positions, axis), where(isNear, near, far), axis);
} // prettier-ignore

/** All combinations of the taps of several axes: flat positions, and products of weights. */
function combined(taps: readonly Taps[], lengths: readonly number[]): Taps {
  return taps.reduce((outer, inner, i) => {
    const [batch, places, more] = outer.positions.shape;
    const across = (x: Tensor) => x.unsqueeze(3);
    const down = (x: Tensor) => x.unsqueeze(2);
    const join = (x: Tensor) => x.reshape([batch, places, more * inner.positions.shape[2]]);
    const rows = across(outer.positions).mul(constant(outer.positions.home, lengths[i], 'int32'));
    return {
      positions: join(rows.add(down(inner.positions))),
      weights: join(across(outer.weights).mul(down(inner.weights))),
    };
  });
}
