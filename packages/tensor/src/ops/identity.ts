/** The same values under another dtype, on another device, or without their history. */

import { DTYPES, DTypeError, GradError, Storage, isDType } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import { isGradEnabled } from '../core/grad-mode.ts';
import { deviceOf, fromStorage } from '../core/tensor.ts';
import type { Tensor } from '../core/tensor.ts';

export interface ToOptions {
  readonly dtype?: DType;
  /** Name of the device. */
  readonly device?: string;
}

/**
 * The same values in another dtype, on another device, or both. As torch.Tensor.to: the tensor itself when nothing
 * changes. A move between devices reads the value at once, and needs a device that can be waited for;
 * `await toDevice(x, name)` moves from any device.
 * @throws GradError for a move of a tensor with a history: gradients do not cross devices.
 */
export function to(self: Tensor, target: DType | string | ToOptions): Tensor {
  const { dtype = self.dtype, device = self.device } = toOptions(target);
  const cast = castTo(self, dtype);
  if (device === self.device) return cast;
  const home = checkMove('to', cast, device);
  return fromStorage(home, new Storage(cast.shape, cast.dtype, 'host', cast.bytesSync()));
}

/** The same values on another device, also from a device that cannot be waited for. */
export async function toDevice(self: Tensor, device: string): Promise<Tensor> {
  if (device === self.device) return self;
  const home = checkMove('toDevice', self, device);
  return fromStorage(home, new Storage(self.shape, self.dtype, 'host', await self.bytes()));
}

function checkMove(op: string, self: Tensor, device: string) {
  const home = deviceOf(device);
  if (self.requiresGrad && isGradEnabled()) {
    throw new GradError(
      `${op}: gradients do not cross devices, '${self.device}' to '${device}'; detach() the tensor first`,
    );
  }
  return home;
}

function toOptions(target: DType | string | ToOptions): ToOptions {
  if (typeof target !== 'string') {
    if (target.dtype !== undefined && !isDType(target.dtype))
      throw new DTypeError(`to: unknown dtype '${String(target.dtype)}'; expected ${DTYPES.join(', ')}`);
    return target;
  }
  return isDType(target) ? { dtype: target } : { device: target };
}

/** Cast to float32. As torch.Tensor.float. */
export function float(self: Tensor): Tensor {
  return castTo(self, 'float32');
}

/** Cast to float64. As torch.Tensor.double. */
export function double(self: Tensor): Tensor {
  return castTo(self, 'float64');
}

/** Cast to float16. As torch.Tensor.half. */
export function half(self: Tensor): Tensor {
  return castTo(self, 'float16');
}

/** Cast to bfloat16. As torch.Tensor.bfloat16. */
export function bfloat16(self: Tensor): Tensor {
  return castTo(self, 'bfloat16');
}

/** Cast to int64. As torch.Tensor.long. */
export function long(self: Tensor): Tensor {
  return castTo(self, 'int64');
}

/** Cast to int32. As torch.Tensor.int. */
export function int(self: Tensor): Tensor {
  return castTo(self, 'int32');
}

/** On the device `'cpu'`. As torch.Tensor.cpu; from a device that cannot be waited for, `await toDevice(x, 'cpu')`. */
export function cpu(self: Tensor): Tensor {
  return to(self, 'cpu');
}

/** Cast to uint8. As torch.Tensor.byte. */
export function byte(self: Tensor): Tensor {
  return castTo(self, 'uint8');
}

/** Cast to int8. As torch.Tensor.char. */
export function char(self: Tensor): Tensor {
  return castTo(self, 'int8');
}

/** The dtype, or the tensor cast to another. As torch.Tensor.type. */
export function type(self: Tensor): DType;
export function type(self: Tensor, dtype: DType): Tensor;
export function type(self: Tensor, dtype?: DType): DType | Tensor {
  return dtype === undefined ? self.dtype : to(self, { dtype });
}

/** `type` has two forms. */
export interface TypeMethods {
  /** The dtype. As torch.Tensor.type. */
  type(): DType;
  /** The tensor cast to another dtype. */
  type(dtype: DType): Tensor;
}

/** Cast to the dtype of `other`. As torch.Tensor.type_as. */
export function typeAs(self: Tensor, other: Tensor): Tensor {
  return castTo(self, other.dtype);
}

/** Cast to bool: anything but 0 is true. As torch.Tensor.bool. */
export function bool(self: Tensor): Tensor {
  return castTo(self, 'bool');
}

/** The value without its history: gradients stop here. As torch.Tensor.detach. */
export function detach(self: Tensor): Tensor {
  return apply('detach', [self], undefined);
}

/** A copy with a value of its own, which later writes to the tensor do not change; gradients pass. As torch.clone. */
export function clone(self: Tensor): Tensor {
  return apply('contiguous', [self], undefined);
}

/** The tensor itself: nothing here depends on how a tensor lies in memory. As torch.Tensor.contiguous. */
export function contiguous(self: Tensor): Tensor {
  return self;
}
