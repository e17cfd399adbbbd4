/**
 * WebGPU in Node: Dawn's null backend, which validates everything and executes nothing, and a device that executes,
 * where there is one: a graphics card's, or SwiftShader, which Debian's Chromium brings along. Devices are made with
 * WebGPU's minimum limits, whatever the adapter could do.
 */

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Dawn crashes the process when one of these is collected, so they are never let go. */
const instances: GPU[] = [];
Object.assign(globalThis, { dawnInstances: instances });

/** A device that validates. Undefined where Dawn has no binary for the platform. */
export function nullDevice(): Promise<GPUDevice | undefined> {
  return open(['backend=null']);
}

/** A device that executes, if this machine has one. */
export function executingDevice(): Promise<GPUDevice | undefined> {
  if (process.platform !== 'linux') return open([]);
  const chosen = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (chosen === undefined && existsSync(SWIFTSHADER)) {
    process.env.VK_DRIVER_FILES = SWIFTSHADER;
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
    process.env.NODEVICE_SELECT = '1';
  }
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  return open(['backend=vulkan']);
}

async function open(options: string[]): Promise<GPUDevice | undefined> {
  const dawn = await import('webgpu').catch(() => undefined);
  if (!dawn) return undefined;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(options);
  instances.push(gpu);
  const adapter = await gpu.requestAdapter();
  return adapter?.requestDevice();
}

/** What WebGPU finds wrong with `act`, or an empty text. Errors that are thrown and errors that are reported later. */
export async function complaintAbout(device: GPUDevice, act: () => void): Promise<string> {
  device.pushErrorScope('validation');
  let thrown = '';
  try {
    act();
  } catch (error) {
    thrown = String(error);
  }
  const error = await device.popErrorScope();
  return error?.message ?? thrown;
}
