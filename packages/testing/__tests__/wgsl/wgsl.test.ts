import type { Backend, Dispatch, Kernel, Launch } from '@tenfold/ir';
import { CpuBackend } from '@tenfold/backend-cpu';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterpreterBackend, SeededRandom } from '../../src/index.ts';
import { layoutEntries, slabsOf, tableOf } from './bindings.ts';
import { adamw, addInPlace, layerNorm } from './kernels.ts';
import { COMPUTE_STAGE, COPY_DESTINATION, errorOf, nullDevice, STORAGE } from './null-device.ts';

/**
 * The Kernel type against both machines: three kernels that stretch it (a table of offsets, several outputs, in place)
 * run as WebAssembly, and their WGSL counterparts fit the bindings that follow from the same Kernel and Dispatch.
 */
interface Case {
  readonly name: string;
  readonly shader: string;
  readonly kernel: Kernel;
  /** Bytes of each slab, and the launches with slabs by their number. */
  readonly slabs: readonly number[];
  readonly launches: readonly Launch[];
  /** Whether operands are offsets in their slabs, or each have a buffer of their own. */
  readonly offsets: boolean;
  readonly groups: readonly [number, number];
}

const ALIGNMENT = 256;
const SIZES = Array.from({ length: 50 }, (_, i) => 3 + ((i * 517) % 2000));
const STEP = [1e-3, 0.9, 0.999, 1e-8, 1e-2, 10, 1000];

function adamwCase(): Case {
  const greatest = Math.max(...SIZES);
  let end = 0;
  const launches = SIZES.map((size): Launch => {
    const offset = end;
    end += Math.ceil((4 * size) / ALIGNMENT) * ALIGNMENT;
    // Means in the even blocks of the slab of moments, variances in the odd ones.
    const moments = [2 * offset, 2 * offset + (end - offset)];
    const operands = [0, 1].map((buffer) => ({ buffer, offset }));
    return {
      operands: [...operands, ...moments.map((at) => ({ buffer: 2, offset: at }))],
      scalars: STEP,
      extents: [size],
    };
  });
  const slack = 4 * greatest;
  return {
    name: 'AdamW over 50 parameters in slabs, one dispatch',
    shader: 'adamw-slabs.wgsl',
    kernel: adamw(greatest),
    slabs: [end + slack, end + slack, 2 * end + slack],
    launches,
    offsets: true,
    groups: [Math.ceil(greatest / 256), launches.length],
  };
}

function layerNormCase(): Case {
  const [rows, width] = [37, 768];
  const slabs = [rows * width, width, width, rows * width, rows, rows].map((elements) => 4 * elements);
  return {
    name: 'layer norm with three outputs',
    shader: 'layer-norm.wgsl',
    kernel: layerNorm(rows, width),
    slabs,
    launches: [
      { operands: slabs.map((_, buffer) => ({ buffer, offset: 0 })), scalars: [1e-5], extents: [rows] },
    ],
    offsets: false,
    groups: [rows, 1],
  };
}

function addCase(): Case {
  const count = 1001;
  return {
    name: 'addition in place within one slab',
    shader: 'add-in-place.wgsl',
    kernel: addInPlace(count),
    slabs: [16384],
    launches: [
      { operands: [0, 8192].map((offset) => ({ buffer: 0, offset })), scalars: [], extents: [count] },
    ],
    offsets: true,
    groups: [Math.ceil(count / 256), 1],
  };
}

const CASES = [adamwCase(), layerNormCase(), addCase()];

function source(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

describe('WGSL at the minimum limits', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await nullDevice();
  });
  afterAll(() => device.destroy());

  it('those limits are what the device has', () => {
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16384);
    expect(device.limits.minStorageBufferOffsetAlignment).toBe(ALIGNMENT);
  });

  it('mistakes are found', async () => {
    const broken = source('add-in-place.wgsl').replace('launch.count', 'launch.length');
    expect(await errorOf(device, () => device.createShaderModule({ code: broken }))).toContain(
      'struct member length not found',
    );
  });

  it.each(CASES)('$name', async ({ shader, kernel, launches, slabs, offsets, groups }) => {
    const dispatch: Dispatch = { program: { kernel }, launches };
    const bound = slabsOf(dispatch);
    const error = await errorOf(device, async () => {
      const layout = device.createBindGroupLayout({ entries: layoutEntries(bound, COMPUTE_STAGE) });
      const module = device.createShaderModule({ code: source(shader) });
      const pipeline = await device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      const table = tableOf(dispatch, offsets);
      const sizes = [...bound.map(({ buffer }) => slabs[buffer]), table.byteLength];
      const buffers = sizes.map((size) => device.createBuffer({ size, usage: STORAGE | COPY_DESTINATION }));
      device.queue.writeBuffer(buffers[buffers.length - 1], 0, table);
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
      pass.dispatchWorkgroups(...groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    });
    expect(error).toBeUndefined();
    expect(bound.length + 1).toBeLessThanOrEqual(device.limits.maxStorageBuffersPerShaderStage);
  });

  it('a slab cannot be bound twice, once to be written: why operands are offsets', async () => {
    const error = await errorOf(device, () => {
      const entries = layoutEntries([{ buffer: 0, written: true }], COMPUTE_STAGE);
      const layout = device.createBindGroupLayout({ entries });
      const pipeline = device.createComputePipeline({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: device.createShaderModule({ code: source('add-in-place.wgsl') }) },
      });
      const buffer = device.createBuffer({ size: 16384, usage: STORAGE });
      const ranges = [0, 8192].map((offset) => ({ buffer, offset, size: 4096 }));
      const group = device.createBindGroup({
        layout,
        entries: ranges.map((resource, binding) => ({ binding, resource })),
      });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(1);
      pass.end();
      encoder.finish();
    });
    expect(error).toMatch(/writable usage and another usage in the same synchronization scope/);
  });
});

describe('the same kernels as WebAssembly', () => {
  it.each(CASES)('$name', ({ kernel, slabs, launches }) => {
    const [expected, actual] = [
      new InterpreterBackend({ caps: { alignment: 256 } }),
      new CpuBackend({ threads: 2 }),
    ].map((backend) => run(backend, kernel, slabs, launches));
    expected.forEach((slab, s) => {
      const worst = slab.reduce(
        (most, x, i) => Math.max(most, Math.abs(x - actual[s][i]) / (1 + Math.abs(x))),
        0,
      );
      expect(worst).toBeLessThan(1e-6);
    });
  });
});

/** Runs one dispatch over slabs of random numbers, and gives the slabs. */
function run(
  backend: Backend,
  kernel: Kernel,
  slabs: readonly number[],
  launches: readonly Launch[],
): Float32Array[] {
  const random = new SeededRandom(11);
  const [program] = backend.compile([kernel]);
  const ids = slabs.map((bytes) => {
    const id = backend.alloc(bytes);
    const numbers = Float32Array.from({ length: bytes / 4 }, () => random.next());
    backend.write(id, new Uint8Array(numbers.buffer));
    return id;
  });
  const bound = launches.map((launch) => ({
    ...launch,
    operands: launch.operands.map(({ buffer, offset }) => ({ buffer: ids[buffer], offset })),
  }));
  // The interpreter takes an operand's greatest size for its size, so to it these launches would overlap.
  if (backend instanceof InterpreterBackend)
    backend.submit(bound.map((launch) => ({ program, launches: [launch] })));
  else backend.submit([{ program, launches: bound }]);
  const results = ids.map((id) => new Float32Array(backend.readSync?.(id).buffer ?? new ArrayBuffer()));
  backend.dispose();
  return results;
}
