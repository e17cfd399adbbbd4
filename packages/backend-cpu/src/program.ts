/** A compiled kernel: its functions in the thread pool, and how its arguments are laid out. */

import type { Program } from '@tenfold/ir';
import type { ArgumentLayout } from './codegen/arguments.ts';
import type { KernelFunctions } from './codegen/functions.ts';

export interface LoadedModule {
  readonly firstFunction: number;
}

export interface CpuProgram extends Program {
  readonly layout: ArgumentLayout;
  readonly functions: KernelFunctions;
  /** The module's functions in the thread pool, shared by all its programs: dropped when the last of them is. */
  readonly module: LoadedModule;
}

/** Narrows a program that this backend made. */
export function isCpuProgram(program: Program): program is CpuProgram {
  return 'functions' in program;
}
