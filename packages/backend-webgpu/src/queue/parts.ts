/**
 * Which launches one dispatch of the GPU runs. Launches go together, one row of a table each, up to what the table, the
 * grid and a watchdog bear; a launch that is too much by itself is cut into ranges of its workgroups, which do not depend
 * on each other.
 */

import type { Kernel } from '@tenfold/ir';
import { workOf } from '@tenfold/ir';
import type { AdapterClass } from '../target.ts';

/** What a launch asks for. */
export interface Demand {
  readonly groups: number;
  /** How long it may take, in milliseconds. */
  readonly milliseconds: number;
}

export interface PartLimits {
  readonly rows: number;
  readonly groups: number;
  readonly milliseconds: number;
}

/** Launches from `first` on; of a single one, the workgroups from `from` to `to`. */
export interface Part {
  readonly first: number;
  readonly count: number;
  readonly from: number;
  /** Workgroups are counted over all its launches. */
  readonly to: number;
  readonly milliseconds: number;
}

export function partsOf(demands: readonly Demand[], limits: PartLimits): Part[] {
  const parts: Part[] = [];
  let open: { first: number; count: number; from: number; to: number; milliseconds: number } | undefined;
  demands.forEach(({ groups, milliseconds }, first) => {
    if (groups > limits.groups || milliseconds > limits.milliseconds) {
      open = undefined;
      parts.push(...rangesOf(first, { groups, milliseconds }, limits));
    } else if (
      open &&
      open.count < limits.rows &&
      open.to + groups <= limits.groups &&
      open.milliseconds + milliseconds <= limits.milliseconds
    ) {
      open.count++;
      open.to += groups;
      open.milliseconds += milliseconds;
    } else {
      open = { first, count: 1, from: 0, to: groups, milliseconds };
      parts.push(open);
    }
  });
  return parts;
}

function rangesOf(first: number, { groups, milliseconds }: Demand, limits: PartLimits): Part[] {
  const wanted = Math.max(Math.ceil(groups / limits.groups), Math.ceil(milliseconds / limits.milliseconds));
  const each = Math.ceil(groups / Math.min(wanted, groups));
  const parts: Part[] = [];
  for (let from = 0; from < groups; from += each) {
    const to = Math.min(from + each, groups);
    parts.push({ first, count: 1, from, to, milliseconds: (milliseconds * (to - from)) / groups });
  }
  return parts;
}

/** Workgroups along each dimension: at least so many in all, none wider than `width`. */
export function gridOf(groups: number, width: number): readonly [number, number, number] {
  const x = Math.min(groups, width);
  const rows = Math.ceil(groups / x);
  const z = Math.ceil(rows / width);
  return [x, Math.ceil(rows / z), z];
}

/** What an adapter of a class does at the least, of operations and of bytes, in a millisecond. */
const LEAST: { readonly [adapter in AdapterClass]: { readonly flops: number; readonly bytes: number } } = {
  discrete: { flops: 5e8, bytes: 5e7 },
  integrated: { flops: 5e7, bytes: 5e6 },
  software: { flops: 2e6, bytes: 2e6 },
};

/** How long a launch may take, in milliseconds: a cautious guess. */
export function millisecondsOf(kernel: Kernel, extents: readonly number[], adapter: AdapterClass): number {
  const { flops, readBytes, writtenBytes } = workOf(kernel, extents);
  const least = LEAST[adapter];
  return Math.max(flops / least.flops, (readBytes + writtenBytes) / least.bytes);
}
