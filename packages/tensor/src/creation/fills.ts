/**
 * Random numbers in the shape, dtype and device of a tensor, which the methods in place (`x.normal_()`) write into it.
 * https://pytorch.org/docs/stable/torch.html#in-place-random-sampling
 */

import { ArgumentError, DTypeError, computeType, isFloat } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { uniform as uniformBits } from '../random/bits.ts';
import { defaultGenerator } from '../random/generator.ts';
import { bernoulli as bernoulliOf } from './distributions.ts';
import type { DrawOptions } from './distributions.ts';
import { randintLike, randn } from './random.ts';

/** Uniform numbers from `from` up to but without `to`. As torch.Tensor.uniform_. */
export function uniform(self: Tensor, from = 0, to = 1, options: DrawOptions = {}): Tensor {
  if (!(from <= to)) throw new ArgumentError(`uniform_: from is ${from}, to ${to}; expected from <= to`);
  const u = draw('uniform_', self, options);
  return castTo(raw.add(raw.mul(u, number(u, to - from)), number(u, from)), self.dtype);
}

/** Normal numbers. As torch.Tensor.normal_. */
export function normal(self: Tensor, mean = 0, std = 1, options: DrawOptions = {}): Tensor {
  if (!(std >= 0)) throw new ArgumentError(`normal_: std is ${std}, expected a number from 0`);
  const z = noise('normal_', self, options);
  return castTo(raw.add(raw.mul(z, number(z, std)), number(z, mean)), self.dtype);
}

/** Numbers whose logarithm is normal with this mean and deviation. As torch.Tensor.log_normal_. */
export function logNormal(self: Tensor, mean = 1, std = 2, options: DrawOptions = {}): Tensor {
  if (!(std > 0)) throw new ArgumentError(`logNormal_: std is ${std}, expected a number above 0`);
  const z = noise('logNormal_', self, options);
  return castTo(raw.exp(raw.add(raw.mul(z, number(z, std)), number(z, mean))), self.dtype);
}

/** Exponential numbers of rate `lambd`. As torch.Tensor.exponential_. */
export function exponential(self: Tensor, lambd = 1, options: DrawOptions = {}): Tensor {
  if (!(lambd > 0)) throw new ArgumentError(`exponential_: lambd is ${lambd}, expected a number above 0`);
  const time = raw.neg(logOfRest(draw('exponential_', self, options)));
  return castTo(raw.div(time, number(time, lambd)), self.dtype);
}

/** How many trials of probability `p` it takes until one succeeds. As torch.Tensor.geometric_. */
export function geometric(self: Tensor, p: number, options: DrawOptions = {}): Tensor {
  if (!(p > 0 && p < 1)) throw new ArgumentError(`geometric_: p is ${p}, expected a number between 0 and 1`);
  const u = anyDraw(self, options);
  const trials = apply('ceil', [raw.div(logOfRest(u), number(u, Math.log1p(-p)))], undefined);
  return castTo(raw.max(trials, literal(trials, 1)), self.dtype);
}

/** Cauchy's distribution. As torch.Tensor.cauchy_. */
export function cauchy(self: Tensor, median = 0, sigma = 1, options: DrawOptions = {}): Tensor {
  if (!(sigma > 0)) throw new ArgumentError(`cauchy_: sigma is ${sigma}, expected a number above 0`);
  const u = draw('cauchy_', self, options);
  const angle = raw.mul(raw.sub(u, literal(u, 0.5)), literal(u, Math.PI));
  const tangent = raw.div(raw.sin(angle), raw.cos(angle));
  return castTo(raw.add(raw.mul(tangent, number(u, sigma)), number(u, median)), self.dtype);
}

/** 1 with probability `p`, else 0. As torch.Tensor.bernoulli_. */
export function bernoulli(self: Tensor, p: number | Tensor = 0.5, options: DrawOptions = {}): Tensor {
  return bernoulliOf(self, p, options);
}

/**
 * Whole numbers from `from` up to but without `to`; up to the greatest that the dtype holds exactly, but no more than
 * 2^31 - 1 of them, unless given. As torch.Tensor.random_.
 */
export function random(self: Tensor, from = 0, to?: number, options: DrawOptions = {}): Tensor {
  return randintLike(self, from, to ?? from + RANGE[self.dtype], options);
}

const RANGE = {
  float32: 2 ** 24, float16: 2 ** 11, bfloat16: 2 ** 8, float64: 2 ** 31 - 1, int64: 2 ** 31 - 1,
  int32: 2 ** 31 - 1, int8: 128, uint8: 256, bool: 2,
} as const; // prettier-ignore

function draw(op: string, self: Tensor, options: DrawOptions): Tensor {
  if (!isFloat(self.dtype)) throw new DTypeError(`${op}: needs floats, the tensor is ${self.dtype}`);
  return anyDraw(self, options);
}

/** Uniform numbers as wide as the tensor is computed with. */
function anyDraw(self: Tensor, { generator = defaultGenerator }: DrawOptions): Tensor {
  const dtype = isFloat(self.dtype) ? computeType(self.dtype) : 'float32';
  return uniformBits(self.home, self.shape, dtype, generator);
}

function noise(op: string, self: Tensor, { generator = defaultGenerator }: DrawOptions): Tensor {
  if (!isFloat(self.dtype)) throw new DTypeError(`${op}: needs floats, the tensor is ${self.dtype}`);
  return randn(self.shape, { dtype: computeType(self.dtype), device: self.device, generator });
}

/** log(1 - u), which exists: u stays below 1. */
function logOfRest(u: Tensor): Tensor {
  return raw.log(raw.sub(literal(u, 1), u));
}

function number(like: Tensor, value: number): Tensor {
  return expandTo(numberTensor(like.home, value, like.dtype), like.shape);
}
