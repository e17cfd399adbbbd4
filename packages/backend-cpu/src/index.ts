/** The CPU backend with all its lowerings. Importing this registers the device 'cpu'. */

import { DeviceError, getDevice, registerBackend } from '@tenfold/ir';
import type { CpuFeatures, CpuOptions as BaseOptions } from './backend.ts';
import { CpuBackend } from './backend.ts';
import { allParts } from './parts.ts';
import { wideVectors } from './wide/enable.ts';

export type { CpuBackend, CpuFeatures } from './backend.ts';
export type { AlgorithmEstimate } from './convolution/algorithms.ts';
export { convolutionAlgorithms } from './convolution/shape.ts';
export type { ConvolutionShape } from './convolution/shape.ts';

export interface CpuOptions extends BaseOptions {
  /**
   * Vectors of 256 bits: Node 24 and newer on x86-64 with AVX2, where products and elementwise work become about twice as
   * fast. V8's support is experimental, so results are verified first (some tens of milliseconds, once); if one is
   * wrong, or the engine has no wide vectors, they stay off, and a message says so. The setting is the process's: V8
   * then compiles all later WebAssembly with it, that of other libraries too. Default false.
   */
  readonly wideVectors?: boolean;
}

/** A backend of its own, for tests and tools; devices are configured with `cpu()`. */
export function cpuBackend(options: CpuOptions = {}): CpuBackend {
  const parts = allParts(options);
  const wide = options.wideVectors && !options.deterministic;
  const pairing = wide ? wideVectors(options, parts) : undefined;
  return new CpuBackend(options, { ...parts, pairing });
}

/** Configures the device 'cpu'; call it before the first tensor is made there. */
export function cpu(options: CpuOptions = {}): void {
  registerBackend('cpu', () => cpuBackend(options));
}

/** What the device 'cpu' makes use of: of what was asked for, what the engine has. */
export function cpuFeatures(): CpuFeatures {
  const { backend } = getDevice('cpu');
  if (backend instanceof CpuBackend) return backend.features;
  throw new DeviceError(`cpuFeatures: the device 'cpu' is another backend, '${backend.name}'`);
}

cpu();
