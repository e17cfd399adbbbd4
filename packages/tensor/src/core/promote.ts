/**
 * PyTorch's type promotion for operations of several operands: tensors with axes decide first, then 0-d tensors, then
 * plain numbers; a lower rank only matters when its category (bool < integer < float) is higher.
 * https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */

import { ArgumentError, compareCategory, promoteTypes } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import type { Tensor } from './tensor.ts';

/** An operand as users write it. */
export type Operand = Tensor | number | boolean;

/** The dtype a plain number counts as: `2` is an integer, `2.5` a float. */
export function numberType(value: number | boolean): DType {
  if (typeof value === 'boolean') return 'bool';
  return Number.isInteger(value) ? 'int64' : 'float32';
}

/** The dtype in which the operands of `op` meet, as torch.result_type. Raises ArgumentError for what is no operand. */
export function resultType(op: string, operands: readonly Operand[]): DType {
  let dimensioned: DType | undefined;
  let zeroDim: DType | undefined;
  let plain: DType | undefined;
  for (const operand of operands) {
    if (typeof operand === 'number' || typeof operand === 'boolean') {
      plain = join(plain, numberType(operand));
    } else if (typeof operand?.ndim !== 'number') {
      const shown = typeof operand === 'string' ? `the text '${String(operand)}'` : String(operand);
      throw new ArgumentError(`${op}: an operand is ${shown}; expected a tensor, a number or a boolean`);
    } else if (operand.ndim > 0) dimensioned = join(dimensioned, operand.dtype);
    else zeroDim = join(zeroDim, operand.dtype);
  }
  return raise(raise(dimensioned, zeroDim), plain) ?? 'float32';
}

function join(a: DType | undefined, b: DType): DType {
  return a === undefined ? b : promoteTypes(a, b);
}

/** `low` counts only when it is of a higher category than `high`. */
function raise(high: DType | undefined, low: DType | undefined): DType | undefined {
  if (high === undefined || low === undefined) return high ?? low;
  return compareCategory(low, high) > 0 ? promoteTypes(high, low) : high;
}
