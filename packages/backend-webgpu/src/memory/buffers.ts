/**
 * The buffers of a device by id, and a pool of those that are free again. Sizes are rounded up to one of four steps to
 * each power of two, so that a buffer freed by one step of a loop fits the next; a new buffer costs the device zeroing
 * it. Free buffers beyond a share of what is held are destroyed, the ones unused for longest first.
 */

import type { BufferId, MemoryReport } from '@tenfold/ir';
import { OutOfMemoryError, unreachable } from '@tenfold/ir';
import { USAGE } from '../device/usage.ts';

interface Held {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
}

/** A buffer in use, and how many of its bytes were asked for. */
export interface UsedBuffer extends Held {
  readonly asked: number;
}

export interface BufferLimits {
  /** Greatest size of one buffer. */
  readonly bufferBytes: number;
  /** Most bytes of all buffers, in use or free. */
  readonly totalBytes: number;
}

/** Free bytes that are always kept, and the share of the bytes in use that may be free besides. */
const SPARE_BYTES = 16 << 20;
const SPARE_SHARE = 0.5;

export class Buffers {
  readonly #device: GPUDevice;
  readonly #limits: BufferLimits;
  /** Told when more than four fifths of the limit is held: once, until it is less again. */
  readonly #warn: ((held: number, limit: number) => void) | undefined;
  readonly #used = new Map<BufferId, UsedBuffer>();
  /** In the order in which they became free. */
  readonly #free = new Set<Held>();
  #usedBytes = 0;
  #freeBytes = 0;
  #peak = 0;
  #warned = false;
  #next: BufferId = 1;

  constructor(device: GPUDevice, limits: BufferLimits, warn?: (held: number, limit: number) => void) {
    this.#device = device;
    this.#limits = limits;
    this.#warn = warn;
  }

  /** Buffers alive, in use or free. */
  get count(): number {
    return this.#used.size + this.#free.size;
  }

  alloc(bytes: number): BufferId {
    const size = bucket(Math.max(bytes, 256));
    const held = this.#reuse(size) ?? this.#create(size, bytes);
    const id = this.#next++;
    this.#used.set(id, { ...held, asked: bytes });
    this.#usedBytes += held.bytes;
    this.#peak = Math.max(this.#peak, this.#usedBytes);
    return id;
  }

  free(id: BufferId): void {
    const held = this.#used.get(id) ?? unreachable(`buffer ${id} is not in use`);
    const { buffer, bytes } = held;
    this.#used.delete(id);
    this.#usedBytes -= bytes;
    this.#free.add({ buffer, bytes });
    this.#freeBytes += bytes;
    this.trim(SPARE_BYTES + SPARE_SHARE * this.#usedBytes);
  }

  get(id: BufferId): UsedBuffer {
    return this.#used.get(id) ?? unreachable(`buffer ${id} is not in use`);
  }

  /** Destroys free buffers until at most so many bytes of them are left. */
  trim(bytes: number): void {
    for (const held of this.#free) {
      if (this.#freeBytes <= bytes) break;
      this.#free.delete(held);
      this.#freeBytes -= held.bytes;
      held.buffer.destroy();
    }
    if (this.#held <= 0.8 * this.#limits.totalBytes) this.#warned = false;
  }

  report(): MemoryReport {
    const { totalBytes } = this.#limits;
    const room = Number.isFinite(totalBytes) ? totalBytes - this.#usedBytes : this.#limits.bufferBytes;
    const largestSpare = Math.max(0, ...[...this.#free].map(({ bytes }) => bytes));
    return {
      used: this.#usedBytes,
      peak: this.#peak,
      total: this.#held,
      capacity: totalBytes,
      largestFree: Math.min(this.#limits.bufferBytes, room),
      fragmentation: this.#freeBytes === 0 ? 0 : 1 - largestSpare / this.#freeBytes,
      blocks: this.#used.size,
    };
  }

  dispose(): void {
    for (const { buffer } of [...this.#used.values(), ...this.#free]) buffer.destroy();
    this.#used.clear();
    this.#free.clear();
  }

  get #held(): number {
    return this.#usedBytes + this.#freeBytes;
  }

  #reuse(size: number): Held | undefined {
    for (const held of this.#free) {
      if (held.bytes !== size) continue;
      this.#free.delete(held);
      this.#freeBytes -= held.bytes;
      return held;
    }
    return undefined;
  }

  #create(size: number, asked: number): Held {
    const { bufferBytes, totalBytes } = this.#limits;
    const bytes = Math.min(size, bufferBytes);
    if (asked > bufferBytes) {
      throw new OutOfMemoryError(
        `webgpu: a buffer of ${asked} bytes was asked for, and this device's may have ${bufferBytes}; use smaller batches or tensors`,
      );
    }
    if (this.#held + bytes > totalBytes) this.trim(0);
    if (this.#held + bytes > totalBytes) {
      throw new OutOfMemoryError(
        `webgpu: ${asked} bytes were asked for, ${this.#usedBytes} of ${totalBytes} are in use in ${this.#used.size} buffers; ` +
          `dispose of tensors, use smaller batches, or raise memoryLimit`,
      );
    }
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
    const held = { buffer: this.#device.createBuffer({ size: bytes, usage }), bytes };
    if (!this.#warned && this.#held + bytes > 0.8 * totalBytes) {
      this.#warned = true;
      this.#warn?.(this.#held + bytes, totalBytes);
    }
    return held;
  }
}

/** The next of the sizes 4, 5, 6, 7 times a power of two, at least 256 bytes and a multiple of them. */
export function bucket(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(bytes)) - 2));
  return Math.ceil(bytes / step) * step;
}
