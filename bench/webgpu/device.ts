/**
 * The device itself, in a process of its own: what it is called and what it has, and what two hand-written shaders reach on
 * it, one that only multiplies and adds in registers, one that only copies. No share of a peak is above these unless the
 * measurement is wrong.
 */

import { timeBatches } from './batches.ts';
import type { Peaks } from './cards.ts';
import { nameOf, startDawn } from './dawn.ts';
import type { Job } from './job.ts';
import { readJob, tell } from './job.ts';

export interface DeviceReport {
  /** What the adapter is called, most telling first. */
  readonly names: readonly string[];
  readonly name: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly measured: Peaks;
}

const WORKGROUP = 256;
/** Accumulators of four numbers: enough to hide an instruction's latency. */
const ACCUMULATORS = 8;
const STEPS = 128;

const MULTIPLY_ADD = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = source[0];
  let b = source[1];
  ${each((k) => `var x${k} = source[${k}] + f32(id.x);`)}
  for (var i = 0u; i < ${STEPS}u; i++) {
    ${each((k) => `x${k} = fma(x${k}, a, b);`)}
  }
  let sum = ${each((k) => `x${k}`, ' + ')};
  if (sum.x == 1234.5) { result[0] = sum; }
}`;

const COPY = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * ${WORKGROUP}u + lane;
  if (i < arrayLength(&result)) { result[i] = source[i]; }
}`;

function each(text: (k: number) => string, separator = '\n  '): string {
  return Array.from({ length: ACCUMULATORS }, (_, k) => text(k)).join(separator);
}

const { dawn: options, timing, sizes } = readJob<Job>();
const dawn = startDawn(options);
const adapter = await dawn.gpu.requestAdapter({ powerPreference: 'high-performance' });
if (!adapter)
  throw new Error('Dawn found no adapter: is a Vulkan driver installed, and does the loader find it?');
const { limits, info } = adapter;
const device = await adapter.requestDevice({
  requiredLimits: {
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
  },
});
const bytes = Math.min(sizes.elements * 4, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
const names = [info.device, info.description, info.architecture].filter(Boolean);
tell({
  names,
  name: nameOf(info),
  features: [...adapter.features].sort(),
  limits: Object.fromEntries(
    ['maxStorageBufferBindingSize', 'maxBufferSize', 'maxComputeWorkgroupStorageSize'].map((key) => [
      key,
      limits[key as 'maxBufferSize'],
    ]),
  ),
  measured: { flops: await multiplyAdds(), bandwidth: await copied() },
} satisfies DeviceReport);
process.exit(0);

async function multiplyAdds(): Promise<number> {
  const groups = Math.max(16, Math.min(16_384, sizes.elements / WORKGROUP));
  const milliseconds = await timed(MULTIPLY_ADD, ACCUMULATORS * 16, [groups, 1]);
  return ((groups * WORKGROUP * STEPS * ACCUMULATORS * 4 * 2) / milliseconds) * 1000;
}

async function copied(): Promise<number> {
  const groups = Math.ceil(bytes / 16 / WORKGROUP);
  const rows = Math.ceil(groups / 32_768);
  return ((2 * bytes) / (await timed(COPY, bytes, [Math.ceil(groups / rows), rows]))) * 1000;
}

/** Milliseconds of a dispatch. */
async function timed(code: string, size: number, [x, y]: readonly [number, number]): Promise<number> {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffers = [0, 1].map(() => device.createBuffer({ size, usage }));
  device.queue.writeBuffer(buffers[0], 0, new Float32Array(Math.min(size, 256) / 4).fill(0.5));
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const run = () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  const { low } = await timeBatches(run, dawn.wait, timing);
  for (const buffer of buffers) buffer.destroy();
  return low;
}
