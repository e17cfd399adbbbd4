/**
 * Memory of training, counted rather than timed: what is in use, the peak of everything the backend takes (operands' copies
 * and threads' workspaces included), how scattered the free memory is, and what a long loop adds. Each network trains on a
 * backend of its own, so that nothing before it is counted.
 */

import { cpuBackend } from '@tenfold/backend-cpu';
import type { CpuBackend } from '@tenfold/backend-cpu';
import { getDevice, registerBackend } from '@tenfold/ir';
import { setDefaultDevice } from '@tenfold/tensor';
import { networks, training } from '@tenfold/testing/networks';
import type { Network } from '@tenfold/testing/networks';
import type { BenchmarkSet } from '../workload.ts';

/** Steps before the loop: results of modules are kept for eight runs, so memory is steady only after those. */
const SETTLE = 12;
/** About as long a loop for each network. */
const STEPS: Readonly<Record<string, number>> = { 'MLP 64-128-10': 3000, 'MLP 784-512-256-10': 100 };
const FEW_STEPS = 30;

interface MemoryFigures {
  readonly inUse: number;
  readonly peak: number;
  /** What the loop added to the memory in use, in bytes and in allocations. */
  readonly added: number;
  readonly allocations: number;
  /** The part of the free memory that is not in its largest block. */
  readonly fragmentation: number;
}

async function loop(network: Network, steps: number): Promise<MemoryFigures> {
  const { threads } = getDevice('cpu').backend.caps;
  const backend = cpuBackend({ threads });
  const name = `cpu, ${network.name}`;
  registerBackend(name, () => backend);
  setDefaultDevice(name);
  try {
    return await train(network, steps, name, backend);
  } finally {
    setDefaultDevice('cpu');
  }
}

async function train(
  network: Network,
  steps: number,
  name: string,
  backend: CpuBackend,
): Promise<MemoryFigures> {
  const device = getDevice(name);
  const step = training(network);
  for (let i = 0; i < SETTLE; i++) step();
  await device.ready();
  const before = { bytes: device.memory.liveBytes, count: device.memory.liveCount };
  for (let i = 0; i < steps; i++) {
    step();
    await device.ready();
  }
  const { liveBytes, liveCount } = device.memory;
  const { peak, fragmentation } = backend.memoryReport();
  return {
    inUse: before.bytes,
    peak,
    added: liveBytes - before.bytes,
    allocations: liveCount - before.count,
    fragmentation,
  };
}

function memoryOf(network: Network): BenchmarkSet {
  const steps = STEPS[network.name] ?? FEW_STEPS;
  let figures: Promise<MemoryFigures> | undefined;
  const once = () => (figures ??= loop(network, steps));
  const mebi = 2 ** 20;
  return {
    group: 'memory',
    name: `${steps} steps of ${network.name}`,
    variants: [
      { name: 'in use', unit: 'MiB', figure: async () => (await once()).inUse / mebi },
      { name: 'peak of the backend', unit: 'MiB', figure: async () => (await once()).peak / mebi },
      { name: 'added by the loop', unit: 'MiB', figure: async () => (await once()).added / mebi },
      { name: 'allocations added by the loop', unit: '', figure: async () => (await once()).allocations },
      { name: 'fragmentation', unit: '%', figure: async () => 100 * (await once()).fragmentation },
    ],
  };
}

export const memory: readonly BenchmarkSet[] = networks.map(memoryOf);
