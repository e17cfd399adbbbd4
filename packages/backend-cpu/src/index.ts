/** The CPU backend. Importing this registers the device 'cpu'. */

import { registerBackend } from '@tenfold/ir';
import type { CpuOptions } from './backend.ts';
import { CpuBackend } from './backend.ts';

export { CpuBackend } from './backend.ts';
export type { CpuOptions } from './backend.ts';

registerBackend('cpu', () => new CpuBackend());

/** Configures the device 'cpu'; call it before the first tensor is made there. */
export function cpu(options: CpuOptions): void {
  registerBackend('cpu', () => new CpuBackend(options));
}
