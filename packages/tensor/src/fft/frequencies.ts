/** The frequencies of a transform's results, and their order with 0 in the middle. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { leafOf, resolveOptions } from '../creation/options.ts';
import type { CreationOptions } from '../creation/options.ts';
import { encode } from '../data/typed-array.ts';
import { axesOf } from '../ops/dims.ts';
import type { Dim } from '../ops/dims.ts';
import { roll } from '../ops/turn.ts';

/** The frequencies that `fft` of `n` samples, `d` apart, gives: 0, 1, … and then negative ones, over n d. As torch.fft.fftfreq. */
export function fftfreq(n: number, d = 1, options: CreationOptions = {}): Tensor {
  const positive = Math.ceil(n / 2);
  return frequencies('fftfreq', n, n, d, options, (k) => (k < positive ? k : k - n));
}

/** The frequencies that `rfft` of `n` samples, `d` apart, gives. As torch.fft.rfftfreq. */
export function rfftfreq(n: number, d = 1, options: CreationOptions = {}): Tensor {
  return frequencies('rfftfreq', n, Math.floor(n / 2) + 1, d, options, (k) => k);
}

function frequencies(
  op: string,
  n: number,
  count: number,
  d: number,
  options: CreationOptions,
  at: (k: number) => number,
): Tensor {
  if (!Number.isInteger(n) || n < 1)
    throw new ArgumentError(`${op}: n is ${n}, expected a whole number from 1`);
  const { device, dtype } = resolveOptions(op, options, 'float32');
  const numbers = Float64Array.from({ length: count }, (_, k) => at(k) / (n * d));
  return leafOf(device, encode(numbers, dtype), [count], dtype, options.requiresGrad);
}

/** Elements moved so that those of frequency 0 stand in the middle of the axes `dim` (all unless given). As torch.fft.fftshift. */
export function fftshift(input: Tensor, dim?: Dim): Tensor {
  const axes = axesOf('fftshift', dim, input.ndim);
  return roll(
    input,
    axes.map((axis) => Math.floor(input.shape[axis] / 2)),
    axes,
  );
}

/** The inverse of `fftshift`. As torch.fft.ifftshift. */
export function ifftshift(input: Tensor, dim?: Dim): Tensor {
  const axes = axesOf('ifftshift', dim, input.ndim);
  return roll(
    input,
    axes.map((axis) => Math.ceil(input.shape[axis] / 2)),
    axes,
  );
}
