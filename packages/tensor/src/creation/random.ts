/**
 * Random tensors. Each call draws the next tensor of a generator's sequence; the numbers are equal on every backend
 * (normal ones up to the last bits of its log and cos).
 * https://pytorch.org/docs/stable/torch.html#random-sampling
 */

import { ArgumentError, DTypeError, computeType, isFloat } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { lowBits, randomBits, uniform } from '../random/bits.ts';
import { defaultGenerator } from '../random/generator.ts';
import type { Generator } from '../random/generator.ts';
import { checkShape, finish, like, resolveOptions, sizeAndOptions } from './options.ts';
import type { CreationOptions, SizesAndOptions } from './options.ts';

export interface RandomOptions extends CreationOptions {
  /** Where the numbers come from; the one that `manualSeed` sets when absent. */
  readonly generator?: Generator;
}

/** Uniform numbers from 0 up to but without 1; float32 unless another float dtype is given. As torch.rand. */
export function rand(size: Shape | number, options?: RandomOptions): Tensor;
export function rand(...sizes: SizesAndOptions<RandomOptions>): Tensor;
export function rand(...args: (Shape | number | RandomOptions | undefined)[]): Tensor {
  const [size, options] = sizeAndOptions<RandomOptions>(args);
  const { device, dtype } = floatOptions('rand', options);
  return finish(uniform(device, checkShape('rand', size), dtype, generatorOf(options)), options);
}

/** Normal numbers of mean 0 and variance 1; float32 unless another float dtype is given. As torch.randn. */
export function randn(size: Shape | number, options?: RandomOptions): Tensor;
export function randn(...sizes: SizesAndOptions<RandomOptions>): Tensor;
export function randn(...args: (Shape | number | RandomOptions | undefined)[]): Tensor {
  const [size, options] = sizeAndOptions<RandomOptions>(args);
  const { device, dtype } = floatOptions('randn', options);
  return finish(normal(device, checkShape('randn', size), dtype, generatorOf(options)), options);
}

/** Box and Muller: the radius from one uniform number, taken from (0, 1] so that its logarithm exists, the angle from another. */
function normal(device: Device, shape: Shape, dtype: DType, generator: Generator): Tensor {
  const wide = computeType(dtype);
  const first = uniform(device, shape, wide, generator);
  const second = uniform(device, shape, wide, generator);
  const positive = raw.sub(literal(first, 1), first);
  const squared = raw.mul(raw.log(positive), literal(first, -2));
  const angle = raw.mul(second, literal(second, 2 * Math.PI));
  const radius = raw.sqrt(squared);
  return castTo(raw.mul(radius, raw.cos(angle)), dtype);
}

/**
 * Whole numbers from `low` (0 unless given) up to but without `high`, int64 unless a dtype is given. As torch.randint. They are the
 * remainders of 31 random bits: a range of n prefers some numbers by less than n / 2^31.
 * @throws ArgumentError unless 1 <= high - low <= 2^31 - 1.
 */
export function randint(high: number, size: Shape | number, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: Shape | number, options?: RandomOptions): Tensor;
export function randint(
  first: number,
  second: Shape | number,
  third: Shape | number | RandomOptions = {},
  options: RandomOptions = {},
): Tensor {
  if (!isSize(third)) return integers(0, first, second, third);
  return integers(first, Number(second), third, options);
}

function isSize(arg: Shape | number | RandomOptions): arg is Shape | number {
  return typeof arg === 'number' || Array.isArray(arg);
}

function integers(low: number, high: number, size: Shape | number, options: RandomOptions): Tensor {
  const { device, dtype } = resolveOptions('randint', options, options.requiresGrad ? 'float32' : 'int64');
  const range = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range < 1 || range >= 2 ** 31) {
    throw new ArgumentError(
      `randint: expected whole numbers with 1 <= high - low < 2^31, got low ${low} and high ${high}`,
    );
  }
  const sizes = checkShape('randint', size);
  const bits = lowBits(randomBits(device, sizes, generatorOf(options)), 31, 'int32');
  const remainder = castTo(raw.mod(bits, expandTo(numberTensor(device, range, 'int32'), sizes)), dtype);
  const start = expandTo(numberTensor(device, low, dtype), sizes);
  return finish(raw.add(remainder, start), options);
}

/**
 * The numbers from 0 up to but without `n` in random order, int64 unless a dtype is given. As torch.randperm. They are
 * ordered by 32 random bits each; of two equal ones the smaller comes first, which for n in the millions favours the
 * natural order of a few pairs.
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const { device, dtype } = resolveOptions('randperm', options, options.requiresGrad ? 'float32' : 'int64');
  const bits = randomBits(device, checkShape('randperm', n), generatorOf(options));
  return finish(castTo(apply('argsort', [bits], { axis: 0, descending: false }), dtype), options);
}

/** As `rand`, with the shape, dtype and device of `self` unless others are given. As torch.rand_like. */
export function randLike(self: Tensor, options: RandomOptions = {}): Tensor {
  return rand(self.shape, { ...options, ...like('randLike', self, options) });
}

/** As `randn`, with the shape, dtype and device of `self` unless others are given. As torch.randn_like. */
export function randnLike(self: Tensor, options: RandomOptions = {}): Tensor {
  return randn(self.shape, { ...options, ...like('randnLike', self, options) });
}

/** As `randint`, with the shape, dtype and device of `self` unless others are given. As torch.randint_like. */
export function randintLike(self: Tensor, high: number, options?: RandomOptions): Tensor;
export function randintLike(self: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randintLike(
  self: Tensor,
  first: number,
  second: number | RandomOptions = {},
  options: RandomOptions = {},
): Tensor {
  const [low, high, given] = typeof second === 'number' ? [first, second, options] : [0, first, second];
  return integers(low, high, self.shape, { ...given, ...like('randintLike', self, given) });
}

function floatOptions(op: string, options: RandomOptions): { device: Device; dtype: DType } {
  const resolved = resolveOptions(op, options, 'float32');
  if (!isFloat(resolved.dtype))
    throw new DTypeError(
      `${op}: the dtype is ${resolved.dtype}, expected a float; use randint() for whole numbers`,
    );
  return resolved;
}

function generatorOf({ generator = defaultGenerator }: RandomOptions): Generator {
  return generator;
}
