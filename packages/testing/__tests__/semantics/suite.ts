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

export const PROGRAMS: Readonly<Record<string, MakeProgram>> = { ...training, ...copies, ...networks, ...gradients };

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

/** After a hundred steps nothing grows any more: live allocations, their bytes, bytes held, plans made. */
export function memorySuite(device: string, steps: number): void {
  describe(`memory of every idiom on ${device}`, () => {
    it.each(Object.keys(fixtures))(`%s: flat over ${steps} steps`, async (name) => {
      const program = PROGRAMS[name](fixtures[name].given);
      const { memory, plans } = getDevice(device);
      const state = () => [memory.liveCount, memory.liveBytes, memory.heldBytes, plans.counters.misses];
      let settled: number[] = [];
      for (let i = 0; i < steps; i++) {
        await program.step(i);
        if (i === 99) settled = state();
      }
      await program.results();
      expect(state().slice(0, 3)).toEqual(settled.slice(0, 3));
    });
  });
}
