/** Indexing, shape, search and product operations against PyTorch. */

import * as tenfold from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { byCall, problemsOf } from './calls.ts';
import { canHold, onDevice } from './device.ts';

/** Shape operations on a device that is registered. */
export function shapeParity(device: string): void {
  onDevice(device, 'shapes', (records) => {
    it.each(byCall(records.filter(canHold(device))))('%s', async (_, calls) => {
      const problems: string[] = [];
      for (const record of calls) problems.push(...(await problemsOf(record, tenfold, true)));
      expect(problems).toEqual([]);
    });
  });
}
