/** Labels of contractions, and what their operands must have in common. */

import { DTypeError } from '@tenfold/ir';
import type { AffineIndex } from '@tenfold/ir';
import { commonDevice } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';

/** An index that is just a label. */
export function along(label: number, coefficient = 1, offset = 0): AffineIndex {
  return { terms: [{ label, coefficient }], offset };
}

/** Checks what any two operands of a product must have in common. */
export function checkOperands(op: string, a: Tensor, b: Tensor): void {
  commonDevice(op, [a, b]);
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${op}: operands are ${a.dtype} and ${b.dtype}, expected one dtype; cast one with to()`,
    );
  }
  if (a.dtype === 'bool')
    throw new DTypeError(`${op}: bool tensors cannot be multiplied and summed; cast with float() or int()`);
}

/** The labels from `from` up to but without `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
