/**
 * How a loop kernel is spread over invocations: a workgroup takes `rows` iterations of the grid and gives each `lanes`
 * invocations, which share the loops inside. Purely a matter of speed; it follows from extents and from which loop
 * walks memory in order.
 */

import type { AxisId, LoopKernel } from '@tenfold/ir';
import { statementsIn } from '@tenfold/ir';
import type { Target } from '../target.ts';
import { powerAtLeast, powerAtMost } from '../powers.ts';
import { gridOf, nestOf, trips } from './grid.ts';

export interface LoopShape {
  readonly rows: number;
  readonly lanes: number;
  /** Whether the lanes of a row are neighbours in the workgroup; else the rows are. */
  readonly laneMinor: boolean;
  /** Whether the lanes of a single row reduce by subgroups first. */
  readonly subgroups?: boolean;
}

/** More subgroups than this to a workgroup are no better than halving. */
const MOST_SUBGROUPS = 32;

/** The same shape, with subgroups where it has a use for the device's. */
export function withSubgroups(shape: LoopShape, { subgroups }: Target): LoopShape {
  if (shape.rows > 1 || shape.lanes === 1 || subgroups?.ids !== true) return shape;
  return { ...shape, subgroups: shape.lanes / subgroups.min <= MOST_SUBGROUPS };
}

/** Fewer invocations than this leave a graphics card idle. */
const BUSY = 1 << 15;
/** Iterations that a lane should have at least, so that sharing is worth its barriers. */
const LEAST = 4;

export function chooseLoopShape(kernel: LoopKernel, target: Target): LoopShape {
  const size = Math.min(256, target.workgroupSize);
  const grid = gridOf(kernel);
  const total = trips(grid.axes, kernel.axes);
  const loops = grid.body.flatMap((stmt) => (stmt.kind === 'loop' ? [nestOf(stmt)] : []));
  const serial = statementsIn(grid.body).some((stmt) => stmt.kind === 'loop' && stmt.order === 'serial');
  const inner = Math.max(0, ...loops.map(({ axes }) => trips(axes, kernel.axes)));
  if (serial || inner < 2 * LEAST) return { rows: total >= BUSY ? size : 64, lanes: 1, laneMinor: true };
  const laneMinor = walksInside(
    kernel,
    loops.map(({ axes }) => axes[axes.length - 1]),
    grid.axes[grid.axes.length - 1],
  );
  const useful = powerAtMost(inner / LEAST);
  const lanes = laneMinor
    ? Math.min(useful, size)
    : Math.max(1, Math.min(useful, powerAtMost(BUSY / total), size / 16));
  const rows = Math.max(1, Math.min(size / lanes, powerAtLeast(total)));
  return withSubgroups({ rows, lanes, laneMinor }, target);
}

/** Whether neighbours in memory are read by the loops inside rather than by the innermost one of the grid. */
export function walksInside(
  kernel: LoopKernel,
  inside: readonly AxisId[],
  outside: AxisId | undefined,
): boolean {
  let votes = 0;
  for (const value of kernel.values) {
    if (value.op !== 'load') continue;
    for (const { atom, coefficient } of value.index.terms) {
      if (atom.kind !== 'var' || coefficient !== 1) continue;
      if (inside.includes(atom.axis)) votes++;
      else if (atom.axis === outside) votes--;
    }
  }
  return votes >= 0;
}
