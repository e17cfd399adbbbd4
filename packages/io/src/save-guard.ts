/**
 * Notices when tensors are written while they are being saved. Reading takes a while, and a training loop that does
 * not await the save goes on; without a guard the file would hold some tensors of one step and some of the next.
 */

import { StaleValueError } from '@tenfold/ir';
import type { Storage } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { quote } from './messages.ts';

interface Guarded {
  readonly tensor: Tensor;
  /** The memory of a variable, and its version when the save began; a result guards its inputs by itself. */
  readonly variable: { readonly storage: Storage; readonly version: number } | undefined;
}

/** The tensors of a save as they are when it begins: make it before the first await. */
export class SaveGuard {
  readonly #guarded: ReadonlyMap<string, Guarded>;

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.#guarded = new Map([...tensors].map(([name, tensor]) => [name, guard(tensor)]));
  }

  /** The bytes of a tensor; a StaleValueError when it was written after the save began. */
  async bytes(name: string): Promise<Uint8Array> {
    const { tensor, variable } = this.#guarded.get(name)!;
    const reading = tensor.bytes();
    if (variable !== undefined && variable.storage.version !== variable.version) {
      await reading;
      throw new StaleValueError(
        `save: tensor ${quote(name)} was written while it was being saved, and the file would have mixed two steps; ` +
          'await the save before the next step',
      );
    }
    return reading;
  }
}

/** Writes that are still pending belong to the past: `materialize` carries them out. */
function guard(tensor: Tensor): Guarded {
  if (tensor.source.kind !== 'storage') return { tensor, variable: undefined };
  const storage = tensor.materialize();
  return { tensor, variable: { storage, version: storage.version } };
}
