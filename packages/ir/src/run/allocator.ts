/**
 * Device memory for what outlives a run: variables, gradients, optimizer states, owned and kept results. Small
 * allocations share slabs, one family of slabs a dtype, so that many parameters are one binding; large ones get a
 * buffer of their own. Free ranges are kept sorted, merged with their neighbours, and given back when a slab is empty.
 */

import type { Backend, BufferId, OperandRef } from '../backend/backend.ts';
import type { DType } from '../dtype.ts';

/** A range of a buffer. */
export interface Allocation extends OperandRef {
  readonly bytes: number;
}

interface Range {
  offset: number;
  bytes: number;
}

interface Slab {
  readonly buffer: BufferId;
  readonly dtype: DType;
  readonly bytes: number;
  free: Range[];
}

/** Of the first slab of a dtype. */
const SLAB_BYTES = 1 << 20;

export class Allocator {
  /** Bytes of live allocations. */
  liveBytes = 0;
  /** Number of live allocations. */
  liveCount = 0;
  /** Bytes of the backend's buffers held, in slabs and on their own. */
  heldBytes = 0;

  readonly #backend: Backend;
  readonly #slabs = new Map<BufferId, Slab>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  alloc(bytes: number, dtype: DType): Allocation {
    const align = this.#backend.caps.alignment;
    const size = Math.max(Math.ceil(bytes / align), 1) * align;
    const most = this.#backend.caps.slabBytes ?? SLAB_BYTES;
    const allocation = size > most / 2 ? this.#own(size) : this.#fromSlab(size, dtype, most);
    this.liveBytes += size;
    this.liveCount++;
    return allocation;
  }

  free(allocation: Allocation): void {
    this.liveBytes -= allocation.bytes;
    this.liveCount--;
    const slab = this.#slabs.get(allocation.buffer);
    if (!slab) {
      this.#backend.free(allocation.buffer);
      this.heldBytes -= allocation.bytes;
      return;
    }
    release(slab.free, allocation.offset, allocation.bytes);
    if (slab.free.length === 1 && slab.free[0].bytes === slab.bytes) this.#dropIfSpare(slab);
  }

  #own(bytes: number): Allocation {
    const buffer = this.#backend.alloc(bytes);
    this.heldBytes += bytes;
    return { buffer, offset: 0, bytes };
  }

  /** Each new slab is as large as those before it together, up to `most`. */
  #fromSlab(bytes: number, dtype: DType, most: number): Allocation {
    let held = 0;
    for (const slab of this.#slabs.values()) {
      if (slab.dtype !== dtype) continue;
      held += slab.bytes;
      const range = slab.free.find((r) => r.bytes >= bytes);
      if (range) return take(slab, range, bytes);
    }
    const size = Math.min(most, Math.max(SLAB_BYTES, held, 2 * bytes));
    const buffer = this.#backend.alloc(size);
    this.heldBytes += size;
    const slab: Slab = { buffer, dtype, bytes: size, free: [{ offset: 0, bytes: size }] };
    this.#slabs.set(buffer, slab);
    return take(slab, slab.free[0], bytes);
  }

  /** One empty slab a dtype is kept, so that a loop which frees and allocates does not bounce a buffer. */
  #dropIfSpare(slab: Slab): void {
    for (const other of this.#slabs.values()) {
      if (other !== slab && other.dtype === slab.dtype && other.free.length > 0) {
        this.#slabs.delete(slab.buffer);
        this.#backend.free(slab.buffer);
        this.heldBytes -= slab.bytes;
        return;
      }
    }
  }
}

function take(slab: Slab, range: Range, bytes: number): Allocation {
  const allocation = { buffer: slab.buffer, offset: range.offset, bytes };
  range.offset += bytes;
  range.bytes -= bytes;
  if (range.bytes === 0) slab.free.splice(slab.free.indexOf(range), 1);
  return allocation;
}

function release(free: Range[], offset: number, bytes: number): void {
  let at = free.findIndex((r) => r.offset > offset);
  if (at < 0) at = free.length;
  const before = free[at - 1];
  const after = free[at];
  const joinsBefore = before !== undefined && before.offset + before.bytes === offset;
  const joinsAfter = after !== undefined && offset + bytes === after.offset;
  if (joinsBefore) {
    before.bytes += bytes + (joinsAfter ? after.bytes : 0);
    if (joinsAfter) free.splice(at, 1);
  } else if (joinsAfter) {
    after.offset = offset;
    after.bytes += bytes;
  } else {
    free.splice(at, 0, { offset, bytes });
  }
}
