/**
 * A storage: the memory of a variable, of a realized result, or of data that came from the host. It has a version,
 * raised by each write, so that a value traced from an older version can be told from one that is current.
 *
 * Contents stand in host bytes, or in a device allocation, or (after an upload) in the allocation alone.
 */

import type { DType } from '../dtype.ts';
import { byteSize } from '../dtype.ts';
import type { Shape } from '../shape.ts';
import { numel } from '../shape.ts';
import type { Allocation } from './allocator.ts';

/**
 * Why a storage exists, which says who frees its memory. `variable` and `owned`: its handle, by disposal or by the
 * collector. `kept`: the device, a few runs after the last use. `host`: data given by the caller or a small result
 * read back, garbage like any other array.
 */
export type StorageRole = 'variable' | 'owned' | 'kept' | 'host';

export class Storage {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly bytes: number;
  role: StorageRole;
  /** Raised by each write. */
  version = 0;
  /** Contents on the host; absent once they live on the device alone. */
  host: Uint8Array | undefined;
  /** Contents on the device. */
  device: Allocation | undefined;
  /** An untouched array that gives the collector a reason; see `Device`. */
  ballast: ArrayBuffer | undefined;
  /** The name that messages use: a parameter's path, or the operation that made it. */
  name: string | undefined;
  /** Set by disposal or eviction: why the contents are gone. */
  gone: string | undefined;
  /** In how many runs host contents were uploaded into a slot; past a few they become resident. */
  uploads = 0;

  constructor(shape: Shape, dtype: DType, role: StorageRole, host?: Uint8Array) {
    this.shape = shape;
    this.dtype = dtype;
    this.role = role;
    this.bytes = numel(shape) * byteSize(dtype);
    this.host = host;
  }

  get filled(): boolean {
    return this.host !== undefined || this.device !== undefined;
  }
}
