/** What is known of a tensor without its values. */

import { byteSize, isFloat, normalizeAxis } from '@tenfold/ir';
import type { DType, Shape } from '@tenfold/ir';
import { resultType as commonType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';

/** The shape, or the size of one axis. As torch.Tensor.size. */
export function size(self: Tensor): Shape;
export function size(self: Tensor, dim: number): number;
export function size(self: Tensor, dim?: number): Shape | number {
  return dim === undefined ? self.shape : self.shape[normalizeAxis('size', dim, self.ndim)];
}

/** `size` has two forms. */
export interface SizeMethods {
  /** The shape. As torch.Tensor.size. */
  size(): Shape;
  /** The size of one axis. */
  size(dim: number): number;
}

/** The number of axes. As torch.Tensor.dim. */
export function dim(self: Tensor): number {
  return self.ndim;
}

/** As `dim`. As torch.Tensor.ndimension. */
export function ndimension(self: Tensor): number {
  return self.ndim;
}

/** The number of elements. As torch.Tensor.nelement. */
export function nelement(self: Tensor): number {
  return self.numel;
}

/** The bytes of one element. As torch.Tensor.element_size. */
export function elementSize(self: Tensor): number {
  return byteSize(self.dtype);
}

/** Whether the dtype is a float. As torch.is_floating_point. */
export function isFloatingPoint(self: Tensor): boolean {
  return isFloat(self.dtype);
}

/** Whether the dtype has negative numbers. As torch.Tensor.is_signed. */
export function isSigned(self: Tensor): boolean {
  return self.dtype !== 'bool' && self.dtype !== 'uint8';
}

/** The dtype in which two operands meet; plain numbers and tensors without axes count less. As torch.result_type. */
export function resultType(tensor1: Operand, tensor2: Operand): DType {
  return commonType('resultType', [tensor1, tensor2]);
}

/** Properties of tensors, as in PyTorch. */
export interface SizeProperties {
  /** The bytes of one element. As torch.Tensor.itemsize. */
  readonly itemsize: number;
  /** The bytes of all elements. As torch.Tensor.nbytes. */
  readonly nbytes: number;
}

export const sizeProperties: { readonly [K in keyof SizeProperties]: (self: Tensor) => number } = {
  itemsize: elementSize,
  nbytes: (self) => self.numel * byteSize(self.dtype),
};
