/** Choosing between values by a mask. */

import { DTypeError, broadcastShapes } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { castTo, expandTo, numberTensor } from '../core/broadcast.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';

/**
 * `self` where `condition` is true, `other` elsewhere; all three broadcast, the two values promote. As torch.where.
 * As a method: `x.where(condition, other)`.
 * @throws DTypeError unless the condition is bool.
 * @see https://pytorch.org/docs/stable/generated/torch.where.html
 */
export function where(condition: Tensor, self: Operand, other: Operand): Tensor {
  return choose('where', condition, self, other, resultType('where', [self, other]));
}

/** `value` where `mask` is true, `self` elsewhere; the result has the dtype of `self`. As torch.Tensor.masked_fill. */
export function maskedFill(self: Tensor, mask: Tensor, value: Operand): Tensor {
  return choose('maskedFill', mask, value, self, self.dtype);
}

function choose(op: string, condition: Tensor, a: Operand, b: Operand, dtype: DType): Tensor {
  if (condition.dtype !== 'bool') {
    throw new DTypeError(
      `${op}: the condition is ${condition.dtype}, expected bool; compare (for example x.gt(0)) or cast with bool()`,
    );
  }
  const values = [a, b].map((x) =>
    x instanceof Tensor ? castTo(x, dtype) : numberTensor(condition.home, x, dtype),
  );
  const operands = [condition, ...values];
  commonDevice(op, operands);
  const shape = operands.map((x) => x.shape).reduce((x, y) => broadcastShapes(op, x, y));
  return apply('where', operands.map((x) => expandTo(x, shape)), undefined); // prettier-ignore
}
