/**
 * How a dispatch is bound on WebGPU: every slab once, to be written if any operand in it is; then the table of launches,
 * a row for each, with the offset of every operand (in elements), the extents, and the run-time numbers. All of it
 * follows from the Kernel and the Dispatch; nothing else is needed.
 */

import type { BufferId, Dispatch, Kernel } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';

export interface Slab {
  readonly buffer: BufferId;
  readonly written: boolean;
}

/** The slabs in the order in which operands first name them. */
export function slabsOf({ program, launches }: Dispatch): Slab[] {
  const written = new Map<BufferId, boolean>();
  for (const { operands } of launches) {
    operands.forEach(({ buffer }, i) => {
      const writes = program.kernel.operands[i].access !== 'read';
      written.set(buffer, writes || (written.get(buffer) ?? false));
    });
  }
  return [...written].map(([buffer, writes]) => ({ buffer, written: writes }));
}

/** The rows as the shader's `Launch` struct. With `offsets` false each operand has a buffer of its own. */
export function tableOf({ program, launches }: Dispatch, offsets = true): ArrayBuffer {
  const { kernel } = program;
  const words = (offsets ? kernel.operands.length : 0) + extentsOf(kernel) + kernel.scalars.length;
  const table = new DataView(new ArrayBuffer(4 * words * launches.length));
  let at = 0;
  for (const { operands, extents, scalars } of launches) {
    const starts = operands.map(({ offset }, i) => offset / byteSize(kernel.operands[i].dtype));
    for (const word of [...(offsets ? starts : []), ...extents]) {
      table.setUint32(at, word, true);
      at += 4;
    }
    for (const number of scalars) {
      table.setFloat32(at, number, true);
      at += 4;
    }
  }
  return table.buffer;
}

function extentsOf(kernel: Kernel): number {
  return kernel.axes.filter((extent) => typeof extent !== 'number').length;
}

/** Binding layout entries: the slabs, then the table. */
export function layoutEntries(slabs: readonly Slab[], stage: number): GPUBindGroupLayoutEntry[] {
  return [...slabs, { written: false }].map(({ written }, binding) => ({
    binding,
    visibility: stage,
    buffer: { type: written ? 'storage' : 'read-only-storage' },
  }));
}
