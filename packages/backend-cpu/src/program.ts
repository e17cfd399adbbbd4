/** A compiled kernel: its functions in the thread pool, and how its arguments are laid out. */

import type { Program, RoutineKernel } from '@tenfold/ir';
import type { ArgumentLayout } from './codegen/arguments.ts';
import type { KernelFunctions } from './codegen/functions.ts';

export interface LoadedModule {
  readonly firstFunction: number;
}

export interface FunctionProgram extends Program {
  readonly kind: 'functions';
  readonly layout: ArgumentLayout;
  readonly functions: KernelFunctions;
  /** The module's functions in the thread pool, shared by all its programs: dropped when the last of them is. */
  readonly module: LoadedModule;
}

export interface RoutineProgram extends Program {
  readonly kind: 'routine';
  readonly kernel: RoutineKernel;
}

export type CpuProgram = FunctionProgram | RoutineProgram;

/** Narrows a program that this backend made. */
export function isCpuProgram(program: Program & { readonly kind?: unknown }): program is CpuProgram {
  return program.kind === 'functions' || program.kind === 'routine';
}
