/**
 * The short-time Fourier transform and its inverse: transforms of overlapping windows of a signal. Overlapping parts are
 * added up as one contraction.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply, constant } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from '../ops/join.ts';
import { along } from '../ops/labels.ts';
import { asFloat } from '../ops/numeric.ts';
import { pad } from '../ops/pad.ts';
import { select } from '../ops/slice.ts';
import { sliceAxis } from '../ops/slice-axis.ts';
import { movedim } from '../ops/axes.ts';
import { unfold } from '../ops/unfold.ts';
import { checkComplex, complex } from './complex.ts';
import { scaleBy } from './dft.ts';
import { fft, ifft, irfft, rfft } from './transforms.ts';

interface FrameOptions {
  /** From one window to the next; a quarter of `nFft` unless given. */
  readonly hopLength?: number;
  /** Length of the window, which stands in the middle of `nFft` elements; `nFft` unless given. */
  readonly winLength?: number;
  /** `[winLength]`; ones unless given. */
  readonly window?: Tensor;
  /** Whether windows stand around their places, the signal being continued at its ends. Default true. */
  readonly center?: boolean;
  /** Whether results are divided by the root of `nFft`. Default false. */
  readonly normalized?: boolean;
  /** Whether only the first half of each transform is there, which says all of a real signal. Default true. */
  readonly onesided?: boolean;
}

export interface StftOptions extends FrameOptions {
  /** How the signal goes on where `center` needs it. Default 'reflect'. */
  readonly padMode?: 'reflect' | 'constant' | 'replicate' | 'circular';
}

export interface IstftOptions extends FrameOptions {
  /** Length of the signal; as much as the windows cover unless given. */
  readonly length?: number;
  /** Whether the result is complex. Default false. */
  readonly returnComplex?: boolean;
}

/**
 * Transforms of windows of a real signal: `[..., length] -> [..., frequencies, windows, 2]`. As torch.stft with
 * return_complex, complex numbers being a trailing axis of 2.
 */
export function stft(self: Tensor, nFft: number, options: StftOptions = {}): Tensor {
  const { center = true, padMode = 'reflect', normalized = false, onesided = true } = options;
  const { hop, window } = framesOf('stft', self, nFft, options);
  if (self.ndim !== 1 && self.ndim !== 2) {
    throw new ShapeError(
      `stft: expected a signal of shape [length] or [batch, length], got ${formatShape(self.shape)}`,
    );
  }
  return composed(self, () => {
    const x = asFloat(self);
    const signal = center ? continued(x, Math.floor(nFft / 2), padMode) : x;
    const length = signal.shape[signal.ndim - 1];
    if (length < nFft) {
      throw new ArgumentError(`stft: windows of ${nFft} do not fit into a signal of ${length}`);
    }
    const windows = unfold(signal, -1, nFft, hop);
    const frames = window ? raw.mul(windows, expandTo(window, windows.shape)) : windows;
    const made = onesided ? rfft(frames) : fft(complex(frames));
    return movedim(scaleBy(made, normalized ? 1 / Math.sqrt(nFft) : 1), -3, -2);
  });
}

/**
 * The signal of which `stft` makes the transforms `self`, `[..., frequencies, windows, 2] -> [..., length]`: their inverses
 * added up, and divided by the sum of squared windows. As torch.istft; where that sum is 0 the result is no number.
 */
export function istft(self: Tensor, nFft: number, options: IstftOptions = {}): Tensor {
  const { center = true, normalized = false, length, returnComplex = false } = options;
  const spectrum = checkComplex('istft', self);
  const rows = self.shape[self.ndim - 3];
  const { onesided = rows !== nFft } = options;
  const { hop, window } = framesOf('istft', self, nFft, options);
  const expected = onesided ? Math.floor(nFft / 2) + 1 : nFft;
  if ((self.ndim !== 3 && self.ndim !== 4) || rows !== expected) {
    throw new ShapeError(
      `istft: expected [${expected}, windows, 2] or [batch, ${expected}, windows, 2], got ${formatShape(self.shape)}`,
    );
  }
  if (returnComplex && onesided)
    throw new ArgumentError('istft: half of a transform is that of a real signal; give onesided: false');
  return composed(self, () => {
    const frames = movedim(scaleBy(spectrum, normalized ? Math.sqrt(nFft) : 1), -3, -2);
    const parts = returnComplex
      ? ((z) => [select(z, -1, 0), select(z, -1, 1)])(ifft(frames))
      : [irfft(sliceAxis(frames, frames.ndim - 2, 0, Math.floor(nFft / 2) + 1), nFft)];
    const signals = parts.map((part) => withoutWindows(part, hop, window));
    const start = center ? Math.floor(nFft / 2) : 0;
    const total = signals[0].shape.at(-1) ?? 0;
    const end = length === undefined ? total - start : start + length;
    const cut = signals.map((signal) => {
      const kept = sliceAxis(signal, signal.ndim - 1, start, Math.max(Math.min(end, total) - start, 0));
      return end > total ? pad(kept, [0, end - total]) : kept;
    });
    return returnComplex ? complex(cut[0], cut[1]) : cut[0];
  });
}

/** What both directions make of their options. */
function framesOf(
  op: string,
  x: Tensor,
  nFft: number,
  { hopLength, winLength = nFft, window }: FrameOptions,
): { hop: number; window: Tensor | undefined } {
  const hop = hopLength ?? Math.floor(nFft / 4);
  const whole = [nFft, hop, winLength].every((n) => Number.isInteger(n) && n > 0);
  if (!whole || winLength > nFft) {
    throw new ArgumentError(
      `${op}: nFft is ${nFft}, hopLength ${hop}, winLength ${winLength}; expected whole numbers from 1, winLength at most nFft`,
    );
  }
  if (window && (window.ndim !== 1 || window.numel !== winLength)) {
    throw new ShapeError(`${op}: the window has shape ${formatShape(window.shape)}, expected [${winLength}]`);
  }
  if (!window && winLength === nFft) return { hop, window };
  const ones = onesOf(asFloat(x), [winLength]);
  const left = Math.floor((nFft - winLength) / 2);
  return { hop, window: pad(window ?? ones, [left, nFft - winLength - left]) };
}

/** A signal with `amount` elements more at each end. */
function continued(x: Tensor, amount: number, mode: StftOptions['padMode']): Tensor {
  const axis = x.ndim - 1;
  const n = x.shape[axis];
  if (amount === 0) return x;
  const fits = mode === 'reflect' ? amount < n : mode === 'circular' ? amount <= n : n > 0;
  if (!fits) {
    throw new ArgumentError(
      `stft: a signal of ${n} elements cannot be continued by ${amount} in mode '${mode}'; give padMode: 'constant' or a smaller nFft`,
    );
  }
  const turned = (start: number) => apply('flip', [sliceAxis(x, axis, start, amount)], { axes: [axis] });
  const repeated = (at: number) => expandTo(sliceAxis(x, axis, at, 1), [...x.shape.slice(0, -1), amount]);
  switch (mode) {
    case 'reflect':
      return cat([turned(1), x, turned(n - 1 - amount)], axis);
    case 'circular':
      return cat([sliceAxis(x, axis, n - amount, amount), x, sliceAxis(x, axis, 0, amount)], axis);
    case 'replicate':
      return cat([repeated(0), x, repeated(n - 1)], axis);
    case 'constant':
      return pad(x, [amount, amount]);
    default:
      throw new ArgumentError(
        `stft: padMode is '${String(mode)}', expected 'reflect', 'constant', 'replicate' or 'circular'`,
      );
  }
}

/** Windows `[..., windows, nFft]` added up where they stood, over the sum of squares of what they were multiplied by. */
function withoutWindows(frames: Tensor, hop: number, window: Tensor | undefined): Tensor {
  const weighted = window ? raw.mul(frames, expandTo(window, frames.shape)) : frames;
  const shape = frames.shape.slice(-2);
  const squares = window ? expandTo(raw.mul(window, window), shape) : onesOf(frames, shape);
  const [sum, weight] = [weighted, squares].map((x) => overlapped(x, hop));
  return raw.div(sum, expandTo(weight, sum.shape));
}

/** Element q·hop + r of the sum is Σ_i x[q - i, i·hop + r]. */
function overlapped(x: Tensor, hop: number): Tensor {
  const [windows, size] = x.shape.slice(-2);
  const batch = x.shape.slice(0, -2);
  const pieces = Math.ceil(size / hop);
  const [q, r, i] = [0, 1, 2].map((label) => batch.length + label);
  const extents = [...batch, windows + pieces - 1, hop, pieces];
  const ones = onesOf(x, [pieces]);
  const sum = apply('contract', [x, ones], {
    extents,
    a: [
      ...batch.map((_, label) => along(label)),
      { terms: [{ label: q, coefficient: 1 }, { label: i, coefficient: -1 }], offset: 0 },
      { terms: [{ label: r, coefficient: 1 }, { label: i, coefficient: hop }], offset: 0 },
    ],
    b: [along(i)],
    out: [...batch.map((_, label) => label), q, r],
  }); // prettier-ignore
  const flat = apply('reshape', [sum], { shape: [...batch, (windows + pieces - 1) * hop] });
  return sliceAxis(flat, batch.length, 0, (windows - 1) * hop + size);
}

function onesOf({ home, dtype }: Tensor, shape: Shape): Tensor {
  return expandTo(constant(home, 1, dtype), shape);
}
