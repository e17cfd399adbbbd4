/**
 * Variables: leaf tensors that are written again and again (parameters, buffers, an optimizer's state). Their storage
 * stays the same from step to step, which is what keeps memory flat and plans reusable.
 */

import { Storage } from '@tenfold/ir';
import type { DType, Device, Shape } from '@tenfold/ir';
import { noGrad } from './grad-mode.ts';
import { fromStorage } from './tensor.ts';
import type { Tensor, TensorSource } from './tensor.ts';

/** The storage for a variable made from `data`: its own, when it has one, else a new one without contents. */
export function variableSource({
  source,
  shape,
  dtype,
}: Tensor): TensorSource & { readonly kind: 'storage' } {
  const storage = source.kind === 'storage' ? source.storage : new Storage(shape, dtype, 'variable');
  if (storage.role === 'host') storage.role = 'variable';
  return { kind: 'storage', storage };
}

/** Makes a pending result the first value of a variable made from it: it is computed when something runs. */
export function initializeVariable(variable: Tensor, data: Tensor): void {
  if (data.source.kind === 'node') noGrad(() => variable.assign(data));
}

/** A variable of zeros that needs no run to come into being. */
export function zeroVariable(device: Device, shape: Shape, dtype: DType, name?: string): Tensor {
  const storage = new Storage(shape, dtype, 'variable');
  storage.host = new Uint8Array(storage.bytes);
  storage.name = name;
  return fromStorage(device, storage);
}
