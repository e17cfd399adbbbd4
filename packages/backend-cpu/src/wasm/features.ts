/**
 * What the engine's WebAssembly can do, found by validating tiny modules, and the one switch that Node 20
 * needs: relaxed SIMD exists there behind a flag, which may be set until the first module is compiled.
 */

import { ModuleBuilder } from './module-builder.ts';
import type { FunctionBuilder } from './function-builder.ts';
import { memory } from './memory-instructions.ts';
import { f32x4, v128 } from './vector-instructions.ts';

export interface WasmFeatures {
  /** SIMD128, which everything here needs. */
  readonly simd: boolean;
  /** Fused (or at least relaxed) multiply-add. */
  readonly relaxedSimd: boolean;
  /** A memory shared between threads. */
  readonly sharedMemory: boolean;
}

/** Probes the engine. Call `enableRelaxedSimd` first where relaxed SIMD is wanted. */
export function detectFeatures(): WasmFeatures {
  return {
    simd: validates((code) => code.drop(f32x4.add(code.constants.f32x4(1), code.constants.f32x4(2)))),
    relaxedSimd: validates((code) => {
      const one = code.constants.f32x4(1);
      code.drop(f32x4.relaxed_madd(one, one, one));
    }),
    sharedMemory:
      typeof SharedArrayBuffer !== 'undefined' &&
      validates((code, module) => {
        module.importMemory('env', 'memory', { initial: 1, maximum: 1, shared: true });
        code.emit(memory.fill(0, 0, 0));
        code.drop(v128.load(0));
      }),
  };
}

/** The first version of V8 that has relaxed SIMD without a flag, which it then no longer knows. */
const V8_WITH_RELAXED_SIMD = 12;

/**
 * Switches relaxed SIMD on where it sits behind a V8 flag (Node 20). Does nothing in browsers, in newer
 * Node, and in engines without the flag. It cannot be probed for: what is validated first fixes the features.
 */
export function enableRelaxedSimd(): void {
  const host: {
    process?: { versions?: { v8?: string }; getBuiltinModule?: (id: string) => unknown };
  } = globalThis;
  const version = Number.parseInt(host.process?.versions?.v8 ?? '', 10);
  if (!(version < V8_WITH_RELAXED_SIMD)) return;
  const v8 = host.process?.getBuiltinModule?.('node:v8');
  if (hasSetFlags(v8)) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function hasSetFlags(value: unknown): value is { setFlagsFromString(flags: string): void } {
  return typeof value === 'object' && value !== null && 'setFlagsFromString' in value;
}

function validates(build: (code: FunctionBuilder, module: ModuleBuilder) => void): boolean {
  const module = new ModuleBuilder();
  build(module.func('probe', { params: [] }), module);
  return WebAssembly.validate(module.toBytes());
}
