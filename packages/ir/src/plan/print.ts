/** A plan as text: its dispatches as pseudo-code, and what they are bound to. For debugging. */

import { printKernel } from '../kernel/print.ts';
import type { PlanStats } from '../run/engine.ts';
import type { Schedule } from '../schedule/dispatches.ts';

/** The kernels of a plan, each with the storages (`s0`) and temporaries (`t0`) of its launches, and the totals. */
export function printPlan({ dispatches, buffers }: Schedule, stats: PlanStats): string {
  const text = dispatches.map(({ kernel, launches }) => {
    const bound = launches.map(({ buffers: keys, extents }) => {
      const names = keys.map((key) => (buffers.isTemporary(key) ? `t${key - buffers.storages}` : `s${key}`));
      return `${names.join(' ')}${extents.length > 0 ? ` [${extents.join(', ')}]` : ''}`;
    });
    return `${printKernel(kernel)}\n  bound to ${bound.join('; ')}`;
  });
  const { kernels, bytesMoved, scratchBytes } = stats;
  return [...text, `${kernels} kernels, ${bytesMoved} bytes moved, ${scratchBytes} bytes of scratch`].join(
    '\n\n',
  );
}
