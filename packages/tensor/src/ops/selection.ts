/** Choosing between values by a mask. */

import { DTypeError, ShapeError, broadcastShapes, formatShape } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { commonDevice } from '../core/apply.ts';
import { castTo, expandTo, numberTensor } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';

/** What the function `where` does with two values. */
export function chooseWhere(condition: Tensor, self: Operand, other: Operand): Tensor {
  const dtype = resultType('where', [self, other]);
  return composed(condition, () => choose('where', condition, self, other, dtype));
}

/** The method `where`: the tensor where `condition` is true, `other` elsewhere; see the function `where`. */
export function keepWhere(self: Tensor, condition: Tensor, other: Operand): Tensor {
  return chooseWhere(condition, self, other);
}

/** `value` where `mask` is true, `self` elsewhere; the result has the dtype of `self`. As torch.Tensor.masked_fill. */
export function maskedFill(self: Tensor, mask: Tensor, value: Operand): Tensor {
  if (value instanceof Tensor && value.ndim > 0) {
    throw new ShapeError(
      `maskedFill: the value has shape ${formatShape(value.shape)}, expected one without axes; use where() or maskedScatter()`,
    );
  }
  return choose('maskedFill', mask, value, self, self.dtype);
}

function choose(op: string, condition: Tensor, a: Operand, b: Operand, dtype: DType): Tensor {
  if (condition.dtype !== 'bool') {
    throw new DTypeError(
      `${op}: the condition is ${condition.dtype}, expected bool; compare (for example x.gt(0)) or cast with bool()`,
    );
  }
  const home = commonDevice(op, [condition, ...[a, b].filter((x) => x instanceof Tensor)]);
  const [x, y] = [a, b].map((value) =>
    value instanceof Tensor ? castTo(value, dtype) : numberTensor(home, value, dtype),
  );
  const shape = broadcastShapes(op, broadcastShapes(op, condition.shape, x.shape), y.shape);
  return raw.where(expandTo(condition, shape), expandTo(x, shape), expandTo(y, shape));
}
