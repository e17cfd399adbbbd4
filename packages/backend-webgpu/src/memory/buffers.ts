/**
 * The buffers of a device by id, and a pool of those that are free again. Sizes are rounded up to one of four steps to
 * each power of two, so that a buffer freed by one step of a loop fits the next; a new buffer costs the device zeroing
 * it. Free buffers beyond a share of what is held are destroyed, the ones unused for longest first.
 */

import type { BufferId, MemoryReport } from '@tenfold/ir';
import { OutOfMemoryError, unreachable } from '@tenfold/ir';
import { USAGE } from '../device/usage.ts';

interface Held {
  buffer: GPUBuffer;
  readonly bytes: number;
  /** Whether the device turned out to have no memory for it. */
  refused: boolean;
}

/** A buffer in use, and how many of its bytes were asked for. */
interface Used {
  readonly held: Held;
  readonly asked: number;
}

/** What is asked of a device here. */
export type BufferDevice = Pick<GPUDevice, 'createBuffer' | 'pushErrorScope' | 'popErrorScope'>;

export interface BufferLimits {
  /** Greatest size of one buffer. */
  readonly bufferBytes: number;
  /** Most bytes of all buffers, in use or free. */
  readonly totalBytes: number;
}

export interface BufferEvents {
  /** Told when more than four fifths of the limit is held: once, until it is less again. */
  readonly warn?: ((heldBytes: number, limitBytes: number) => void) | undefined;
  /** Told when the device has refused memory, which it does some time after it was asked. */
  readonly fail: (error: OutOfMemoryError) => void;
}

/** Free bytes that are always kept, and the share of the bytes in use that may be free besides. */
const SPARE_BYTES = 16 << 20;
const SPARE_SHARE = 0.5;

export class Buffers {
  readonly #limits: BufferLimits;
  readonly #events: BufferEvents;
  readonly #used = new Map<BufferId, Used>();
  /** In the order in which they became free. */
  readonly #free = new Set<Held>();
  #usedBytes = 0;
  #freeBytes = 0;
  #peak = 0;
  #warned = false;
  #next: BufferId = 1;
  #device: BufferDevice;

  constructor(device: BufferDevice, limits: BufferLimits, events: BufferEvents) {
    this.#device = device;
    this.#limits = limits;
    this.#events = events;
  }

  /** Buffers alive, in use or free. */
  get count(): number {
    return this.#used.size + this.#free.size;
  }

  alloc(bytes: number): BufferId {
    const size = Math.min(bucket(Math.max(bytes, 256)), this.#limits.bufferBytes);
    const held = this.#reuse(size, bytes) ?? this.#create(size, bytes);
    const id = this.#next++;
    this.#used.set(id, { held, asked: bytes });
    this.#usedBytes += held.bytes;
    this.#peak = Math.max(this.#peak, this.#usedBytes);
    return id;
  }

  free(id: BufferId): void {
    const { held } = this.#usedBy(id);
    this.#used.delete(id);
    this.#usedBytes -= held.bytes;
    if (held.refused) return held.buffer.destroy();
    this.#free.add(held);
    this.#freeBytes += held.bytes;
    this.trim(SPARE_BYTES + SPARE_SHARE * this.#usedBytes);
  }

  get(id: BufferId): { readonly buffer: GPUBuffer; readonly asked: number } {
    const { held, asked } = this.#usedBy(id);
    return { buffer: held.buffer, asked };
  }

  /** Makes all buffers in use anew on another device; their contents are gone. */
  moveTo(device: BufferDevice): void {
    this.trim(0);
    this.#device = device;
    for (const { held, asked } of this.#used.values()) {
      held.buffer.destroy();
      held.refused = false;
      held.buffer = this.#request(held.bytes, asked, () => (held.refused = true));
    }
  }

  /** Destroys free buffers until at most so many bytes of them are left. */
  trim(bytes: number): void {
    for (const held of this.#free) {
      if (this.#freeBytes <= bytes) break;
      this.#take(held);
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
    this.trim(0);
    for (const { held } of this.#used.values()) held.buffer.destroy();
    this.#used.clear();
    this.#usedBytes = 0;
  }

  get #held(): number {
    return this.#usedBytes + this.#freeBytes;
  }

  #reuse(size: number, asked: number): Held | undefined {
    for (const held of this.#free) {
      if (held.bytes !== size || size < asked || held.refused) continue;
      this.#take(held);
      return held;
    }
    return undefined;
  }

  #take(held: Held): void {
    this.#free.delete(held);
    this.#freeBytes -= held.bytes;
  }

  #usedBy(id: BufferId): Used {
    return this.#used.get(id) ?? unreachable(`buffer ${id} is not in use`);
  }

  #create(bytes: number, asked: number): Held {
    const { bufferBytes, totalBytes } = this.#limits;
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
    const buffer = this.#request(bytes, asked, () => (held.refused = true));
    const held: Held = { buffer, bytes, refused: false };
    if (!this.#warned && this.#held + bytes > 0.8 * totalBytes) {
      this.#warned = true;
      this.#events.warn?.(this.#held + bytes, totalBytes);
    }
    return held;
  }

  /** A new buffer. Devices say a little later that they had no memory for it; `refused` is called then. */
  #request(bytes: number, asked: number, refused: () => void): GPUBuffer {
    const device = this.#device;
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({ size: bytes, usage });
    const [used, count] = [this.#usedBytes, this.#used.size];
    device.popErrorScope().then(
      (error) => {
        if (!error) return;
        refused();
        // What is spare may be what is missing.
        this.trim(0);
        this.#events.fail(
          new OutOfMemoryError(
            `webgpu: the device has no memory for a buffer of ${asked} bytes (${bytes} with rounding) beside ${used} bytes ` +
              `in ${count} buffers; dispose of tensors, use smaller batches, or set memoryLimit`,
          ),
        );
      },
      // A device that is lost says so elsewhere.
      () => undefined,
    );
    return buffer;
  }
}

/** The next of the sizes 4, 5, 6, 7 times a power of two, at least 256 bytes and a multiple of them. */
export function bucket(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(bytes)) - 2));
  return Math.ceil(bytes / step) * step;
}
