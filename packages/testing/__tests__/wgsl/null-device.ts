/**
 * A WebGPU device that checks everything and runs nothing: Dawn's null backend, at the limits that every device has.
 * What it accepts here is valid WGSL with valid bindings on any machine.
 */

import { create } from 'webgpu';

/** Dawn crashes when this object is collected while a device is alive, so it stays. */
const held: { gpu?: GPU } = {};

export async function nullDevice(): Promise<GPUDevice> {
  held.gpu ??= create(['backend=null']);
  const adapter = await held.gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null adapter');
  return adapter.requestDevice();
}

/** The message of the validation error that `work` causes, or undefined. */
export async function errorOf(device: GPUDevice, work: () => unknown): Promise<string | undefined> {
  device.pushErrorScope('validation');
  await work();
  return (await device.popErrorScope())?.message;
}

/** Bits of GPUBufferUsage and GPUShaderStage, which Node has no objects for. */
export const STORAGE = 0x80;
export const COPY_DESTINATION = 0x08;
export const COMPUTE_STAGE = 0x4;
