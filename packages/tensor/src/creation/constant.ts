/** Tensors of one value, and the identity matrix. They are not filled memory but parts of the graph that reads them. */

import { ArgumentError, isFloat } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { constant, source } from '../core/apply.ts';
import { castTo, expandTo, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { numberType } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { checkShape, finish, like, resolveOptions, sizeAndOptions } from './options.ts';
import type { CreationOptions, SizesAndOptions } from './options.ts';

function constantTensor(
  op: string,
  value: number,
  args: readonly (Shape | number | CreationOptions | undefined)[],
): Tensor {
  const [shape, options] = sizeAndOptions<CreationOptions>(args);
  const { device, dtype } = resolveOptions(op, options, 'float32');
  return finish(expandTo(constant(device, value, dtype), checkShape(op, shape)), options);
}

/** A tensor of zeros, float32 unless a dtype is given: `zeros([2, 3])` or `zeros(2, 3)`. As torch.zeros. */
export function zeros(size: Shape | number, options?: CreationOptions): Tensor;
export function zeros(...sizes: SizesAndOptions<CreationOptions>): Tensor;
export function zeros(...args: (Shape | number | CreationOptions | undefined)[]): Tensor {
  return constantTensor('zeros', 0, args);
}

/** A tensor of ones, float32 unless a dtype is given. As torch.ones. */
export function ones(size: Shape | number, options?: CreationOptions): Tensor;
export function ones(...sizes: SizesAndOptions<CreationOptions>): Tensor;
export function ones(...args: (Shape | number | CreationOptions | undefined)[]): Tensor {
  return constantTensor('ones', 1, args);
}

/** A tensor whose contents do not matter yet. They are zeros, so that no result depends on stale memory. As torch.empty. */
export function empty(size: Shape | number, options?: CreationOptions): Tensor;
export function empty(...sizes: SizesAndOptions<CreationOptions>): Tensor;
export function empty(...args: (Shape | number | CreationOptions | undefined)[]): Tensor {
  return constantTensor('empty', 0, args);
}

/** A tensor filled with `fillValue`; its dtype follows from the value (int64, float32 or bool) unless given. As torch.full. */
export function full(
  size: Shape | number,
  fillValue: number | boolean,
  options: CreationOptions = {},
): Tensor {
  const inferred = numberType(fillValue);
  const { device, dtype } = resolveOptions(
    'full',
    options,
    options.requiresGrad && !isFloat(inferred) ? 'float32' : inferred,
  );
  return finish(expandTo(numberTensor(device, fillValue, dtype), checkShape('full', size)), options);
}

/** Ones on the diagonal of an `n` by `m` matrix, zeros elsewhere; `m` defaults to `n`. As torch.eye. */
export function eye(n: number, m: number = n, options: CreationOptions = {}): Tensor {
  if (typeof m !== 'number')
    throw new ArgumentError('eye: the second argument is the number of columns; options come third');
  const { device, dtype } = resolveOptions('eye', options, 'float32');
  const shape = checkShape('eye', [n, m]);
  const rows = source(device, 'iota', { shape, axis: 0 });
  const columns = source(device, 'iota', { shape, axis: 1 });
  return finish(castTo(raw.eq(rows, columns), dtype), options);
}

/** Zeros with the shape, dtype and device of `self` unless others are given. As torch.zeros_like. */
export function zerosLike(self: Tensor, options: CreationOptions = {}): Tensor {
  return zeros(self.shape, like('zerosLike', self, options));
}

/** Ones with the shape, dtype and device of `self` unless others are given. As torch.ones_like. */
export function onesLike(self: Tensor, options: CreationOptions = {}): Tensor {
  return ones(self.shape, like('onesLike', self, options));
}

/** As `empty`, with the shape, dtype and device of `self` unless others are given. As torch.empty_like. */
export function emptyLike(self: Tensor, options: CreationOptions = {}): Tensor {
  return empty(self.shape, like('emptyLike', self, options));
}

/** `fillValue` everywhere, with the shape, dtype and device of `self` unless others are given. As torch.full_like. */
export function fullLike(self: Tensor, fillValue: number | boolean, options: CreationOptions = {}): Tensor {
  return full(self.shape, fillValue, like('fullLike', self, options));
}
