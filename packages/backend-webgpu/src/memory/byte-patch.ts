/**
 * Writing single bytes: WebGPU copies whole words, so the first and the last bytes of a range that does not begin or
 * end with a word are put into their words by a shader.
 */

import { USAGE } from '../device/usage.ts';

const CODE = `
@group(0) @binding(0) var<storage, read_write> words: array<u32>;
@group(0) @binding(1) var<storage, read> patch_of: array<u32, 2>;
@compute @workgroup_size(1)
fn main() { words[0] = (words[0] & ~patch_of[0]) | patch_of[1]; }
`;

export class BytePatcher {
  readonly #device: GPUDevice;
  #pipeline: GPUComputePipeline | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Writes up to four bytes that lie in the word at `word` (in bytes), from its byte `first` on. */
  write(buffer: GPUBuffer, word: number, first: number, data: Uint8Array): void {
    const device = this.#device;
    const [mask, bits] = [new Uint8Array(4), new Uint8Array(4)];
    mask.fill(0xff, first, first + data.length);
    bits.set(data, first);
    const patch = device.createBuffer({ size: 8, usage: USAGE.storage | USAGE.copyTarget });
    device.queue.writeBuffer(patch, 0, new Uint8Array([...mask, ...bits]));
    this.#pipeline ??= device.createComputePipeline({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: CODE, label: 'byte patch' }) },
    });
    // A binding begins at a multiple of 256 bytes, so the word is bound by itself in a copy.
    const copy = device.createBuffer({ size: 4, usage: USAGE.storage | USAGE.copyTarget | USAGE.copySource });
    const group = device.createBindGroup({
      layout: this.#pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: { buffer: copy } },
        { binding: 1, resource: { buffer: patch } },
      ],
    });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, word, copy, 0, 4);
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(copy, 0, buffer, word, 4);
    device.queue.submit([encoder.finish()]);
    copy.destroy();
    patch.destroy();
  }
}
