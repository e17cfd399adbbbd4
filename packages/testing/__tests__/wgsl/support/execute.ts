/**
 * Runs a shader as the counterpart of one dispatch of a kernel, on slabs filled with given bytes: one pipeline for
 * each way in which launches spread their operands, with layouts made from the kernel and not from the shader, so that
 * WebGPU itself checks that the two agree. All of it is one command buffer.
 */

import type { BufferId } from '@tenfold/ir';
import type { BoundDispatch, LaunchRow } from './binding-plan.ts';
import { MINIMUM } from './binding-plan.ts';
import { launchInputOf, launchMembersOf, operandsOf, shareSlabs } from './shader.ts';

/** A shader, and what its names mean to the kernel. */
export interface Counterpart {
  readonly wgsl: string;
  /** The shader's name of each operand of the kernel. */
  readonly operands: readonly string[];
  /** The shader's name of each scalar of the kernel. */
  readonly scalars: readonly string[];
  /** Workgroups that a launch takes. */
  readonly groups: (row: LaunchRow) => number;
  /** How wide the grid of workgroups may be before it is folded. Default: as wide as WebGPU allows. */
  readonly width?: number;
}

export type Slabs = ReadonlyMap<BufferId, Uint8Array<ArrayBuffer>>;

/** The variant of the shader that has one binding for each slab. */
export function variantFor({ wgsl, operands }: Counterpart, { bindings }: BoundDispatch): string {
  const slabs = bindings.map((slab) => slab.operands.map((operand) => operands[operand]));
  return shareSlabs(wgsl, slabs);
}

/** The words of the table or uniform: for each launch, what the members of the shader's struct ask for by name. */
export function launchWords(
  { wgsl, operands, scalars, groups }: Counterpart,
  rows: readonly LaunchRow[],
): ArrayBuffer {
  const members = launchMembersOf(wgsl);
  const words = new DataView(new ArrayBuffer(rows.length * members.length * 4));
  let firstGroup = 0;
  rows.forEach((row, i) => {
    members.forEach(({ name, type }, j) => {
      const at = (i * members.length + j) * 4;
      if (type === 'f32') words.setFloat32(at, row.scalars[scalars.indexOf(name)], true);
      else if (name === 'first_group') words.setUint32(at, firstGroup, true);
      else if (name === 'extent') words.setUint32(at, row.extents[0], true);
      else words.setUint32(at, row.offsets[operands.indexOf(name)], true);
    });
    firstGroup += groups(row);
  });
  return words.buffer;
}

/** Submits everything and gives back what the slabs hold afterwards. Raises what WebGPU complains about. */
export async function execute(
  device: GPUDevice,
  counterpart: Counterpart,
  dispatches: readonly BoundDispatch[],
  slabs: Slabs,
): Promise<Slabs> {
  device.pushErrorScope('validation');
  const buffers = new Map<BufferId, GPUBuffer>();
  for (const [id, bytes] of slabs) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ size: bytes.byteLength, usage });
    device.queue.writeBuffer(buffer, 0, bytes);
    buffers.set(id, buffer);
  }
  const encoder = device.createCommandEncoder();
  for (const dispatch of dispatches) await encode(device, encoder, counterpart, dispatch, buffers);
  const copies = [...buffers].map(([id, buffer]) => {
    const copy = device.createBuffer({
      size: buffer.size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    return { id, copy };
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  const results = new Map<BufferId, Uint8Array<ArrayBuffer>>();
  for (const { id, copy } of copies) {
    await copy.mapAsync(GPUMapMode.READ);
    results.set(id, new Uint8Array(copy.getMappedRange().slice(0)));
    copy.destroy();
  }
  for (const buffer of buffers.values()) buffer.destroy();
  return results;
}

async function encode(
  device: GPUDevice,
  encoder: GPUCommandEncoder,
  counterpart: Counterpart,
  dispatch: BoundDispatch,
  buffers: ReadonlyMap<BufferId, GPUBuffer>,
): Promise<void> {
  const { bindings, rows } = dispatch;
  const wgsl = variantFor(counterpart, dispatch);
  const input = launchInputOf(wgsl);
  const bound = bindings.map((slab) => {
    const name = counterpart.operands[slab.operands[0]];
    const { binding } = operandsOf(wgsl).find((declaration) => declaration.name === name)!;
    return { binding, slab };
  });
  const visibility = GPUShaderStage.COMPUTE;
  const slabLayout = device.createBindGroupLayout({
    entries: bound.map(({ binding, slab }) => {
      const type = slab.access === 'read' ? 'read-only-storage' : 'storage';
      return { binding, visibility, buffer: { type } };
    }),
  });
  const launchLayout = device.createBindGroupLayout({
    entries: [
      {
        binding: 0,
        visibility,
        buffer: { type: input.space === 'uniform' ? 'uniform' : 'read-only-storage' },
      },
    ],
  });
  const module = device.createShaderModule({ code: wgsl });
  const { messages } = await module.getCompilationInfo();
  if (messages.length > 0)
    throw new Error(messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`).join('\n'));
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [slabLayout, launchLayout] }),
    compute: { module, entryPoint: 'main' },
  });
  const words = launchWords(counterpart, rows);
  const launchUsage = input.space === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE;
  const launches = device.createBuffer({
    size: words.byteLength,
    usage: launchUsage | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(launches, 0, words);
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: slabLayout,
      entries: bound.map(({ binding, slab: { buffer, offset, size } }) => ({
        binding,
        resource: { buffer: buffers.get(buffer)!, offset, size },
      })),
    }),
  );
  pass.setBindGroup(
    1,
    device.createBindGroup({
      layout: launchLayout,
      entries: [{ binding: 0, resource: { buffer: launches } }],
    }),
  );
  const groups = rows.reduce((sum, row) => sum + counterpart.groups(row), 0);
  const width = Math.min(groups, counterpart.width ?? MINIMUM.maxComputeWorkgroupsPerDimension);
  pass.dispatchWorkgroups(width, Math.ceil(groups / Math.max(width, 1)));
  pass.end();
}
