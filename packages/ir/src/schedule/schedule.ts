/**
 * From a slice to kernels in an order: simplify, decide what is realized, lower, fuse, place, emit. Each step is a
 * pure function in a file of its own; this one strings them together.
 */

import { activeDebugTools } from '../debug.ts';
import type { Slice } from '../run/slice.ts';
import { batchKernels } from './batch.ts';
import type { Schedule, ScheduledDispatch, ScheduledLaunch } from './dispatches.ts';
import { emitContractKernel } from './emit-contract.ts';
import { emitLoopKernel } from './emit-loop.ts';
import { emitSingleKernel } from './emit-single.ts';
import type { EmittedKernel, Memory } from './emission.ts';
import { fuse } from './fuse.ts';
import type { Group } from './group.ts';
import { groupOf } from './group.ts';
import { shapeLoops } from './loops.ts';
import { lowerBody } from './lower.ts';
import { placeGroups } from './placement.ts';
import { realize } from './realize.ts';
import { rebase } from './rebase.ts';
import { simplify } from './simplify.ts';

export interface ScheduleOptions {
  /** Whether nodes may share kernels. Off, every operation but movement is a kernel of its own. Default true. */
  readonly fusion?: boolean;
  /** Most buffers that one kernel may touch. Default 8, WebGPU's minimum. */
  readonly maxOperands?: number;
  /** What the places where operands begin must be multiples of, in bytes. Default 256, WebGPU's greatest. */
  readonly alignment?: number;
}

/** However many a device allows: beyond this a kernel's code and its compilation grow, and little is saved. */
const MOST_OPERANDS = 32;

export function schedule(
  slice: Slice,
  { fusion = true, maxOperands: allowed = 8, alignment = 256 }: ScheduleOptions = {},
): Schedule {
  const maxOperands = Math.min(allowed, MOST_OPERANDS);
  activeDebugTools()?.verifySlice(slice);
  const simplified = simplify(slice);
  activeDebugTools()?.verifySlice(simplified.slice);
  const realized = realize(simplified, { fusion, maxOperands });
  const bodies = [...realized]
    .sort((a, b) => a - b)
    .map((node) => lowerBody(simplified.slice, realized, node));
  const fused = fusion ? fuse(simplified.slice, bodies, { maxOperands }) : bodies.map(groupOf);
  const { groups, memory, dependencies } = placeGroups(simplified.slice, fused);
  const rank = (group: number) => Math.max(...groups[group].members.map(({ body }) => body.node));
  const inOrder = (pieces: readonly number[]) => dependencies.ordered(pieces, rank);
  const emitted = new Map(
    inOrder([...groups.keys()]).map((group) => {
      const made = emit(groups[group], memory);
      return [group, rebase({ ...made, kernel: shapeLoops(made.kernel) }, alignment)];
    }),
  );
  const batches = new Map(
    batchKernels(emitted, memory.buffers, dependencies).map((batch) => [batch.pieces[0], batch]),
  );
  const dispatches = inOrder([...batches.keys()]).map((first): ScheduledDispatch => {
    const { pieces, kernel, extents } = batches.get(first)!;
    const launches = pieces.map((piece, i): ScheduledLaunch => {
      const { buffers, offsets, scalars } = emitted.get(piece)!;
      return { buffers, offsets, scalars, extents: extents.length > 0 ? [extents[i]] : [] };
    });
    return { kernel, launches };
  });
  return { buffers: memory.buffers, dispatches };
}

function emit(group: Group, memory: Memory): EmittedKernel {
  switch (group.kind) {
    case 'loop':
      return emitLoopKernel(group, memory);
    case 'contract':
      return emitContractKernel(group, memory);
    case 'single':
      return emitSingleKernel(group.members[0].body, memory);
  }
}
