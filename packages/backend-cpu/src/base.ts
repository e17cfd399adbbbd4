/**
 * The CPU backend for pages that count every kilobyte: the same operations but sorting, on one thread, with convolutions
 * as plain loops. Importing this registers the device 'cpu'.
 */

import { registerBackend } from '@tenfold/ir';
import type { CpuOptions as AllOptions } from './backend.ts';
import { CpuBackend } from './backend.ts';

export type { CpuBackend } from './backend.ts';
export type CpuOptions = Pick<AllOptions, 'deterministic' | 'memoryBytes' | 'relaxedSimd'>;

/** A backend of its own, for tests and tools; devices are configured with `cpu()`. */
export function cpuBackend(options: CpuOptions = {}): CpuBackend {
  return new CpuBackend(options);
}

/** Configures the device 'cpu'; call it before the first tensor is made there. */
export function cpu(options: CpuOptions = {}): void {
  registerBackend('cpu', () => cpuBackend(options));
}

cpu();
