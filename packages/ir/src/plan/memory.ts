/**
 * The memory plan: temporaries as offsets into one scratch arena, so that those which are never needed at the same
 * time share bytes. Best fit: each temporary takes the smallest gap, among those alive beside it, that holds it.
 */

import type { Schedule } from '../schedule/dispatches.ts';

/** A span of time in which a temporary is needed, in positions of the schedule, both ends included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan {
  /** Of each temporary, in bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

export function planMemory(lifetimes: readonly Lifetime[], alignment: number): MemoryPlan {
  const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  let total = 0;
  // Large ones first: the small ones then fill the gaps between them.
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes || a - b);
  for (const i of order) {
    const { bytes, first, last } = lifetimes[i];
    const size = aligned(bytes);
    const beside = placed
      .filter((j) => lifetimes[j].first <= last && first <= lifetimes[j].last)
      .sort((a, b) => offsets[a] - offsets[b]);
    let best = -1;
    let bestGap = Infinity;
    let end = 0;
    for (const j of beside) {
      const gap = offsets[j] - end;
      if (gap >= size && gap < bestGap) [best, bestGap] = [end, gap];
      end = Math.max(end, offsets[j] + aligned(lifetimes[j].bytes));
    }
    offsets[i] = best >= 0 ? best : end;
    total = Math.max(total, offsets[i] + size);
    placed.push(i);
  }
  return { offsets, bytes: total };
}

/** When each temporary of a schedule is needed: from the dispatch that first touches it to the last one that does. */
export function temporaryLifetimes({ buffers, dispatches }: Schedule): Lifetime[] {
  const first: number[] = [];
  const last: number[] = [];
  dispatches.forEach(({ launches }, at) => {
    for (const { buffers: keys } of launches) {
      for (const key of keys) {
        if (!buffers.isTemporary(key)) continue;
        first[key - buffers.storages] ??= at;
        last[key - buffers.storages] = at;
      }
    }
  });
  return Array.from({ length: buffers.count - buffers.storages }, (_, i) => ({
    bytes: buffers.info(buffers.storages + i).bytes,
    first: first[i] ?? 0,
    last: last[i] ?? 0,
  }));
}
