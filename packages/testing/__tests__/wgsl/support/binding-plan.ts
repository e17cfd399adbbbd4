/**
 * What a WebGPU backend must make of one dispatch of a kernel: which slabs are bound, how, and where each operand
 * stands in its slab. It follows from the kernel's operands and the launches alone; no shader is looked at.
 *
 * A shader names its bindings, so launches whose operands are spread over slabs differently cannot share a dispatch.
 */

import type { BufferId, Kernel, Launch } from '@tenfold/ir';
import { byteSize, touchedElements } from '@tenfold/ir';

/** The limits that every WebGPU device keeps at least. https://www.w3.org/TR/webgpu/#limits */
export const MINIMUM = {
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBufferBindingSize: 2 ** 27,
  minStorageBufferOffsetAlignment: 256,
  maxUniformBufferBindingSize: 2 ** 16,
  maxComputeWorkgroupStorageSize: 2 ** 14,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
} as const;

/** A part of a slab as one dispatch binds it. */
export interface SlabBinding {
  readonly buffer: BufferId;
  /** In bytes. The part begins with the first operand that a launch touches. */
  readonly offset: number;
  readonly size: number;
  readonly access: 'read' | 'read_write';
  /** The operands that lie in this slab. */
  readonly operands: readonly number[];
}

/** One launch: what the shader is told by its table or uniform. */
export interface LaunchRow {
  /** Where each operand begins, in its own elements, counted from the beginning of the binding. */
  readonly offsets: readonly number[];
  readonly extents: readonly number[];
  readonly scalars: readonly number[];
}

export interface BoundDispatch {
  readonly bindings: readonly SlabBinding[];
  readonly rows: readonly LaunchRow[];
}

/** One bound dispatch for each way in which the launches spread the operands over slabs. */
export function bindLaunches(kernel: Kernel, launches: readonly Launch[]): BoundDispatch[] {
  const spreads = new Map<string, Launch[]>();
  for (const launch of launches) {
    const key = launch.operands.map(({ buffer }) => buffer).join();
    const alike = spreads.get(key);
    if (alike) alike.push(launch);
    else spreads.set(key, [launch]);
  }
  return [...spreads.values()].map((alike) => bindAlike(kernel, alike));
}

function bindAlike(kernel: Kernel, launches: readonly Launch[]): BoundDispatch {
  const slabs = new Map<BufferId, number[]>();
  launches[0].operands.forEach(({ buffer }, operand) =>
    slabs.set(buffer, [...(slabs.get(buffer) ?? []), operand]),
  );
  const bindings = [...slabs].map(([buffer, operands]): SlabBinding => {
    const spans = launches.flatMap((launch) => operands.map((operand) => spanOf(kernel, launch, operand)));
    const offset = Math.min(...spans.map(({ start }) => start));
    const end = Math.max(...spans.map((span) => span.end));
    const written = operands.some((operand) => kernel.operands[operand].access !== 'read');
    return {
      buffer,
      offset,
      size: Math.max(Math.ceil((end - offset) / 4), 1) * 4,
      access: written ? 'read_write' : 'read',
      operands,
    };
  });
  const rows = launches.map(({ operands, extents, scalars }): LaunchRow => {
    const offsets = operands.map(({ buffer, offset }, operand) => {
      const base = bindings.find((binding) => binding.buffer === buffer)!.offset;
      return (offset - base) / byteSize(kernel.operands[operand].dtype);
    });
    return { offsets, extents, scalars };
  });
  return { bindings, rows };
}

function spanOf({ operands }: Kernel, launch: Launch, operand: number): { start: number; end: number } {
  const start = launch.operands[operand].offset;
  const elements = touchedElements(operands[operand], launch.extents);
  return { start, end: start + elements * byteSize(operands[operand].dtype) };
}
