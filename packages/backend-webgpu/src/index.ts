/// <reference types="@webgpu/types" preserve="true" />
/** The WebGPU backend. `await webgpu()` makes the device 'webgpu' known. */

import { DeviceError, registerBackend } from '@tenfold/ir';
import type { WebGpuOptions } from './backend.ts';
import { WebGpuBackend } from './backend.ts';
import { openDevice } from './device/open-device.ts';
import type { Recovery } from './recovery.ts';
import { HostCopies, recoverDevice } from './recovery.ts';
import type { TuningRecord } from './tuning/table.ts';

export type { BackendCounters, WebGpuBackend, WebGpuOptions } from './backend.ts';
export type { Recovery } from './recovery.ts';
export type { TuningStep } from './tuning/steps.ts';
export type { TuningRecord } from './tuning/table.ts';
export type { Tuning } from './tuning/tuning.ts';

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
  opened = backend;
  copies = options.hostCopy && new HostCopies(backend, options.hostCopy.every);
}

/** The backend of the device 'webgpu'. */
let opened: WebGpuBackend | undefined;
let copies: HostCopies | undefined;

/**
 * Opens the device 'webgpu' again after it was lost, or to be rid of an error that sticks. Parameters, gradients and the state
 * of optimizers are what they were when the last host copy was taken, where `webgpu({ hostCopy })` asked for copies; what
 * else was on the device is gone, and says so when it is read. What the host knows (step counts, random generators) goes
 * on. Raises DeviceError before `webgpu()`, and where there is no device any more.
 */
export function recover(): Promise<Recovery> {
  return recoverDevice(backendFor('recover'), copies);
}

/**
 * Measures how the kernels compiled so far are best cut up on this adapter, and gives how many it measured: run what is to
 * be fast once, then this, which takes seconds a kernel. `exportTuning()` says what was found; given to `webgpu({ tuning })`
 * another time, all kernels are compiled so. Raises DeviceError before `webgpu()`.
 */
export function tuneKernels(): Promise<number> {
  return backendFor('tuneKernels').tune();
}

/** What is known of adapters and kernels, as plain JSON to keep. Raises DeviceError before `webgpu()`. */
export function exportTuning(): TuningRecord {
  return backendFor('exportTuning').tuningRecord();
}

function backendFor(name: string): WebGpuBackend {
  if (opened) return opened;
  throw new DeviceError(`${name}: the device 'webgpu' is not open; await webgpu() first`);
}
