/**
 * Padding by a constant, by the elements mirrored at the edge, by the edge itself, or by what comes in at the other
 * side. All of it is movement: slices, flips and repetitions one after another, so that gradients are movement too.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { cat, flip, pad as constantPad } from '@tenfold/tensor/base';
import { apply, composed, expandTo } from '@tenfold/tensor/internal';
import { requireOneOf } from './checks.ts';

/** `'reflect'` leaves the edge itself out. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

export interface PadOptions {
  /** Default `'constant'`. */
  readonly mode?: PadMode;
  /** What constant padding consists of. Default 0. */
  readonly value?: number | null;
}

const MODES: readonly PadMode[] = ['constant', 'reflect', 'replicate', 'circular'];

/**
 * Elements around a tensor: `pad` lists pairs (before, after) from the last axis backwards; negative ones cut off. Modes
 * but for `'constant'` pad the last one, two or three axes of a tensor with one or two more. As torch.nn.functional.pad.
 * @throws ShapeError where `'reflect'` or `'circular'` padding asks for more than there is to take it from.
 */
export function pad(
  input: Tensor,
  pad: readonly number[],
  { mode = 'constant', value = 0 }: PadOptions = {},
): Tensor {
  requireOneOf('pad', 'mode', mode, MODES);
  if (mode === 'constant') return constantPad(input, pad, { value: value ?? 0 });
  const rank = pad.length / 2;
  const fits = Number.isInteger(rank) && rank >= 1 && rank <= 3 && pad.every(Number.isInteger);
  if (!fits || (input.ndim !== rank + 1 && input.ndim !== rank + 2)) {
    throw new ArgumentError(
      `pad: [${pad.join(', ')}] is no ${mode} padding of shape ${formatShape(input.shape)}; expected whole numbers, ` +
        'a pair for each of the last one to three axes, before which there are one or two more',
    );
  }
  return composed(input, () => {
    let result = input;
    for (let i = 0; i < rank; i++) {
      result = padAxis(result, input.ndim - 1 - i, pad[2 * i], pad[2 * i + 1], mode);
    }
    return result;
  });
}

function padAxis(x: Tensor, axis: number, before: number, after: number, mode: PadMode): Tensor {
  const size = x.shape[axis];
  const room = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : size > 0 ? Infinity : 0;
  const kept = size - Math.max(-before, 0) - Math.max(-after, 0);
  if (before > room || after > room || kept < 0) {
    throw new ShapeError(
      `pad: ${mode} padding of ${before} and ${after} does not fit axis ${axis} of shape ${formatShape(x.shape)}; ` +
        `expected ${room} at most`,
    );
  }
  const middle = range(x, axis, Math.max(-before, 0), kept);
  const pieces = [
    ...(before > 0 ? [pieceBefore(x, axis, before, mode)] : []),
    middle,
    ...(after > 0 ? [pieceAfter(x, axis, after, mode)] : []),
  ];
  return pieces.length === 1 ? middle : cat(pieces, axis);
}

function pieceBefore(x: Tensor, axis: number, count: number, mode: PadMode): Tensor {
  if (mode === 'reflect') return flip(range(x, axis, 1, count), axis);
  if (mode === 'circular') return range(x, axis, x.shape[axis] - count, count);
  return repeated(range(x, axis, 0, 1), axis, count);
}

function pieceAfter(x: Tensor, axis: number, count: number, mode: PadMode): Tensor {
  const size = x.shape[axis];
  if (mode === 'reflect') return flip(range(x, axis, size - 1 - count, count), axis);
  if (mode === 'circular') return range(x, axis, 0, count);
  return repeated(range(x, axis, size - 1, 1), axis, count);
}

function range(x: Tensor, axis: number, start: number, count: number): Tensor {
  if (count === x.shape[axis]) return x;
  const along = (n: number, other: number) => x.shape.map((_, a) => (a === axis ? n : other));
  const shape = x.shape.map((size, a) => (a === axis ? count : size));
  return apply('slice', [x], { start: along(start, 0), step: along(1, 1), shape });
}

function repeated(x: Tensor, axis: number, count: number): Tensor {
  return expandTo(x, x.shape.map((size, a) => (a === axis ? count : size))); // prettier-ignore
}
