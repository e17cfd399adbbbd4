/** How many kernels a piece of work takes, for tests that pin it. */

import type { Device } from '@tenfold/ir';

/** Launches of kernels in the runs that `body` causes on a device; what was pending before is run first. */
export function countKernels(device: Device, body: () => void): number {
  device.run();
  const outer = device.onRun;
  let kernels = 0;
  device.onRun = ({ plan }) => {
    kernels += plan.stats.kernels;
  };
  try {
    body();
    device.run();
  } finally {
    device.onRun = outer;
  }
  return kernels;
}
