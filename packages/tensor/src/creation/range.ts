/** Evenly spaced numbers. */

import { ArgumentError, computeType, isFloat } from '@tenfold/ir';
import { source } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { tensor } from './from-data.ts';
import { finish, resolveOptions } from './options.ts';
import type { CreationOptions } from './options.ts';

/**
 * Numbers from `start` (0 unless given) up to but without `end`, `step` apart. As torch.arange: int64 when all three
 * are whole, else float32, unless a dtype is given. `arange(end)`, `arange(start, end)` and `arange(start, end, step)`,
 * each with options last.
 * @throws ArgumentError for a step of 0 or one that leads away from `end`.
 */
export function arange(end: number, options?: CreationOptions): Tensor;
export function arange(start: number, end: number, options?: CreationOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: CreationOptions): Tensor;
export function arange(...args: (number | CreationOptions | undefined)[]): Tensor {
  const numbers = args.filter((arg) => typeof arg === 'number');
  const options = args.find((arg) => typeof arg === 'object') ?? {};
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  const count = Math.ceil((end - start) / step);
  if (step === 0 || !Number.isFinite(count) || count < 0) {
    throw new ArgumentError(
      `arange: no steps of ${step} lead from ${start} to ${end}; expected finite numbers and a step towards the end`,
    );
  }
  const whole = [start, end, step].every(Number.isInteger);
  const { device, dtype } = resolveOptions(
    'arange',
    options,
    whole && !options.requiresGrad ? 'int64' : 'float32',
  );
  const shape = [count];
  const wide = computeType(dtype);
  const number = (value: number) => expandTo(numberTensor(device, value, wide), shape);
  let result = castTo(source(device, 'iota', { shape, axis: 0 }), wide);
  if (step !== 1) result = raw.mul(result, number(step));
  if (start !== 0) result = raw.add(result, number(start));
  return finish(castTo(result, dtype), options);
}

/**
 * `steps` numbers from `start` to `end`, both included, float32 unless a dtype is given. As torch.linspace: the second
 * half is counted from the end, so that both ends are exact.
 */
export function linspace(start: number, end: number, steps: number, options: CreationOptions = {}): Tensor {
  checkSteps('linspace', steps);
  const { device, dtype } = resolveOptions('linspace', options, 'float32');
  const shape = [steps];
  const wide = computeType(dtype);
  const number = (value: number) => expandTo(numberTensor(device, value, wide), shape);
  const step = number(steps > 1 ? (end - start) / (steps - 1) : 0);
  const position = source(device, 'iota', { shape, axis: 0 });
  const index = castTo(position, wide);
  const upwards = raw.add(number(start), raw.mul(step, index));
  const left = raw.sub(literal(index, steps - 1), index);
  const downwards = raw.sub(number(end), raw.mul(step, left));
  const inFirstHalf = raw.lt(position, literal(position, Math.max(Math.floor(steps / 2), 1)));
  return finish(castTo(raw.where(inFirstHalf, upwards, downwards), dtype), options);
}

export interface LogspaceOptions extends CreationOptions {
  /** What the exponents are of. Default 10. */
  readonly base?: number;
}

/**
 * `steps` numbers from `base^start` to `base^end` whose logarithms are evenly spaced. As torch.logspace. Whole numbers are
 * computed on the host in float64, which not every device has, and cut.
 */
export function logspace(
  start: number,
  end: number,
  steps: number,
  { base = 10, ...options }: LogspaceOptions = {},
): Tensor {
  checkSteps('logspace', steps);
  const { dtype, device } = resolveOptions('logspace', options, 'float32');
  if (!isFloat(dtype)) {
    const step = steps > 1 ? (end - start) / (steps - 1) : 0;
    const exponent = (i: number) => (2 * i < steps ? start + i * step : end - (steps - 1 - i) * step);
    const powers = Array.from({ length: steps }, (_, i) => Math.trunc(base ** exponent(i)));
    return tensor(powers, { ...options, dtype });
  }
  const wide = computeType(dtype);
  const exponents = linspace(start, end, steps, { dtype: wide, device: device.name });
  const powers = raw.pow(expandTo(numberTensor(device, base, wide), exponents.shape), exponents);
  return finish(castTo(powers, dtype), options);
}

function checkSteps(op: string, steps: number): void {
  if (Number.isInteger(steps) && steps >= 0) return;
  throw new ArgumentError(`${op}: steps is ${steps}, expected a whole number from 0`);
}
