/**
 * Dropout: of single elements, of whole channels, and in the forms that keep mean and variance of self-normalising
 * networks. What is dropped is drawn anew at each call.
 */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { rand, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, expandTo, literal, numberTensor } from '@tenfold/tensor/internal';
import { requireProbability } from './checks.ts';

export interface DropoutOptions {
  /** Whether to drop at all. Default true. */
  readonly training?: boolean;
}

export interface AlphaDropoutOptions {
  /** Whether to drop at all. Default false. */
  readonly training?: boolean;
}

/** The value that SELU goes to at minus infinity, `-scale · alpha`. */
const SELU_LIMIT = -1.7580993408473766;

/**
 * Sets elements to zero with probability `p` and scales the others by `1 / (1 - p)`, as torch.nn.functional.dropout.
 * `p` may change from call to call without anything being compiled anew.
 */
export function dropout(input: Tensor, p = 0.5, { training = true }: DropoutOptions = {}): Tensor {
  return composed(input, () => {
    requireProbability('dropout', p);
    return training ? drop(input, p, input.shape) : input;
  });
}

/** As `dropout` of whole channels of `[N, C, L]` or `[C, L]`, as torch.nn.functional.dropout1d. */
export function dropout1d(input: Tensor, p = 0.5, { training = true }: DropoutOptions = {}): Tensor {
  requireRank('dropout1d', input, [2, 3], '[N, C, L] or [C, L]');
  return dropChannels('dropout1d', input, p, training, input.ndim === 3 ? 2 : 1);
}

/** As `dropout` of whole channels of `[N, C, ...]`, as torch.nn.functional.dropout2d. */
export function dropout2d(input: Tensor, p = 0.5, { training = true }: DropoutOptions = {}): Tensor {
  if (input.ndim < 2) requireRank('dropout2d', input, [], '[N, C, ...]');
  return dropChannels('dropout2d', input, p, training, 2);
}

/** As `dropout` of whole channels of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.dropout3d. */
export function dropout3d(input: Tensor, p = 0.5, { training = true }: DropoutOptions = {}): Tensor {
  if (input.ndim < 2) requireRank('dropout3d', input, [], '[N, C, D, H, W] or [C, D, H, W]');
  return dropChannels('dropout3d', input, p, training, input.ndim === 4 ? 1 : 2);
}

/**
 * Dropout that keeps mean 0 and variance 1: what is dropped becomes the value that SELU has far on the left, and an
 * affine map restores both moments. As torch.nn.functional.alpha_dropout. https://arxiv.org/abs/1706.02515
 */
export function alphaDropout(input: Tensor, p = 0.5, { training = false }: AlphaDropoutOptions = {}): Tensor {
  return composed(input, () => {
    requireProbability('alphaDropout', p);
    return training ? dropToLimit(input, p, input.shape) : input;
  });
}

/** As `alphaDropout` of whole channels of `[N, C, ...]`, as torch.nn.functional.feature_alpha_dropout. */
export function featureAlphaDropout(
  input: Tensor,
  p = 0.5,
  { training = false }: AlphaDropoutOptions = {},
): Tensor {
  if (input.ndim < 2) requireRank('featureAlphaDropout', input, [], '[N, C, ...]');
  return composed(input, () => {
    requireProbability('featureAlphaDropout', p);
    return training ? dropToLimit(input, p, oncePerChannel(input, 2)) : input;
  });
}

function dropChannels(op: string, input: Tensor, p: number, training: boolean, kept: number): Tensor {
  return composed(input, () => {
    requireProbability(op, p);
    return training ? drop(input, p, oncePerChannel(input, kept)) : input;
  });
}

function drop(input: Tensor, p: number, shape: Shape): Tensor {
  return where(stays(input, p, shape), input.mul(p === 1 ? 0 : 1 / (1 - p)), literal(input, 0));
}

function dropToLimit(input: Tensor, p: number, shape: Shape): Tensor {
  if (p === 1) return input.mul(literal(input, 0));
  const scale = 1 / Math.sqrt((SELU_LIMIT ** 2 * p + 1) * (1 - p));
  const shift = -SELU_LIMIT * scale * p;
  const dropped = numberTensor(input.home, SELU_LIMIT * scale + shift, input.dtype);
  return where(stays(input, p, shape), input.mul(scale).add(shift), dropped);
}

/** True with probability `1 - p`, drawn for the elements of `shape`, which broadcasts to the input's. */
function stays(input: Tensor, p: number, shape: Shape): Tensor {
  return expandTo(rand(shape, { device: input.device }).ge(p), input.shape);
}

/** The first `kept` axes of a shape; the others, the positions within a channel, are 1. */
function oncePerChannel({ shape }: Tensor, kept: number): Shape {
  return shape.map((size, axis) => (axis < kept ? size : 1));
}

function requireRank(op: string, { shape }: Tensor, ranks: readonly number[], expected: string): void {
  if (ranks.includes(shape.length)) return;
  throw new ShapeError(`${op}: the input has shape ${formatShape(shape)}, expected ${expected}`);
}
