/** Small tensors on the CPU device, and their values back. */

import '@tenfold/backend-cpu';
import type { DType, Shape } from '@tenfold/ir';
import { fromBytes } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';

export function floats(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return fromBytes(new Uint8Array(Float32Array.from(values).buffer), shape, 'float32');
}

export function ofType(dtype: DType, bytes: readonly number[], shape: Shape): Tensor {
  return fromBytes(Uint8Array.from(bytes), shape, dtype);
}

export async function valuesOf(tensor: Tensor): Promise<number[]> {
  return [...new Float32Array((await tensor.bytes()).slice().buffer)];
}

/** Keys to values of a state dict of float32 tensors. */
export async function contentOf(stateDict: ReadonlyMap<string, Tensor>): Promise<Record<string, number[]>> {
  const content: Record<string, number[]> = {};
  for (const [key, tensor] of stateDict) content[key] = await valuesOf(tensor);
  return content;
}
