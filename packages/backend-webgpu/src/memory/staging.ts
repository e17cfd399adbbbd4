/**
 * Reading from the device: copies into buffers that the host can map, several at a time. The buffers are kept for the
 * next reads, up to a number of bytes.
 */

import { MAP_READ, USAGE } from '../device/usage.ts';
import type { Waits } from '../device/waits.ts';
import { bucket } from './buffers.ts';

const KEPT_BYTES = 32 << 20;

export class Staging {
  readonly #device: GPUDevice;
  readonly #waits: Waits;
  readonly #free: GPUBuffer[] = [];
  #freeBytes = 0;
  #disposed = false;

  constructor(device: GPUDevice, waits: Waits) {
    this.#device = device;
    this.#waits = waits;
  }

  /** Bytes of a buffer as they are now in the order of the queue. */
  async read(source: GPUBuffer, offset: number, bytes: number): Promise<Uint8Array> {
    if (bytes === 0) return new Uint8Array();
    const start = offset - (offset % 4);
    const size = Math.ceil((offset + bytes - start) / 4) * 4;
    const staging = this.#take(size);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, start, staging, 0, size);
    this.#device.queue.submit([encoder.finish()]);
    try {
      await this.#waits.for(staging.mapAsync(MAP_READ, 0, size), () => `reading ${bytes} bytes`);
    } catch (error) {
      staging.destroy();
      throw error;
    }
    const at = offset - start;
    const copy = new Uint8Array(staging.getMappedRange(0, size).slice(at, at + bytes));
    staging.unmap();
    this.#giveBack(staging);
    return copy;
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#free.splice(0)) buffer.destroy();
  }

  #take(size: number): GPUBuffer {
    const i = this.#free.findIndex((buffer) => buffer.size >= size && buffer.size <= 4 * bucket(size));
    if (i < 0) {
      return this.#device.createBuffer({
        size: bucket(Math.max(size, 256)),
        usage: USAGE.mapRead | USAGE.copyTarget,
      });
    }
    const [buffer] = this.#free.splice(i, 1);
    this.#freeBytes -= buffer.size;
    return buffer;
  }

  #giveBack(buffer: GPUBuffer): void {
    if (this.#disposed || this.#freeBytes + buffer.size > KEPT_BYTES) return buffer.destroy();
    this.#free.push(buffer);
    this.#freeBytes += buffer.size;
  }
}
