/** A plan as text: its dispatches as pseudo-code, and what they are bound to. For debugging. */

import type { Kernel } from '../kernel/kernel.ts';
import { printKernel } from '../kernel/print.ts';
import type { PlanStats } from '../run/engine.ts';
import type { Schedule } from '../schedule/dispatches.ts';

/** The kernels of a plan, each with the storages (`s0`) and temporaries (`t0`) of its launches, and the totals. */
export function printPlan(schedule: Schedule, stats: PlanStats): string {
  const { dispatches, buffers } = schedule;
  const text = dispatches.map(({ kernel, launches }) => {
    const bound = launches.map(({ buffers: keys, extents }) => {
      const names = keys.map((key) => (buffers.isTemporary(key) ? `t${key - buffers.storages}` : `s${key}`));
      return `${names.join(' ')}${extents.length > 0 ? ` [${extents.join(', ')}]` : ''}`;
    });
    return `${printKernel(kernel)}\n  bound to ${bound.join('; ')}`;
  });
  const { kernels, scratchBytes } = stats;
  return [
    ...text,
    `${kernels} kernels, ${bytesMoved(schedule)} bytes moved, ${scratchBytes} bytes of scratch`,
  ].join('\n\n');
}

/** Bytes that the kernels of a plan read and write, each operand counted once a kernel. */
export function bytesMoved({ dispatches, buffers }: Schedule): number {
  let bytes = 0;
  for (const { kernel, launches } of dispatches) {
    for (const { buffers: keys } of launches) {
      keys.forEach((key, i) => (bytes += buffers.info(key).bytes * passes(kernel, i)));
    }
  }
  return bytes;
}

/** An operand that is read and written moves twice. */
function passes(kernel: Kernel, operand: number): number {
  return kernel.operands[operand].access === 'readwrite' ? 2 : 1;
}
