/** Window functions for spectra and filters: computed on the host in double precision. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { encode } from '../data/typed-array.ts';
import { leafOf, resolveOptions } from './options.ts';
import type { CreationOptions } from './options.ts';

/** Half a period of a squared sine. As torch.hann_window; `periodic` leaves the last of one more element out. */
export function hannWindow(windowLength: number, periodic = true, options: CreationOptions = {}): Tensor {
  return cosines('hannWindow', windowLength, periodic, [0.5, 0.5], options);
}

/** `alpha - beta cos`. As torch.hamming_window. */
export function hammingWindow(
  windowLength: number,
  periodic = true,
  alpha = 0.54,
  beta = 0.46,
  options: CreationOptions = {},
): Tensor {
  return cosines('hammingWindow', windowLength, periodic, [alpha, beta], options);
}

/** `0.42 - 0.5 cos + 0.08 cos 2`. As torch.blackman_window. */
export function blackmanWindow(windowLength: number, periodic = true, options: CreationOptions = {}): Tensor {
  return cosines('blackmanWindow', windowLength, periodic, [0.42, 0.5, 0.08], options);
}

/** A triangle. As torch.bartlett_window. */
export function bartlettWindow(windowLength: number, periodic = true, options: CreationOptions = {}): Tensor {
  return window('bartlettWindow', windowLength, periodic, (place) => 1 - Math.abs(2 * place - 1), options);
}

/** Kaiser's window, `I0(beta sqrt(1 - t²)) / I0(beta)` for t from -1 to 1. As torch.kaiser_window. */
export function kaiserWindow(
  windowLength: number,
  periodic = true,
  beta = 12,
  options: CreationOptions = {},
): Tensor {
  const at = (place: number) => {
    const t = 2 * place - 1;
    return bessel0(beta * Math.sqrt(Math.max(1 - t * t, 0))) / bessel0(beta);
  };
  return window('kaiserWindow', windowLength, periodic, at, options);
}

/** `a0 - a1 cos(2π t) + a2 cos(4π t) - …`. */
function cosines(
  op: string,
  length: number,
  periodic: boolean,
  coefficients: readonly number[],
  options: CreationOptions,
): Tensor {
  const at = (place: number) =>
    coefficients.reduce((sum, a, i) => sum + (i % 2 === 0 ? a : -a) * Math.cos(2 * Math.PI * i * place), 0);
  return window(op, length, periodic, at, options);
}

/** Numbers `at` places from 0 to 1. */
function window(
  op: string,
  length: number,
  periodic: boolean,
  at: (place: number) => number,
  options: CreationOptions,
): Tensor {
  if (!Number.isInteger(length) || length < 0)
    throw new ArgumentError(`${op}: windowLength is ${length}, expected a whole number from 0`);
  const { device, dtype } = resolveOptions(op, options, 'float32');
  const last = periodic ? length : length - 1;
  const numbers = Float64Array.from({ length }, (_, i) => (length === 1 ? 1 : at(i / last)));
  return leafOf(device, encode(numbers, dtype), [length], dtype, options.requiresGrad);
}

/** The modified Bessel function of order 0, by its series, all of whose terms are positive. */
function bessel0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
