/**
 * Bringing operands together: numbers become run-time scalars, dtypes are promoted, shapes broadcast. After this, all
 * operands have one dtype and one shape, as the op table demands; the broadcast is always an explicit `expand`.
 */

import { ArgumentError, broadcastShapes, sameShape } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import { apply, commonDevice, constant, scalar } from './apply.ts';
import { resultType } from './promote.ts';
import type { Operand } from './promote.ts';
import { Tensor } from './tensor.ts';

/** Casts, doing nothing when the dtype is right already. */
export function castTo(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply('cast', [x], { dtype });
}

/** Expands to a shape that `x` broadcasts to. */
export function expandTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply('expand', [x], { shape });
}

/** A user's number as a tensor of `dtype`: a run-time slot of the plan. */
export function numberTensor(device: Device, value: number | boolean, dtype: DType): Tensor {
  return scalar(device, Number(value), dtype);
}

/** A library's number, in the dtype and shape of `like`. */
export function literal(like: Tensor, value: number): Tensor {
  return expandTo(constant(like.home, value, like.dtype), like.shape);
}

/** All operands with one dtype (promoted unless given) and one shape. At least one of them is a tensor. */
export function together<T extends readonly Operand[]>(
  op: string,
  operands: readonly [...T],
  dtype?: DType,
): { [K in keyof T]: Tensor } {
  const tensors = ofOneKind(operands, dtype) ? operands : brought(op, operands, dtype);
  let { shape } = tensors[0];
  for (const tensor of tensors) shape = broadcastShapes(op, shape, tensor.shape);
  return tensors.map((tensor) => expandTo(tensor, shape)) as { [K in keyof T]: Tensor };
}

/** Whether all operands are tensors of one device and of the dtype wanted already, as most are. */
function ofOneKind(operands: readonly Operand[], dtype: DType | undefined): operands is readonly Tensor[] {
  const [first] = operands;
  if (!(first instanceof Tensor) || (dtype ?? first.dtype) !== first.dtype) return false;
  for (const operand of operands) {
    if (!(operand instanceof Tensor) || operand.dtype !== first.dtype || operand.home !== first.home)
      return false;
  }
  return true;
}

function brought(
  op: string,
  operands: readonly Operand[],
  dtype: DType = resultType(op, operands),
): readonly Tensor[] {
  const tensors = operands.filter((operand) => operand instanceof Tensor);
  if (tensors.length === 0)
    throw new ArgumentError(`${op}: all operands are numbers; at least one must be a tensor`);
  const device = commonDevice(op, tensors);
  return operands.map((operand) =>
    operand instanceof Tensor ? castTo(operand, dtype) : numberTensor(device, operand, dtype),
  );
}
