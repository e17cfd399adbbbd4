/** `tenfold/fft`: Fourier transforms; the same as `fft` of `tenfold`. */

export * from '@tenfold/tensor/fft';
