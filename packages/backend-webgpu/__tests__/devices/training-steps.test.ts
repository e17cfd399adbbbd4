/**
 * What a step of training asks of the device: one submission, the kernels that the CPU runs, and nothing read back.
 */

import '@tenfold/backend-cpu';
import { Plan, getDevice, registerBackend, setDefaultDevice } from '@tenfold/ir';
import {
  TransformerBlock,
  lenet,
  lstm,
  smallMlp,
  training,
  transformerBlock,
} from '@tenfold/testing/networks';
import type { Network } from '@tenfold/testing/networks';
import { describe, expect, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';

const backend = await webgpuBackend();
registerBackend('webgpu', () => backend);

const NETWORKS: readonly Network[] = [
  smallMlp,
  { ...lenet, input: [2, 1, 28, 28], samples: 2 },
  { ...lstm, input: [3, 2, 64], samples: 2 },
  { ...transformerBlock, input: [1, 16, 32], samples: 1, build: () => new TransformerBlock(32, 2) },
];

/** The kernels of a step, once its plan is made, by name. */
function kernelsOfStep(network: Network, on: string): string[] {
  setDefaultDevice(on);
  const step = training(network);
  step();
  step();
  const kernels: string[] = [];
  const runner = getDevice(on);
  runner.onRun = ({ plan }) => {
    if (plan instanceof Plan) kernels.push(...plan.schedule.dispatches.map(({ kernel }) => kernel.name));
  };
  try {
    step();
  } finally {
    runner.onRun = undefined;
  }
  return kernels;
}

describe.each(NETWORKS)('a training step of $name', (network) => {
  it('is as many kernels as on the CPU, each one dispatch for all of its launches', async () => {
    const onCpu = kernelsOfStep(network, 'cpu');
    const onGpu = kernelsOfStep(network, 'webgpu');
    expect(onGpu).toEqual(onCpu);
    const step = training(network);
    for (let i = 0; i < 2; i++) step();
    await backend.synchronize();
    const before = { ...backend.counters };
    step();
    const after = backend.counters;
    expect(after.submissions - before.submissions).toBe(1);
    expect(after.reads - before.reads).toBe(0);
  });
});
