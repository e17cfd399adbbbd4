/** Runs every program of the suite on the default device: PyTorch's values, then flat memory over many steps. */

import { readFileSync } from 'node:fs';
import { getDevice } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { expectClose, plain } from './compare.ts';
import * as copies from './copies.ts';
import * as gradients from './gradients.ts';
import * as networks from './networks.ts';
import type { Given, MakeProgram, Results } from './program.ts';
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

const fixtures = JSON.parse(
  readFileSync(new URL('../../fixtures/semantics.json', import.meta.url), 'utf8'),
) as Record<string, Fixture>;

/** Every program gives what PyTorch gives. */
export function valuesSuite(device: string): void {
  describe(`semantics on ${device}`, () => {
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

/** After some steps (a hundred, as a rule) nothing grows any more: live allocations, their bytes, bytes held, plans made. */
export function memorySuite(device: string, steps: number): void {
  describe(`memory of every idiom on ${device}`, () => {
    it.each(Object.keys(fixtures))(`%s: flat over ${steps} steps`, async (name) => {
      const program = PROGRAMS[name](fixtures[name].given);
      const { memory, plans } = getDevice(device);
      const peak = { liveCount: 0, liveBytes: 0, heldBytes: 0, misses: 0 };
      const note = () => {
        peak.liveCount = Math.max(peak.liveCount, memory.liveCount);
        peak.liveBytes = Math.max(peak.liveBytes, memory.liveBytes);
        peak.heldBytes = Math.max(peak.heldBytes, memory.heldBytes);
        peak.misses = plans.counters.misses;
      };
      const first = program.settled ?? 100;
      for (let i = 0; i < first; i++) {
        await program.step(i);
        note();
      }
      const settled = { ...peak };
      for (let i = first; i < steps; i++) {
        await program.step(i);
        note();
      }
      expect(peak).toEqual(settled);
    });
  });
}

/** A plain training loop of many steps leaves the JavaScript heap as it was, within one per cent, once it is collected. */
export function heapSuite(device: string, steps: number, collect: () => void): void {
  describe(`heap on ${device}`, () => {
    it(`is flat over ${steps} steps of a plain loop`, async () => {
      const name = 'running_loss_kept_lazily';
      const program = PROGRAMS[name](fixtures[name].given);
      const heap = () => {
        collect();
        return process.memoryUsage().heapUsed;
      };
      for (let i = 0; i < 500; i++) await program.step(i);
      const before = heap();
      for (let i = 500; i < steps; i++) await program.step(i);
      expect(heap()).toBeLessThan(before * 1.01);
    });
  });
}
