/** Activations, convolution, pooling, normalisation, embedding and losses against PyTorch. */

import { functional } from '@tenfold/nn';
import * as tenfold from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { byCall, problemsOf } from './calls.ts';
import { canHold, onDevice } from './device.ts';

/** Functional operations on a device that is registered. */
export function functionalParity(device: string): void {
  for (const name of ['functional', 'vision'] as const) {
    onDevice(device, name, (records) => {
      it.each(byCall(records.filter(canHold(device))))('%s', async (_, calls) => {
        const problems: string[] = [];
        const namespace = { ...tenfold, ...functional };
        for (const record of calls) problems.push(...(await problemsOf(record, namespace, false)));
        expect(problems).toEqual([]);
      });
    });
  }
}
