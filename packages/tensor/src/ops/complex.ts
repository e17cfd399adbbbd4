/**
 * More of complex numbers, which are a trailing axis of 2 (real, imaginary) of a float tensor. There is no complex dtype,
 * so what changes between the two in PyTorch changes nothing here.
 */

import type { Tensor } from '../core/tensor.ts';
import { composed } from '../core/cut.ts';
import { checkComplex, imag, real } from '../fft/complex.ts';
import { atan2 } from './trigonometric.ts';

/** The angles of complex numbers with the positive real axis, in `[-π, π]`. As torch.angle. */
export function angle(input: Tensor): Tensor {
  return composed(input, () => atan2(imag(input), real(input)));
}

/** Complex numbers as they are: real and imaginary parts along the last axis. As torch.view_as_real. */
export function viewAsReal(input: Tensor): Tensor {
  return checkComplex('viewAsReal', input);
}

/** A tensor that ends in an axis of 2, as complex numbers: itself. As torch.view_as_complex. Raises ShapeError for others. */
export function viewAsComplex(input: Tensor): Tensor {
  return checkComplex('viewAsComplex', input);
}
