/** A plan as text: what its dispatches do and are bound to, and their kernels as pseudo-code. For debugging. */

import { printKernel } from '../kernel/print.ts';
import type { Work } from '../kernel/work.ts';
import type { PlanStats } from '../run/engine.ts';
import type { Schedule } from '../schedule/dispatches.ts';
import { workOfDispatch, workOfSchedule } from './work.ts';

/** One line a dispatch: its work, and the storages (`s0`) and temporaries (`t0`) of its launches; then the totals. */
export function printPlan(schedule: Schedule, { kernels, scratchBytes }: PlanStats): string {
  const { dispatches, buffers } = schedule;
  const lines = dispatches.map((dispatch) => {
    const bound = dispatch.launches.map(({ buffers: keys, extents }) => {
      const names = keys.map((key) => (buffers.isTemporary(key) ? `t${key - buffers.storages}` : `s${key}`));
      return `${names.join(' ')}${extents.length > 0 ? ` [${extents.join(', ')}]` : ''}`;
    });
    const { kind, name } = dispatch.kernel;
    return `${kind} ${name}: ${printWork(workOfDispatch(dispatch))}, bound to ${bound.join('; ')}`;
  });
  const total = printWork(workOfSchedule(schedule));
  return [...lines, `${kernels} kernels: ${total}, ${scratchBytes} bytes of scratch`].join('\n');
}

/** The kernels of a plan as pseudo-code. */
export function printKernels({ dispatches }: Schedule): string {
  return dispatches.map(({ kernel }) => printKernel(kernel)).join('\n\n');
}

function printWork({ flops, readBytes, writtenBytes }: Work): string {
  return `${readBytes} bytes read, ${writtenBytes} written, ${flops} FLOPs`;
}
