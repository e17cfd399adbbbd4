/**
 * Fourier transforms along one axis, as torch.fft has them. Complex numbers are a trailing axis of 2, which `dim` does
 * not count: the last axis of a complex signal of shape [batch, n, 2] is n. `complex(x)` makes complex numbers of real
 * ones; for those `rfft` does half the work.
 */

import { ArgumentError, DTypeError, computeType, isFloat } from '@tenfold/ir';
import { castTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { movedim } from '../ops/axes.ts';
import { asFloat } from '../ops/numeric.ts';
import { checkComplex, conjugate } from './complex.ts';
import { dft, scaleBy } from './dft.ts';
import type { Sign } from './dft.ts';
import { resized, scaleOf, signalAxis } from './options.ts';
import type { FftOptions, Norm } from './options.ts';
import { inverseRealDft, realDft } from './real-dft.ts';

/** The transform of complex numbers: `[..., n, 2] -> [..., n, 2]`. As torch.fft.fft. */
export function fft(input: Tensor, n?: number | null, dim = -1, options: FftOptions = {}): Tensor {
  const { norm = null } = options;
  return composed(input, () => complexAlong('fft', input, n, dim, norm, -1));
}

/** The inverse of `fft`. As torch.fft.ifft. */
export function ifft(input: Tensor, n?: number | null, dim = -1, options: FftOptions = {}): Tensor {
  const { norm = null } = options;
  return composed(input, () => complexAlong('ifft', input, n, dim, norm, 1));
}

/** The first half of the transform of real numbers: `[..., n] -> [..., n/2 + 1, 2]`. As torch.fft.rfft. */
export function rfft(input: Tensor, n?: number | null, dim = -1, options: FftOptions = {}): Tensor {
  const { norm = null } = options;
  return composed(input, () => fromReal('rfft', input, n, dim, norm, false));
}

/** The inverse of `rfft`, of `n` real numbers; an even number unless given. As torch.fft.irfft. */
export function irfft(input: Tensor, n?: number | null, dim = -1, options: FftOptions = {}): Tensor {
  const { norm = null } = options;
  return composed(input, () => toReal('irfft', input, n, dim, norm, true));
}

/** The transform of a signal that is its mirror's conjugate, given by its first half: real. As torch.fft.hfft. */
export function hfft(input: Tensor, n?: number | null, dim = -1, options: FftOptions = {}): Tensor {
  const { norm = null } = options;
  return composed(input, () => toReal('hfft', input, n, dim, norm, false));
}

/** The inverse of `hfft`: `[..., n] -> [..., n/2 + 1, 2]`. As torch.fft.ihfft. */
export function ihfft(input: Tensor, n?: number | null, dim = -1, options: FftOptions = {}): Tensor {
  const { norm = null } = options;
  return composed(input, () => fromReal('ihfft', input, n, dim, norm, true));
}

export function complexAlong(
  op: string,
  input: Tensor,
  n: number | null | undefined,
  dim: number,
  norm: Norm | null,
  sign: Sign,
): Tensor {
  return inComputeType(op, checkComplex(op, input), (x) => {
    const axis = signalAxis(op, dim, x.ndim - 1);
    const signal = resized(op, x, axis, n ?? x.shape[axis]);
    return scaleBy(dft(signal, axis, sign), scaleOf(op, norm, signal.shape[axis], sign === 1));
  });
}

/** Real numbers to half of their transform, or of the inverse one. */
export function fromReal(
  op: string,
  input: Tensor,
  n: number | null | undefined,
  dim: number,
  norm: Norm | null,
  inverse: boolean,
): Tensor {
  return inComputeType(op, asFloat(input), (x) => {
    const axis = signalAxis(op, dim, x.ndim);
    const signal = movedim(resized(op, x, axis, n ?? x.shape[axis]), axis, -1);
    const half = scaleBy(realDft(signal), scaleOf(op, norm, signal.shape[x.ndim - 1], inverse));
    return movedim(inverse ? conjugate(half) : half, x.ndim - 1, axis);
  });
}

/** Half of a transform, or of a signal that is its mirror's conjugate, to real numbers. */
export function toReal(
  op: string,
  input: Tensor,
  n: number | null | undefined,
  dim: number,
  norm: Norm | null,
  inverse: boolean,
): Tensor {
  return inComputeType(op, checkComplex(op, input), (x) => {
    const axis = signalAxis(op, dim, x.ndim - 1);
    const length = n ?? 2 * (x.shape[axis] - 1);
    if (length < 1) {
      throw new ArgumentError(
        `${op}: a transform to ${length} real numbers; give n, which is 2 (${x.shape[axis]} - 1) unless given`,
      );
    }
    const signal = movedim(resized(op, x, axis, Math.floor(length / 2) + 1), axis, -2);
    const made = inverseRealDft(inverse ? signal : conjugate(signal), length);
    return movedim(scaleBy(made, scaleOf(op, norm, length, inverse)), -1, axis);
  });
}

/** Half floats are transformed in float32. */
function inComputeType(op: string, x: Tensor, body: (x: Tensor) => Tensor): Tensor {
  if (!isFloat(x.dtype)) throw new DTypeError(`${op}: expected float or integer numbers, got ${x.dtype}`);
  return castTo(body(castTo(x, computeType(x.dtype))), x.dtype);
}
