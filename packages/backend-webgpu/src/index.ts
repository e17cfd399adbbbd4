/// <reference types="@webgpu/types" preserve="true" />
/** The WebGPU backend. `await webgpu()` makes the device 'webgpu' known. */

import { registerBackend } from '@tenfold/ir';
import type { BackendOptions } from './backend.ts';
import { WebGpuBackend } from './backend.ts';
import type { DeviceOptions } from './device/open-device.ts';
import { openDevice } from './device/open-device.ts';

export type { WebGpuBackend } from './backend.ts';

export interface WebGpuOptions extends DeviceOptions, BackendOptions {}

/** A backend of its own, for tests and tools. */
export async function webgpuBackend(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  return new WebGpuBackend(await openDevice(options), options);
}

/**
 * Opens a device and makes it known as 'webgpu'; call it before the first tensor is made there.
 * Raises DeviceError where there is no WebGPU, no adapter, or no device.
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<void> {
  const backend = await webgpuBackend(options);
  registerBackend('webgpu', () => backend);
}
