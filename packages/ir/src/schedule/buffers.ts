/**
 * The buffers of a schedule: the slice's storages, then temporaries, numbered together. Where a temporary stands is
 * decided later, by the memory planner; here it has only a size.
 */

import type { DType } from '../dtype.ts';
import { byteSize } from '../dtype.ts';
import type { Slice } from '../run/slice.ts';
import { numel } from '../shape.ts';
import type { Shape } from '../shape.ts';

export type BufferKey = number;

export interface BufferInfo {
  readonly dtype: DType;
  readonly elements: number;
  readonly bytes: number;
}

export class Buffers {
  readonly #infos: BufferInfo[];
  /** Buffers below this number are storages of the slice, by the same number. */
  readonly storages: number;

  constructor({ storages }: Slice) {
    this.#infos = storages.map(info);
    this.storages = storages.length;
  }

  get count(): number {
    return this.#infos.length;
  }

  info(key: BufferKey): BufferInfo {
    return this.#infos[key];
  }

  isTemporary(key: BufferKey): boolean {
    return key >= this.storages;
  }

  temporary(type: { readonly dtype: DType; readonly shape: Shape }): BufferKey {
    this.#infos.push(info(type));
    return this.#infos.length - 1;
  }
}

function info({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): BufferInfo {
  const elements = numel(shape);
  return { dtype, elements, bytes: elements * byteSize(dtype) };
}
