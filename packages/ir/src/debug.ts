/**
 * Levels of what is printed while things run, from the environment variable TENFOLD_DEBUG or `setDebug`: 1 plan-cache
 * misses, 2 also what is scheduled, 3 the kernels as pseudo-code, 4 the code that a backend generates. From 1 on, slices and kernels are verified. What prints and verifies comes with
 * `@tenfold/ir/debug`, which `tenfold` imports; a page that nobody is debugging need not download it.
 */

import type { Kernel } from './kernel/kernel.ts';
import type { Collection } from './run/collect.ts';
import type { PlanStats } from './run/engine.ts';
import type { Slice } from './run/slice.ts';
import type { Schedule } from './schedule/dispatches.ts';

export type DebugLevel = 0 | 1 | 2 | 3 | 4;

/** What `@tenfold/ir/debug` provides. */
export interface DebugTools {
  /** A sentence about a plan that had to be made. */
  readonly describeMiss: (
    device: string,
    collection: Collection,
    known: readonly (readonly number[])[],
  ) => string;
  /** Raises an `internal:` error for a slice that breaks a rule of the op table. */
  readonly verifySlice: (slice: Slice) => void;
  /** Raises an `internal:` error for a kernel that is not well formed. */
  readonly verifyKernel: (kernel: Kernel) => void;
  /** A plan as text. */
  readonly printPlan: (schedule: Schedule, stats: PlanStats) => string;
  /** The kernels of a plan as pseudo-code. */
  readonly printKernels: (schedule: Schedule) => string;
}

let level = fromEnvironment();
let tools: DebugTools | undefined;

function fromEnvironment(): number {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return Number(process?.env?.['TENFOLD_DEBUG'] ?? 0) || 0;
}

/** The tools, where they were imported and something is being debugged. */
export function activeDebugTools(): DebugTools | undefined {
  return level > 0 ? tools : undefined;
}

/** Puts the tools into place; `@tenfold/ir/debug` does. */
export function setDebugTools(value: DebugTools): void {
  tools = value;
}

/** Sets the level for the rest of the process. */
export function setDebug(value: DebugLevel): void {
  level = value;
}

export function debugLevel(): number {
  return level;
}

/** Prints to the error stream when the level is wanted; the message is only made then. */
export function debug(wanted: DebugLevel, message: () => string): void {
  // oxlint-disable-next-line no-console -- what TENFOLD_DEBUG asks for
  if (level >= wanted) console.error(message());
}
