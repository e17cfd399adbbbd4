/** Fourier transforms along several axes: one after the other, the real side along the last axis named. */

import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Dim } from '../ops/dims.ts';
import type { Sign } from './dft.ts';
import { signalAxes } from './options.ts';
import type { FftOptions } from './options.ts';
import { complexAlong, fromReal, toReal } from './transforms.ts';

type Sizes = Dim | null;

/** `fft` along the axes `dim` (all unless given), each of the size in `s` where one is given. As torch.fft.fftn. */
export function fftn(input: Tensor, s?: Sizes, dim?: Sizes, options: FftOptions = {}): Tensor {
  return complexOver('fftn', input, s, dim, -1, options);
}

/** The inverse of `fftn`. As torch.fft.ifftn. */
export function ifftn(input: Tensor, s?: Sizes, dim?: Sizes, options: FftOptions = {}): Tensor {
  return complexOver('ifftn', input, s, dim, 1, options);
}

/** `rfft` along the last axis of `dim` (all unless given), then `fft` along the others. As torch.fft.rfftn. */
export function rfftn(input: Tensor, s?: Sizes, dim?: Sizes, options: FftOptions = {}): Tensor {
  return fromRealOver('rfftn', input, s, dim, false, options);
}

/** The inverse of `rfftn`; `s` says how many numbers there are along the last axis, even unless given. As torch.fft.irfftn. */
export function irfftn(input: Tensor, s?: Sizes, dim?: Sizes, options: FftOptions = {}): Tensor {
  return toRealOver('irfftn', input, s, dim, true, options);
}

/** `fft` along all axes of `dim` but the last, and `hfft` along that. As torch.fft.hfftn. */
export function hfftn(input: Tensor, s?: Sizes, dim?: Sizes, options: FftOptions = {}): Tensor {
  return toRealOver('hfftn', input, s, dim, false, options);
}

/** The inverse of `hfftn`. As torch.fft.ihfftn. */
export function ihfftn(input: Tensor, s?: Sizes, dim?: Sizes, options: FftOptions = {}): Tensor {
  return fromRealOver('ihfftn', input, s, dim, true, options);
}

/** `fftn` along the last two axes. As torch.fft.fft2. */
export function fft2(input: Tensor, s?: Sizes, dim: Dim = [-2, -1], options: FftOptions = {}): Tensor {
  return complexOver('fft2', input, s, dim, -1, options);
}

/** The inverse of `fft2`. As torch.fft.ifft2. */
export function ifft2(input: Tensor, s?: Sizes, dim: Dim = [-2, -1], options: FftOptions = {}): Tensor {
  return complexOver('ifft2', input, s, dim, 1, options);
}

/** `rfftn` along the last two axes. As torch.fft.rfft2. */
export function rfft2(input: Tensor, s?: Sizes, dim: Dim = [-2, -1], options: FftOptions = {}): Tensor {
  return fromRealOver('rfft2', input, s, dim, false, options);
}

/** The inverse of `rfft2`. As torch.fft.irfft2. */
export function irfft2(input: Tensor, s?: Sizes, dim: Dim = [-2, -1], options: FftOptions = {}): Tensor {
  return toRealOver('irfft2', input, s, dim, true, options);
}

/** `hfftn` along the last two axes. As torch.fft.hfft2. */
export function hfft2(input: Tensor, s?: Sizes, dim: Dim = [-2, -1], options: FftOptions = {}): Tensor {
  return toRealOver('hfft2', input, s, dim, false, options);
}

/** The inverse of `hfft2`. As torch.fft.ihfft2. */
export function ihfft2(input: Tensor, s?: Sizes, dim: Dim = [-2, -1], options: FftOptions = {}): Tensor {
  return fromRealOver('ihfft2', input, s, dim, true, options);
}

function complexOver(
  op: string,
  input: Tensor,
  s: Sizes | undefined,
  dim: Sizes | undefined,
  sign: Sign,
  { norm = null }: FftOptions,
): Tensor {
  return composed(input, () => {
    const { axes, sizes } = signalAxes(op, s, dim, Math.max(input.ndim - 1, 0));
    return axes.reduceRight((x, axis, i) => complexAlong(op, x, sizes[i], axis, norm, sign), input);
  });
}

function fromRealOver(
  op: string,
  input: Tensor,
  s: Sizes | undefined,
  dim: Sizes | undefined,
  inverse: boolean,
  { norm = null }: FftOptions,
): Tensor {
  return composed(input, () => {
    const { axes, sizes } = signalAxes(op, s, dim, input.ndim);
    const last = axes.length - 1;
    const half = fromReal(op, input, sizes[last], axes[last], norm, inverse);
    const others = axes.slice(0, last);
    return others.reduceRight(
      (x, axis, i) => complexAlong(op, x, sizes[i], axis, norm, inverse ? 1 : -1),
      half,
    );
  });
}

function toRealOver(
  op: string,
  input: Tensor,
  s: Sizes | undefined,
  dim: Sizes | undefined,
  inverse: boolean,
  { norm = null }: FftOptions,
): Tensor {
  return composed(input, () => {
    const { axes, sizes } = signalAxes(op, s, dim, Math.max(input.ndim - 1, 0));
    const last = axes.length - 1;
    const made = axes
      .slice(0, last)
      .reduce((x, axis, i) => complexAlong(op, x, sizes[i], axis, norm, inverse ? 1 : -1), input);
    return toReal(op, made, sizes[last], axes[last], norm, inverse);
  });
}
