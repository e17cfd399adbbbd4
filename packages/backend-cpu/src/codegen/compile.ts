/**
 * Kernels to one WebAssembly module: the functions of all kernels of a plan, exported as `f0`, `f1`, …, and what a
 * program has to know to run them.
 */

import type { Kernel } from '@tenfold/ir';
import { DeviceError, unreachable } from '@tenfold/ir';
import type { MemoryLimits } from '../wasm/index.ts';
import { ModuleBuilder } from '../wasm/index.ts';
import { contractFunctions } from './contract.ts';
import type { KernelFunctions } from './functions.ts';
import { loopFunctions } from './loop-functions.ts';
import type { Lowering } from './lowering.ts';
import type { Pairing } from '../pairing.ts';

export interface CompileOptions {
  readonly memory: MemoryLimits;
  readonly relaxed: boolean;
  readonly pairing?: Pairing | undefined;
  /** Tried in order before the general templates. */
  readonly lowerings?: readonly Lowering[];
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly functionCount: number;
  /** One for each kernel, in order. */
  readonly kernels: readonly KernelFunctions[];
}

const WITHOUT_SORTING = "cpu: '@tenfold/backend-cpu/base' cannot sort; import '@tenfold/backend-cpu'";

export function compileKernels(
  kernels: readonly Kernel[],
  { memory, relaxed, pairing, lowerings = [] }: CompileOptions,
): CompiledModule {
  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', memory);
  let functionCount = 0;
  const reserve = () => functionCount++;
  const add = () => {
    const index = reserve();
    return { index, code: module.func(`f${index}`, { params: ['i32', 'i32', 'i32'], export: true }) };
  };
  const target = { module, relaxed, pairing, add, reserve };
  const compiled = kernels.map((kernel) => {
    for (const lowering of lowerings) {
      const functions = lowering(kernel, target);
      if (functions) return functions;
    }
    if (kernel.kind === 'attention' || kernel.kind === 'host')
      return unreachable(`${kernel.kind} is compiled by a lowering`);
    if (kernel.kind === 'routine') throw new DeviceError(WITHOUT_SORTING);
    return kernel.kind === 'loop' ? loopFunctions(kernel, target) : contractFunctions(kernel, target);
  });
  return { bytes: module.toBytes(), functionCount, kernels: compiled };
}
