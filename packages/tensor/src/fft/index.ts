/**
 * `@tenfold/tensor/fft`: Fourier transforms, as torch.fft. Complex numbers are a trailing axis of 2 of a float tensor;
 * `complex(x)` makes them of real ones.
 */

export type { FftOptions, Norm } from './options.ts';
export * from './frequencies.ts';
export * from './n-dimensional.ts';
export { fft, hfft, ifft, ihfft, irfft, rfft } from './transforms.ts';
