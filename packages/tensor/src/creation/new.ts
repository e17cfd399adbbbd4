/** New tensors in the dtype and on the device of another, unless others are given: the methods that begin with `new`. */

import type { Shape } from '@tenfold/ir';
import { Tensor } from '../core/tensor.ts';
import type { NestedData } from '../data/nested.ts';
import { empty, full, ones, zeros } from './constant.ts';
import { tensor } from './from-data.ts';
import { like } from './options.ts';
import type { CreationOptions } from './options.ts';

/** A tensor of `data`. As torch.Tensor.new_tensor. */
export function newTensor(self: Tensor, data: NestedData, options: CreationOptions = {}): Tensor {
  return tensor(data, like('newTensor', self, options));
}

/** A tensor filled with a number. As torch.Tensor.new_full. */
export function newFull(
  self: Tensor,
  size: Shape | number,
  fillValue: number | boolean,
  options: CreationOptions = {},
): Tensor {
  return full(size, fillValue, like('newFull', self, options));
}

/** A tensor of zeros. As torch.Tensor.new_zeros. */
export function newZeros(self: Tensor, size: Shape | number, options: CreationOptions = {}): Tensor {
  return zeros(size, like('newZeros', self, options));
}

/** A tensor of ones. As torch.Tensor.new_ones. */
export function newOnes(self: Tensor, size: Shape | number, options: CreationOptions = {}): Tensor {
  return ones(size, like('newOnes', self, options));
}

/** A tensor whose contents do not matter yet; zeros. As torch.Tensor.new_empty. */
export function newEmpty(self: Tensor, size: Shape | number, options: CreationOptions = {}): Tensor {
  return empty(size, like('newEmpty', self, options));
}

/** A tensor as it is, or cast and moved where a dtype or device is given; data as `tensor` makes it. As torch.as_tensor. */
export function asTensor(data: Tensor | NestedData, options: CreationOptions = {}): Tensor {
  return data instanceof Tensor ? data.to(options) : tensor(data, options);
}
