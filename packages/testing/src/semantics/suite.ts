/** Runs every program of the suite on a device: PyTorch's values, then flat memory over many steps. */

import { getDevice } from '@tenfold/ir';
import type { Device } from '@tenfold/ir';
import { setDefaultDevice } from '@tenfold/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFixture } from '../fixtures.ts';
import { expectClose, plain } from './compare.ts';
import * as copies from './copies.ts';
import * as gradients from './gradients.ts';
import * as networks from './networks.ts';
import type { Given, MakeProgram, Program, Results } from './program.ts';
import * as training from './training.ts';

export const PROGRAMS: Readonly<Record<string, MakeProgram>> = {
  ...training,
  ...copies,
  ...networks,
  ...gradients,
};

interface Fixture {
  readonly given: Given;
  readonly expected: Results;
}

/** Declares tests of PyTorch's programs on a device, which must be registered. */
function onDevice(
  name: string,
  device: string,
  declare: (fixtures: Readonly<Record<string, Fixture>>) => void,
): void {
  describe(`${name} on ${device}`, async () => {
    beforeAll(() => setDefaultDevice(device));
    declare((await loadFixture('semantics')) as Readonly<Record<string, Fixture>>);
  });
}

/** Every program gives what PyTorch gives. */
export function valuesSuite(device: string): void {
  onDevice('semantics', device, (fixtures) => {
    it('has a program for every result of PyTorch', () => {
      expect(Object.keys(PROGRAMS).sort()).toEqual(Object.keys(fixtures).sort());
    });

    it.each(Object.keys(fixtures))('%s', async (name) => {
      const { given, expected } = fixtures[name];
      const program = PROGRAMS[name](given);
      for (let i = 0; i < program.steps; i++) await program.step(i);
      const results = await program.results();
      for (const [key, value] of Object.entries(expected)) {
        expectClose(`${name}.${key}`, await plain(results[key]), value, program.tolerance ?? 2e-5);
      }
    });
  });
}

/** What must not grow: live allocations, their bytes, bytes held, plans made. */
interface Footprint {
  liveCount: number;
  liveBytes: number;
  heldBytes: number;
  misses: number;
}

/** Runs the steps from `first` on and returns the greatest footprint on the way, `before` included. */
async function peakOf(
  device: Device,
  program: Program,
  first: number,
  end: number,
  before?: Footprint,
): Promise<Footprint> {
  const { memory, plans } = device;
  const peak = before ? { ...before } : { liveCount: 0, liveBytes: 0, heldBytes: 0, misses: 0 };
  for (let i = first; i < end; i++) {
    await program.step(i);
    // A loop that never awaits outruns an asynchronous device.
    if (!device.backend.readSync && i % 10 === 0) await device.ready();
    peak.liveCount = Math.max(peak.liveCount, memory.liveCount);
    peak.liveBytes = Math.max(peak.liveBytes, memory.liveBytes);
    peak.heldBytes = Math.max(peak.heldBytes, memory.heldBytes);
    peak.misses = plans.counters.misses;
  }
  return peak;
}

/**
 * After some steps (a hundred, as a rule) nothing grows any more. With `collect`, which forces a collection, the loop is
 * interrupted by it now and then.
 */
export function memorySuite(deviceName: string, steps: number, collect?: () => void): void {
  const name = `memory of every idiom${collect ? ', collected now and then,' : ''}`;
  onDevice(name, deviceName, (fixtures) => {
    it.each(Object.keys(fixtures))(`%s: flat over ${steps} steps`, async (name) => {
      const program = PROGRAMS[name](fixtures[name].given);
      const device = getDevice(deviceName);
      const first = program.settled ?? 100;
      const settled = await peakOf(device, program, 0, first);
      let peak = settled;
      for (let i = first; i < steps; i += 200) {
        peak = await peakOf(device, program, i, Math.min(i + 200, steps), peak);
        collect?.();
      }
      expect(peak).toEqual(settled);
    });
  });
}

/**
 * A plain training loop of many steps leaves buffers as they are after a hundred, and the JavaScript heap as it was,
 * within one per cent, once it is collected.
 */
export function longLoopSuite(deviceName: string, steps: number, collect: () => void): void {
  onDevice('a plain loop', deviceName, (fixtures) => {
    it(`is flat over ${steps} steps`, async () => {
      const name = 'running_loss_kept_lazily';
      const program = PROGRAMS[name](fixtures[name].given);
      const device = getDevice(deviceName);
      const heap = () => {
        collect();
        return process.memoryUsage().heapUsed;
      };
      const settled = await peakOf(device, program, 0, 500);
      const before = heap();
      expect(await peakOf(device, program, 500, steps, settled)).toEqual(settled);
      expect(heap()).toBeLessThan(before * 1.01);
    });
  });
}
