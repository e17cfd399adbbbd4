/** Padding, rolling and repeating. */

import { ArgumentError, ShapeError, formatShape, normalizeAxis, numel } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import { listOf } from './dims.ts';
import type { ShapeArgs } from './dims.ts';
import { cat } from './join.ts';
import { axisOf, sliceAxis } from './slice-axis.ts';

/**
 * Elements of `value` (0 unless given) around a tensor. `padding` lists pairs (before, after) from the last axis
 * backwards; negative ones cut off. As torch.nn.functional.pad in constant mode.
 */
export function pad(
  self: Tensor,
  padding: readonly number[],
  options: { readonly value?: number } = {},
): Tensor {
  if (padding.length % 2 !== 0 || padding.length > 2 * self.ndim || !padding.every(Number.isInteger)) {
    throw new ArgumentError(
      `pad: [${padding.join(', ')}] is not a padding of shape ${formatShape(self.shape)}; ` +
        `expected a pair of whole numbers for each of at most ${self.ndim} axes, from the last backwards`,
    );
  }
  const around = (axis: number, side: number) => padding[2 * (self.ndim - 1 - axis) + side] ?? 0;
  let result = self;
  self.shape.forEach((size, axis) => {
    const start = Math.max(-around(axis, 0), 0);
    const length = size - start - Math.max(-around(axis, 1), 0);
    if (length < 0)
      throw new ShapeError(
        `pad: padding [${padding.join(', ')}] cuts more than axis ${axis} of ${formatShape(self.shape)} has`,
      );
    result = sliceAxis(result, axis, start, length);
  });
  const lo = self.shape.map((_, axis) => Math.max(around(axis, 0), 0));
  const hi = self.shape.map((_, axis) => Math.max(around(axis, 1), 0));
  if ([...lo, ...hi].every((n) => n === 0)) return result;
  return apply('pad', [result], { lo, hi, interior: lo.map(() => 0), value: options.value ?? 0 });
}

/** Elements moved by `shifts` along `dims`, those that leave coming in at the other end. As torch.roll. */
export function roll(
  self: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
): Tensor {
  const amounts = typeof shifts === 'number' ? [shifts] : shifts;
  if (dims === undefined) {
    if (amounts.length !== 1) throw new ArgumentError('roll: several shifts need as many axes');
    const flat = rollAxis(apply('reshape', [self], { shape: [self.numel] }), 0, amounts[0]);
    return apply('reshape', [flat], { shape: self.shape });
  }
  const axes = typeof dims === 'number' ? [dims] : dims;
  if (axes.length !== amounts.length) {
    throw new ArgumentError(`roll: ${amounts.length} shifts for ${axes.length} axes, expected as many`);
  }
  return axes.reduce((x, dim, i) => rollAxis(x, axisOf('roll', x, dim), amounts[i]), self);
}

function rollAxis(x: Tensor, axis: number, shift: number): Tensor {
  const size = x.shape[axis];
  const start = size === 0 ? 0 : ((-shift % size) + size) % size;
  if (start === 0) return x;
  return cat([sliceAxis(x, axis, start, size - start), sliceAxis(x, axis, 0, start)], axis);
}

/** The tensor `repeats[i]` times after itself along each axis; new axes come first. As torch.Tensor.repeat. */
export function repeat(self: Tensor, ...repeats: ShapeArgs): Tensor {
  const counts = listOf(repeats);
  const missing = counts.length - self.ndim;
  if (missing < 0 || counts.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `repeat: counts ${formatShape(counts)} do not fit shape ${formatShape(self.shape)}; ` +
        `expected whole numbers for at least ${self.ndim} axes; tile() takes fewer`,
    );
  }
  const shape = [...new Array<number>(missing).fill(1), ...self.shape];
  const spaced = apply('reshape', [self], { shape: shape.flatMap((size) => [1, size]) });
  const repeated = expandTo(spaced, shape.flatMap((size, axis) => [counts[axis], size])); // prettier-ignore
  return apply('reshape', [repeated], { shape: shape.map((size, axis) => size * counts[axis]) });
}

/** As `repeat`, where missing counts are 1. As torch.tile. */
export function tile(self: Tensor, ...dims: ShapeArgs): Tensor {
  const counts = listOf(dims);
  return repeat(self, [...new Array<number>(Math.max(self.ndim - counts.length, 0)).fill(1), ...counts]);
}

/** Each element `repeats` times in a row along `dim`, or in the flattened tensor. As torch.repeat_interleave. */
export function repeatInterleave(self: Tensor, repeats: number, dim?: number): Tensor {
  if (!Number.isInteger(repeats) || repeats < 0)
    throw new ArgumentError(`repeatInterleave: repeats is ${repeats}, expected a whole number from 0`);
  if (dim === undefined) {
    const column = apply('reshape', [self], { shape: [self.numel, 1] });
    return apply('reshape', [expandTo(column, [self.numel, repeats])], { shape: [self.numel * repeats] });
  }
  const axis = normalizeAxis('repeatInterleave', dim, self.ndim);
  const { shape } = self;
  const inner = numel(shape.slice(axis + 1));
  const outer = numel(shape.slice(0, axis + 1));
  const spread = expandTo(apply('reshape', [self], { shape: [outer, 1, inner] }), [outer, repeats, inner]);
  return apply('reshape', [spread], { shape: shape.map((size, a) => (a === axis ? size * repeats : size)) });
}
