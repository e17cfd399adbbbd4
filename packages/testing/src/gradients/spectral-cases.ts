/** Gradient checks of Fourier transforms: each way of computing one, and the functions over them. */

import * as T from '@tenfold/tensor';
import * as fft from '@tenfold/tensor/fft';
import type { GradientCase } from './case.ts';

function along(name: string, shape: readonly number[], fn: (x: T.Tensor) => T.Tensor): GradientCase {
  return { name, shapes: [shape], fn: (x) => fn(x), smooth: true };
}

export const SPECTRAL_CASES: readonly GradientCase[] = [
  along('fft', [2, 6, 2], (x) => fft.fft(x)),
  along('ifft along the first axis, cut off', [5, 2, 2], (x) => fft.ifft(x, 4, 0, { norm: 'ortho' })),
  along('rfft', [2, 7], (x) => fft.rfft(x)),
  along('irfft', [2, 4, 2], (x) => fft.irfft(x)),
  along('irfft of an odd number', [2, 4, 2], (x) => fft.irfft(x, 7)),
  along('hfft', [4, 2], (x) => fft.hfft(x)),
  along('ihfft', [6], (x) => fft.ihfft(x)),
  along('fft2', [3, 4, 2], (x) => fft.fft2(x)),
  along('rfftn', [2, 3, 4], (x) => fft.rfftn(x)),
  along('irfftn', [3, 3, 2], (x) => fft.irfftn(x, [3, 5])),
  along('fft of two factors', [66, 2], (x) => fft.fft(x)),
  along('rfft of two factors', [66], (x) => fft.rfft(x)),
  along('irfft of two factors', [34, 2], (x) => fft.irfft(x)),
  along('complex, conj and imag', [2, 3], (x) => T.conj(T.complex(x, T.imag(T.complex(x, x.square()))))),
  along('polar', [2, 3], (x) => T.polar(x, x.square())),
  {
    name: 'stft',
    shapes: [[2, 12], [4]],
    fn: (x, window) => T.stft(x, 4, { window }),
    smooth: true,
  },
  {
    name: 'istft',
    shapes: [[3, 4, 2]],
    fn: (x) => T.istft(x, 4, { hopLength: 2 }),
    smooth: true,
  },
];
