/**
 * The uniform that tells shaders of their launches: one buffer, into which each batch writes its rows behind those of
 * the batch before, and from the beginning again where there is no room. The queue keeps writes and work in order, so
 * nothing is overwritten before it was read.
 */

import { COMPUTE, USAGE } from '../device/usage.ts';
import { powerAtLeast } from '../powers.ts';

/** Dynamic offsets are multiples of this. */
export const ROW_ALIGNMENT = 256;
const FIRST_BYTES = 1 << 18;

export class LaunchRing {
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #groups = new Map<number, GPUBindGroup>();
  #buffer: GPUBuffer;
  #at = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#layout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    });
    this.#buffer = this.#make(FIRST_BYTES);
  }

  get layout(): GPUBindGroupLayout {
    return this.#layout;
  }

  /** Writes rows; the result is the byte at which they begin. `most` are the bytes that one binding of them shows. */
  write(rows: Uint32Array<ArrayBuffer>, most: number): number {
    const bytes = rows.byteLength;
    // A binding may show more than was written; it has to end inside the buffer.
    if (bytes + most > this.#buffer.size) this.#grow(bytes + most);
    if (this.#at + bytes + most > this.#buffer.size) this.#at = 0;
    const start = this.#at;
    this.#device.queue.writeBuffer(this.#buffer, start, rows);
    this.#at = Math.ceil((start + bytes) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
    return start;
  }

  /** The binding of `bytes` from a dynamic offset on. */
  group(bytes: number): GPUBindGroup {
    const known = this.#groups.get(bytes);
    if (known) return known;
    const group = this.#device.createBindGroup({
      layout: this.#layout,
      entries: [{ binding: 0, resource: { buffer: this.#buffer, size: bytes } }],
    });
    this.#groups.set(bytes, group);
    return group;
  }

  dispose(): void {
    this.#buffer.destroy();
  }

  #make(size: number): GPUBuffer {
    return this.#device.createBuffer({ size, usage: USAGE.uniform | USAGE.copyTarget, label: 'launches' });
  }

  /** Work that was submitted keeps its hold on the old buffer. */
  #grow(bytes: number): void {
    this.#buffer.destroy();
    this.#buffer = this.#make(powerAtLeast(4 * bytes));
    this.#groups.clear();
    this.#at = 0;
  }
}
