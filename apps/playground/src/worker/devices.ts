/** The devices of this worker: which there are, what is missing where one is not, and what they tell of their memory. */

import { cpuFeatures } from '@tenfold/backend-cpu';
import { DeviceError, memoryReport, webgpu } from 'tenfold';
import type { DeviceName, DeviceStatus, Memory } from '../protocol.ts';

export async function findDevices(): Promise<readonly DeviceStatus[]> {
  return [findCpu(), await findWebgpu()];
}

function findCpu(): DeviceStatus {
  const { threads } = cpuFeatures();
  return { device: 'cpu', detail: threads === 1 ? '1 thread' : `${threads} threads` };
}

async function findWebgpu(): Promise<DeviceStatus> {
  try {
    await webgpu();
    return { device: 'webgpu' };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { device: 'webgpu', missing: error.message };
  }
}

/** The devices that are left when WebGPU's was lost. */
export function devicesAfterLoss(): readonly DeviceStatus[] {
  const missing = 'its device was lost while it was in use; reload the page to open it again';
  return [findCpu(), { device: 'webgpu', missing }];
}

/** Undefined where the device does not know. */
export function memoryOf(device: DeviceName): Memory | undefined {
  try {
    const { used, peak } = memoryReport(device);
    return { used, peak };
  } catch (error) {
    if (error instanceof DeviceError) return undefined;
    throw error;
  }
}
