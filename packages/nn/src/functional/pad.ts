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
  const start = Math.max(-before, 0);
  const kept = size - start - Math.max(-after, 0);
  const room = { reflect: size - 1, circular: kept, replicate: size > 0 ? Infinity : 0, constant: 0 }[mode];
  if (before > room || after > room || kept < 0) {
    throw new ShapeError(
      `pad: ${mode} padding of ${before} and ${after} does not fit axis ${axis} of shape ${formatShape(x.shape)}; ` +
        `expected ${room} at most`,
    );
  }
  const middle = range(x, axis, start, kept);
  // What wraps around is what is kept; the other modes look at the whole axis.
  const [first, last] = mode === 'circular' ? [start, start + kept - 1] : [0, size - 1];
  const pieces = [
    ...(before > 0 ? [beyond(x, axis, before, mode, first, last, true)] : []),
    middle,
    ...(after > 0 ? [beyond(x, axis, after, mode, first, last, false)] : []),
  ];
  return pieces.length === 1 ? middle : cat(pieces, axis);
}

/** The `count` elements that come before the element `first`, or after `last`. */
function beyond(
  x: Tensor,
  axis: number,
  count: number,
  mode: PadMode,
  first: number,
  last: number,
  isBefore: boolean,
): Tensor {
  if (mode === 'reflect') return flip(range(x, axis, isBefore ? first + 1 : last - count, count), axis);
  if (mode === 'circular') return range(x, axis, isBefore ? last + 1 - count : first, count);
  const edge = range(x, axis, isBefore ? first : last, 1);
  return expandTo(edge, x.shape.map((size, a) => (a === axis ? count : size))); // prettier-ignore
}

function range(x: Tensor, axis: number, start: number, count: number): Tensor {
  if (count === x.shape[axis]) return x;
  const along = (n: number, other: number) => x.shape.map((_, a) => (a === axis ? n : other));
  const shape = x.shape.map((size, a) => (a === axis ? count : size));
  return apply('slice', [x], { start: along(start, 0), step: along(1, 1), shape });
}
