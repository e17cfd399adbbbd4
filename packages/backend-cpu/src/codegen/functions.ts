/**
 * What a kernel becomes: functions of the plan's module, one for each phase of its work, and what a program has to know to
 * run them.
 */

import type { DirectForm, EmitPacker } from '../gemm/index.ts';
import type { Pairing } from '../pairing.ts';
import type { FunctionBuilder, ModuleBuilder } from '../wasm/index.ts';

/** One function of a program: called with the arguments' address and a range of its grid. */
export interface Phase {
  /** Index among the module's functions. */
  readonly function: number;
  /** Size of the grid for a launch's extents. */
  grid(extents: readonly number[]): number;
  /** Ranges begin at multiples of this. */
  readonly grain: number;
  /** Estimated time of one element of the grid. */
  readonly nanoseconds: number;
  /** Every task prepares something of its own (packs an operand), so there should be no more of them than threads. */
  readonly coarse?: boolean;
}

export interface KernelFunctions {
  readonly phases: readonly Phase[];
  /** Scratch memory that a launch needs between its phases. */
  scratch(extents: readonly number[]): number;
  /** Memory that each thread needs while it runs one of the functions. */
  readonly workspaceBytes: number;
  /** Run after the phases by the calling thread: JavaScript over the memory, given the arguments' address. */
  readonly host?: (memory: Uint8Array, args: number) => void;
}

/** Where functions are put: the module, and how many it has already. */
export interface FunctionTarget {
  readonly module: ModuleBuilder;
  readonly relaxed: boolean;
  /** How code is shaped where the engine pairs neighbouring vectors. */
  readonly pairing: Pairing | undefined;
  /** How contractions pack operands that are no matrices; without it those contractions are loops. */
  readonly tabled?: EmitPacker;
  /** How contractions of few rows go without packing; without it they are packed, or loops. */
  readonly direct?: DirectForm;
  /** A new exported function `(arguments, begin, end)` and its index. */
  add(): { index: number; code: TaskBuilder };
  /** The index of a function that the caller exports itself. */
  reserve(): number;
}

/** A new function over units of work: where its arguments stand, and the range of units. */
export function addTask(target: FunctionTarget) {
  const { index, code } = target.add();
  const [args, begin, end] = code.params;
  return { index, code: code as FunctionBuilder, args, begin, end };
}

export type TaskBuilder = FunctionBuilder<readonly ['i32', 'i32', 'i32'], 'void'>;
