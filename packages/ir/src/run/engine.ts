/**
 * How a device turns slices into work. The standard engine schedules kernels for a backend; a reference engine
 * interprets the slice node by node.
 */

import type { OperandRef } from '../backend/backend.ts';
import type { Slice } from './slice.ts';

/** What a run binds to a prepared slice. */
export interface Bindings {
  /** Memory of each storage of the slice. */
  readonly storages: readonly OperandRef[];
  /** Run-time numbers, by slot. */
  readonly scalars: readonly number[];
  /** The device's scratch arena, at least `scratchBytes` long. */
  readonly scratch: OperandRef;
}

export interface PlanStats {
  /** Launches of compiled kernels in one run; a batch counts once. */
  readonly kernels: number;
  /** Bytes of intermediates at their peak, as planned. */
  readonly scratchBytes: number;
}

/** A slice made ready: a plan. */
export interface Executable {
  readonly stats: PlanStats;
  run(bindings: Bindings): void;
}

export interface Engine {
  prepare(slice: Slice): Executable;
}
