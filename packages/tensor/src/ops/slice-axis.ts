/**
 * A range of one axis. A part of a tensor in memory along its first axis starts at a run-time position, so that
 * mini-batch after mini-batch is the same plan.
 */

import { ArgumentError, IndexError, formatShape, normalizeAxis } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply, scalar } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';

/** `x[start:end:step]` along an axis whose bounds are already within range. */
export function sliceAxis(self: Tensor, axis: number, start: number, length: number, step = 1): Tensor {
  if (start === 0 && step === 1 && length === self.shape[axis]) return self;
  const shape = self.shape.map((size, i) => (i === axis ? length : size));
  const steps = self.shape.map((_, i) => (i === axis ? step : 1));
  if (axis === 0 && length > 0 && isMemory(self)) {
    const offset = scalar(self.home, start, 'int32');
    return apply('slice', [self, offset], { start: shape.map(() => 0), step: steps, shape });
  }
  return apply('slice', [self], { start: shape.map((_, i) => (i === axis ? start : 0)), step: steps, shape });
}

/** Whether the tensor is data in memory that no gradient is wanted of, such as a data set. */
function isMemory(x: Tensor): boolean {
  return !x.requiresGrad && x.home.graph.ops[x.resolve()] === 'leaf';
}

/** Python's rules for the bounds of a slice. */
export function sliceBounds(
  op: string,
  size: number,
  start: number | undefined,
  end: number | undefined,
  step: number,
) {
  for (const bound of [start, end]) {
    if (bound !== undefined && Number.isNaN(bound))
      throw new ArgumentError(`${op}: a bound of the slice is NaN`);
  }
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError(
      `${op}: the step is ${step}, expected a whole number from 1; use flip() to go backwards`,
    );
  }
  const clip = (bound: number) => Math.trunc(Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size));
  const first = clip(start ?? 0);
  const length = Math.max(Math.ceil((clip(end ?? size) - first) / step), 0);
  return { first: length === 0 ? 0 : first, length };
}

/** Position `index` of an axis of `shape`, counted from its start. Raises IndexError when it does not exist. */
export function positionAt(op: string, shape: Shape, axis: number, index: number): number {
  const size = shape[axis];
  if (Number.isInteger(index) && index >= -size && index < size) return index < 0 ? index + size : index;
  throw new IndexError(
    `${op}: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}; expected ${-size} to ${size - 1}`,
  );
}

/** An axis that must exist. */
export function axisOf(op: string, self: Tensor, dim: number): number {
  if (self.ndim === 0)
    throw new IndexError(`${op}: a tensor without axes has no axis ${dim}; reshape(1) gives it one`);
  return normalizeAxis(op, dim, self.ndim);
}
