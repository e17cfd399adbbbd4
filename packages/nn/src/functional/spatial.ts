/**
 * What operations over images have in common: the last `rank` axes are space (length; height and width; depth, height
 * and width), before them stand the channels and, unless it is left out, the batch.
 */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply } from '@tenfold/tensor/internal';

const SPACE = ['', 'L', 'H, W', 'D, H, W'] as const;

/** Raises ShapeError unless the input is `[N, C, ...space]` or `[C, ...space]`. */
export function requireSpatial(op: string, rank: number, input: Tensor): void {
  if (input.ndim === rank + 2 || input.ndim === rank + 1) return;
  throw new ShapeError(
    `${op}: the input has shape ${formatShape(input.shape)}, expected [N, C, ${SPACE[rank]}] or [C, ${SPACE[rank]}]`,
  );
}

/** Calls a function of batches with an input that may be a single example. */
export function asBatch(rank: number, input: Tensor, body: (batch: Tensor) => Tensor): Tensor {
  return input.ndim === rank + 1 ? body(input.unsqueeze(0)).squeeze(0) : body(input);
}

/** `value` around the last axes, as many as `before` and `after` list. */
export function padSpace(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  value: number,
): Tensor {
  if ([...before, ...after].every((n) => n === 0)) return x;
  const leading = x.shape.slice(0, x.ndim - before.length).map(() => 0);
  const attrs = {
    lo: [...leading, ...before],
    hi: [...leading, ...after],
    interior: x.shape.map(() => 0),
    value,
  };
  return apply('pad', [x], attrs); // prettier-ignore
}

/** `count` zeros between the neighbours along each of the last axes. */
export function spreadSpace(x: Tensor, count: readonly number[]): Tensor {
  if (count.every((n) => n === 0)) return x;
  const none = x.shape.map(() => 0);
  const interior = [...none.slice(count.length), ...count];
  return apply('pad', [x], { lo: none, hi: none, interior, value: 0 });
}

/** A box of the last axes. */
export function cropSpace(x: Tensor, start: readonly number[], size: readonly number[]): Tensor {
  const leading = x.shape.slice(0, x.ndim - size.length);
  const shape = [...leading, ...size];
  if (shape.every((n, axis) => n === x.shape[axis])) return x;
  return apply('slice', [x], { start: [...leading.map(() => 0), ...start], step: shape.map(() => 1), shape });
}
