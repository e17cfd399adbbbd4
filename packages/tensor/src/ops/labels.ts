/** Labels of contractions, and what their operands must have in common. */

import { DTypeError } from '@tenfold/ir';
import type { AffineIndex } from '@tenfold/ir';
import { commonDevice } from '../core/apply.ts';
import { forProduct } from '../core/autocast.ts';
import type { Tensor } from '../core/tensor.ts';

/** An index that is just a label. */
export function along(label: number, coefficient = 1, offset = 0): AffineIndex {
  return { terms: [{ label, coefficient }], offset };
}

/** The two operands of a product, cast where `autocast` says so and checked for what they must have in common. */
export function productOperands(op: string, left: Tensor, right: Tensor): [Tensor, Tensor] {
  commonDevice(op, [left, right]);
  const [a, b] = [forProduct(left), forProduct(right)];
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${op}: operands are ${a.dtype} and ${b.dtype}, expected one dtype; cast one with to()`,
    );
  }
  if (a.dtype === 'bool')
    throw new DTypeError(`${op}: bool tensors cannot be multiplied and summed; cast with float() or int()`);
  return [a, b];
}

/** The labels from `from` up to but without `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
