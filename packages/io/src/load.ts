/** Loads a safetensors file into tensors. */

import type { StateDict } from '@tenfold/tensor/base';
import type { ByteInput } from './open-source.ts';
import { openSafetensors } from './safetensors-file.ts';
import type { OpenOptions, TensorOptions } from './safetensors-file.ts';

export interface LoadOptions extends OpenOptions, TensorOptions {}

/**
 * Loads all tensors of a safetensors file, Blob or buffer, in the order of their bytes, as
 * `safetensors.torch.load_file`. To look before loading, or to load only some tensors, use `openSafetensors`.
 *
 * Raises a FormatError that names the file, the tensor and the numbers when the file is damaged or lies, and a
 * DTypeError that names the tensor and the dtype when Tenfold cannot hold it; nothing is loaded then.
 */
export async function loadSafetensors(input: ByteInput, options: LoadOptions = {}): Promise<StateDict> {
  const file = await openSafetensors(input, options);
  try {
    const names = file.keys();
    for (const name of names) file.requireHeld(name);
    const stateDict: StateDict = new Map();
    for (const name of names) stateDict.set(name, await file.tensor(name, options));
    return stateDict;
  } finally {
    await file.close();
  }
}
