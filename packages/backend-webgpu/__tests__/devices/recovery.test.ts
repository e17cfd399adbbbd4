import { getDevice, unreachable } from '@tenfold/ir';
import { recoverySuite } from '@tenfold/testing/devices';
import { WebGpuBackend } from '../../src/backend.ts';
import { recover, webgpu } from '../../src/index.ts';

await webgpu({ hostCopy: { every: 1 } });
recoverySuite({
  device: 'webgpu',
  kill() {
    const { backend } = getDevice('webgpu');
    if (!(backend instanceof WebGpuBackend)) unreachable('the device is not WebGPU');
    backend.device.destroy();
  },
  recover,
});
