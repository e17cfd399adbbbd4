/** How a device's memory is used, as a number of bytes that a program can print or decide by. */

import type { MemoryReport } from '@tenfold/ir';
import { DeviceError, getDevice } from '@tenfold/ir';

export interface DeviceMemory extends MemoryReport {
  /** Of `used`: parameters, gradients, optimizer states, results, and the intermediates of the largest plan. */
  readonly tensors: { readonly bytes: number; readonly count: number };
}

/**
 * The memory of a device (the default one unless named): in use, peak, capacity, fragmentation. Compare
 * `torch.cuda.memory_stats`. Raises DeviceError where the device does not know.
 */
export function memoryReport(device?: string): DeviceMemory {
  const { name, backend, memory } = getDevice(device);
  const report = backend.memoryReport?.();
  if (!report) throw new DeviceError(`memoryReport: device '${name}' does not tell how its memory is used`);
  return { ...report, tensors: { bytes: memory.liveBytes, count: memory.liveCount } };
}
