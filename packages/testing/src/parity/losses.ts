/** Losses, distances and further activations against PyTorch: the functions, and the layers that call them. */

import { functional } from '@tenfold/nn';
import { expect, it } from 'vitest';
import { byCall, problemsOf } from './calls.ts';
import { canHold, onDevice } from './device.ts';
import { moduleProblems } from './sequence.ts';

/** Losses and their kin on a device that is registered. */
export function lossesParity(device: string): void {
  onDevice(device, 'losses', ({ calls, modules }) => {
    it.each(byCall(calls.filter(canHold(device))))('%s', async (_, records) => {
      const problems: string[] = [];
      for (const record of records) problems.push(...(await problemsOf(record, functional, false)));
      expect(problems).toEqual([]);
    });
    const named = modules.map(
      (record) => [`${record.layer}(${JSON.stringify(record.args)})`, record] as const,
    );
    it.each(named)('%s', async (_, record) => {
      expect(await moduleProblems(record)).toEqual([]);
    });
  });
}
