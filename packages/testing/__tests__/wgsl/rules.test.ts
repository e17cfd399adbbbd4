/**
 * What WebGPU forbids and allows at its minimum limits, where that decides how kernels, dispatches and memory must be
 * made. docs/architecture.md ("The WebGPU backend") says what follows from them.
 */

import { describe, expect, it } from 'vitest';
import { MINIMUM } from './support/binding-plan.ts';
import { complaintAbout, nullDevice } from './support/dawn.ts';

const device = await nullDevice();

/** A use of a buffer in a dispatch. */
interface Use {
  readonly buffer: number;
  readonly access: 'read' | 'read_write';
  readonly offset: number;
}

const read = (buffer: number, offset = 0): Use => ({ buffer, access: 'read', offset });
const write = (buffer: number, offset = 0): Use => ({ buffer, access: 'read_write', offset });

const SLAB = 65536;
const PART = 4096;

/** What WebGPU says to a dispatch that binds parts of slabs. */
function complaintAboutBinding(uses: readonly Use[], groups = 1): Promise<string> {
  const declarations = uses.map(
    ({ access }, i) => `@group(0) @binding(${i}) var<storage, ${access}> b${i}: array<f32>;`,
  );
  const reads = uses.map((_, i) => `_ = b${i}[0];`);
  const code = `${declarations.join('\n')}\n@compute @workgroup_size(1) fn main() { ${reads.join(' ')} }`;
  return complaintAbout(device!, () => {
    const module = device!.createShaderModule({ code });
    const pipeline = device!.createComputePipeline({ layout: 'auto', compute: { module } });
    const buffers = new Map<number, GPUBuffer>();
    const entries = uses.map(({ buffer, offset }, binding) => {
      const slab = buffers.get(buffer) ?? device!.createBuffer({ size: SLAB, usage: GPUBufferUsage.STORAGE });
      buffers.set(buffer, slab);
      return { binding, resource: { buffer: slab, offset, size: PART } };
    });
    const encoder = device!.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device!.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(groups);
    pass.end();
    device!.queue.submit([encoder.finish()]);
  });
}

/** What WebGPU says to a shader. */
function complaintAboutShader(declarations: string, body: string, size = 1): Promise<string> {
  const code = `${declarations}
@compute @workgroup_size(${size}) fn main(@builtin(local_invocation_index) lane: u32) { ${body} }`;
  return complaintAbout(device!, () => {
    const module = device!.createShaderModule({ code });
    device!.createComputePipeline({ layout: 'auto', compute: { module } });
  });
}

const storage = (binding: number, type: string, access = 'read_write') =>
  `@group(0) @binding(${binding}) var<storage, ${access}> b${binding}: ${type};`;

describe.skipIf(!device)('what WebGPU says to', () => {
  describe('a slab', () => {
    it('bound to be read and to be written: no, also where the parts are apart', async () => {
      const complaint = /writable usage and another usage in the same synchronization scope/;
      expect(await complaintAboutBinding([write(0), read(0, 2 * PART)])).toMatch(complaint);
    });
    it('bound twice to be read: yes', async () => {
      expect(await complaintAboutBinding([read(0), read(0)])).toBe('');
    });
    it('bound twice to be written: no where the parts overlap, yes where they are apart', async () => {
      expect(await complaintAboutBinding([write(0), write(0, PART / 2)])).toMatch(/alias/);
      expect(await complaintAboutBinding([write(0), write(0, 2 * PART)])).toBe('');
    });
    it('bound from a place that is no multiple of 256: no', async () => {
      expect(await complaintAboutBinding([read(0, 256)])).toBe('');
      expect(await complaintAboutBinding([read(0, 128)])).toMatch(/256/);
    });
    it('as one of nine: no', async () => {
      const slabs = (count: number) => Array.from({ length: count }, (_, buffer) => read(buffer));
      expect(await complaintAboutBinding(slabs(8))).toBe('');
      expect(await complaintAboutBinding(slabs(9))).toMatch(/number of storage buffers \(9\)/);
    });
    it('written with bytes that are no multiple of four: no', async () => {
      const buffer = device!.createBuffer({ size: 256, usage: GPUBufferUsage.COPY_DST });
      const upload = (bytes: number, offset = 0) =>
        complaintAbout(device!, () => device!.queue.writeBuffer(buffer, offset, new Uint8Array(bytes)));
      expect(await upload(4, 4)).toBe('');
      expect(await upload(3)).not.toBe('');
      expect(await upload(4, 2)).not.toBe('');
    });
    it('of nothing: a binding of no bytes, no', async () => {
      const complaint = await complaintAbout(device!, () => {
        const buffer = device!.createBuffer({ size: 0, usage: GPUBufferUsage.STORAGE });
        const entry = {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'storage' },
        } as const;
        const layout = device!.createBindGroupLayout({ entries: [entry] });
        device!.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
      });
      expect(complaint).toMatch(/zero/);
    });
  });

  describe('a dispatch', () => {
    it('of more than 65,535 workgroups along one dimension: no', async () => {
      const most = MINIMUM.maxComputeWorkgroupsPerDimension;
      expect(await complaintAboutBinding([read(0)], most)).toBe('');
      expect(await complaintAboutBinding([read(0)], most + 1)).toMatch(/65535/);
    });
  });

  describe('types', () => {
    it.each(['f64', 'i64', 'u64', 'i8', 'u8', 'bf16'])('%s: unknown', async (type) => {
      expect(await complaintAboutShader(storage(0, `array<${type}>`), '_ = b0[0];')).toMatch(
        /unresolved type|type used without/,
      );
    });
    it('f16: only where the device has it', async () => {
      expect(await complaintAboutShader(storage(0, 'array<f16>'), '_ = b0[0];')).toMatch(/f16/);
      expect(device!.features.has('shader-f16')).toBe(false);
    });
    it('bool: not in buffers', async () => {
      expect(await complaintAboutShader(storage(0, 'array<bool>'), '_ = b0[0];')).toMatch(/host-shareable/);
      expect(
        await complaintAboutShader(
          storage(0, 'array<u32>'),
          'let small = b0[0] < 3u; if small { b0[1] = 1u; }',
        ),
      ).toBe('');
    });
    it('float16 in pairs, bfloat16 and 8-bit integers by shifts: yes, everywhere', async () => {
      const body = `
        let halves = unpack2x16float(b0[0]);
        b0[1] = pack2x16float(halves * 2);
        let bytes = unpack4xI8(b0[2]);
        b0[3] = pack4xI8(bytes + vec4i(1));
        let wide = bitcast<f32>(b0[4] << 16u);
        b0[5] = bitcast<u32>(wide) >> 16u;`;
      expect(await complaintAboutShader(storage(0, 'array<u32>'), body)).toBe('');
    });
    it('one binding under two types: no', async () => {
      const both = storage(0, 'array<f32>') + storage(0, 'array<i32>').replace('b0', 'c0');
      expect(await complaintAboutShader(both, 'b0[0] = 1; c0[1] = 1;')).toMatch(/binding/);
    });
    it('a binding of atomics is of atomics only', async () => {
      expect(
        await complaintAboutShader(storage(0, 'array<atomic<u32>>'), 'atomicAdd(&b0[0], 1u); b0[1] = 2u;'),
      ).not.toBe('');
      expect(
        await complaintAboutShader(
          storage(0, 'array<atomic<u32>>'),
          'atomicAdd(&b0[0], 1u); atomicStore(&b0[1], 2u);',
        ),
      ).toBe('');
    });
    it('atomic floats: no', async () => {
      expect(await complaintAboutShader(storage(0, 'array<atomic<f32>>'), 'atomicAdd(&b0[0], 1f);')).toMatch(
        /atomic/,
      );
    });
  });

  describe('numbers', () => {
    it('infinity as a constant: no; from bits that are known when it runs: yes', async () => {
      const out = storage(0, 'array<f32>');
      expect(await complaintAboutShader(out, 'b0[0] = bitcast<f32>(0x7f800000u);')).toMatch(/inf/);
      expect(await complaintAboutShader(out, 'b0[0] = 1f / 0f;')).not.toBe('');
      expect(await complaintAboutShader(out, 'var bits = 0x7f800000u; b0[0] = bitcast<f32>(bits);')).toBe('');
    });
  });

  describe('workgroups', () => {
    it('more than 16 KiB of shared memory: no', async () => {
      const use = (floats: number) =>
        complaintAboutShader(`var<workgroup> tile: array<f32, ${floats}>;`, 'tile[lane] = 1;');
      expect(await use(4096)).toBe('');
      expect(await use(4097)).toMatch(/16384/);
    });
    it('more than 256 invocations: no', async () => {
      expect(await complaintAboutShader('', '', 256)).toBe('');
      expect(await complaintAboutShader('', '', 257)).toMatch(/256/);
    });
    it('a barrier in a loop whose length comes from a buffer: only if that is bound to be read', async () => {
      const body = 'for (var i = 0u; i < b0[0]; i++) { workgroupBarrier(); }';
      expect(await complaintAboutShader(storage(0, 'array<u32>', 'read'), body)).toBe('');
      expect(await complaintAboutShader('@group(0) @binding(0) var<uniform> b0: vec4u;', body)).toBe('');
      expect(await complaintAboutShader(storage(0, 'array<u32>'), body)).toMatch(/uniform control flow/);
    });
  });
});
