/**
 * Initialisation in place, as torch.nn.init: each function writes new values into a tensor, without a history, and
 * returns it. Nothing is computed until something is: all the layers of a network are initialised in one go.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { clamp, erf, erfinv, eye, full, ones, rand, randn, zeros } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { calculateGain, fans } from './fan.ts';
import type { FanMode, Nonlinearity } from './fan.ts';
import { write } from './write.ts';
import type { RandomInitOptions } from './write.ts';

export { calculateGain } from './fan.ts';
export { orthogonal_ } from './orthogonal.ts';
export type { OrthogonalOptions } from './orthogonal.ts';
export { dirac_, sparse_ } from './sparse-patterns.ts';
export type { DiracOptions, SparseOptions } from './sparse-patterns.ts';
export type { RandomInitOptions } from './write.ts';
export type { FanMode, Nonlinearity } from './fan.ts';

/** Uniform numbers from `a` up to `b`. */
export function uniform_(tensor: Tensor, a = 0, b = 1, { generator }: RandomInitOptions = {}): Tensor {
  return write(tensor, (shape, placement) =>
    rand(shape, { ...placement, generator })
      .mul(b - a)
      .add(a),
  );
}

/** Normal numbers with mean `mean` and standard deviation `std`. */
export function normal_(tensor: Tensor, mean = 0, std = 1, { generator }: RandomInitOptions = {}): Tensor {
  return write(tensor, (shape, placement) =>
    randn(shape, { ...placement, generator })
      .mul(std)
      .add(mean),
  );
}

/**
 * Normal numbers as of `normal_`, but none below `a` or above `b`: uniform ones between the probabilities of the bounds,
 * through the inverse of the distribution function.
 */
export function truncNormal_(
  tensor: Tensor,
  mean = 0,
  std = 1,
  a = -2,
  b = 2,
  { generator }: RandomInitOptions = {},
): Tensor {
  const width = std * Math.SQRT2;
  return write(tensor, (shape, placement) => {
    const [low, high] = [a, b].map((bound) => erf(full([], (bound - mean) / width, placement)));
    const share = rand(shape, { ...placement, generator })
      .mul(high.sub(low))
      .add(low);
    return clamp(erfinv(share).mul(width).add(mean), a, b);
  });
}

/** `val` everywhere. */
export function constant_(tensor: Tensor, val: number): Tensor {
  return write(tensor, (shape, placement) => full(shape, val, placement));
}

export function zeros_(tensor: Tensor): Tensor {
  return write(tensor, zeros);
}

export function ones_(tensor: Tensor): Tensor {
  return write(tensor, ones);
}

/** Ones on the diagonal of a matrix, zeros elsewhere. */
export function eye_(tensor: Tensor): Tensor {
  if (tensor.ndim !== 2)
    throw new ShapeError(`eye_: the tensor has shape ${formatShape(tensor.shape)}, expected two axes`);
  return write(tensor, ([rows, columns], placement) => eye(rows, columns, placement));
}

export interface XavierOptions extends RandomInitOptions {
  /** A factor for the standard deviation; see calculateGain. Default 1. */
  readonly gain?: number;
}

/** Uniform, of variance `gain² · 2 / (fanIn + fanOut)`. http://proceedings.mlr.press/v9/glorot10a.html */
export function xavierUniform_(tensor: Tensor, { gain = 1, generator }: XavierOptions = {}): Tensor {
  const { fanIn, fanOut } = fans('xavierUniform_', tensor);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(tensor, -bound, bound, { generator });
}

/** Normal, of variance `gain² · 2 / (fanIn + fanOut)`. http://proceedings.mlr.press/v9/glorot10a.html */
export function xavierNormal_(tensor: Tensor, { gain = 1, generator }: XavierOptions = {}): Tensor {
  const { fanIn, fanOut } = fans('xavierNormal_', tensor);
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), { generator });
}

export interface KaimingOptions extends RandomInitOptions {
  /** The negative slope of leakyRelu. Default 0. */
  readonly a?: number;
  /** Default `'fanIn'`. */
  readonly mode?: FanMode;
  /** Default `'leakyRelu'`. */
  readonly nonlinearity?: Nonlinearity;
}

/** Uniform, of variance `gain² / fan`. https://arxiv.org/abs/1502.01852 */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform_', tensor, options);
  return uniform_(tensor, -bound, bound, options);
}

/** Normal, of variance `gain² / fan`. https://arxiv.org/abs/1502.01852 */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(tensor, 0, kaimingStd('kaimingNormal_', tensor, options), options);
}

function kaimingStd(op: string, tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = options;
  const { fanIn, fanOut } = fans(op, tensor);
  if (mode !== 'fanIn' && mode !== 'fanOut') {
    throw new ArgumentError(`${op}: mode is '${String(mode)}', expected 'fanIn' or 'fanOut'`);
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fanIn' ? fanIn : fanOut);
}
