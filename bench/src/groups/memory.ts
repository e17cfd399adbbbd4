/**
 * Memory of training, counted rather than timed: what is in use at most, how scattered the free memory is, and what a long
 * loop adds. The CPU backend reports on its own memory; the device counts allocations.
 */

import type { CpuBackend } from '@tenfold/backend-cpu';
import { getDevice } from '@tenfold/ir';
import type { Device } from '@tenfold/ir';
import { networks, training } from '@tenfold/testing/networks';
import type { Network } from '@tenfold/testing/networks';
import type { BenchmarkSet } from '../workload.ts';

const STEPS = 300;

interface MemoryFigures {
  /** Device memory in use after two steps, and what the loop added to it, in bytes and in allocations. */
  readonly live: number;
  readonly grown: number;
  readonly allocations: number;
  /** The part of the free memory that is not in its largest block. */
  readonly fragmentation: number;
}

async function loop(network: Network, steps: number): Promise<MemoryFigures> {
  const device = getDevice('cpu');
  const step = training(network);
  for (let i = 0; i < 2; i++) step();
  await device.ready();
  const before = { bytes: device.memory.liveBytes, count: device.memory.liveCount };
  for (let i = 0; i < steps; i++) {
    step();
    await device.ready();
  }
  const { liveBytes, liveCount } = device.memory;
  return {
    live: before.bytes,
    grown: liveBytes - before.bytes,
    allocations: liveCount - before.count,
    fragmentation: fragmentation(device),
  };
}

function fragmentation(device: Device): number {
  if (!isCpu(device)) return NaN;
  const { total, used, largestFree } = device.backend.memoryReport();
  const free = total - used;
  return free > 0 ? 1 - largestFree / free : 0;
}

function isCpu(device: Device): device is Device & { readonly backend: CpuBackend } {
  return 'memoryReport' in device.backend;
}

function memoryOf(network: Network): BenchmarkSet {
  const steps = network.name.startsWith('MLP 64') ? 10 * STEPS : STEPS / 10;
  let figures: Promise<MemoryFigures> | undefined;
  const once = () => (figures ??= loop(network, steps));
  const mebi = 2 ** 20;
  return {
    group: 'memory',
    name: `${steps} steps of ${network.name}`,
    variants: [
      { name: 'in use', unit: 'MiB', figure: async () => (await once()).live / mebi },
      { name: 'added by the loop', unit: 'MiB', figure: async () => (await once()).grown / mebi },
      { name: 'allocations added by the loop', unit: '', figure: async () => (await once()).allocations },
      { name: 'fragmentation', unit: '%', figure: async () => 100 * (await once()).fragmentation },
    ],
  };
}

export const memory: readonly BenchmarkSet[] = networks.map(memoryOf);
