/** Activations, convolution, pooling, normalisation, embedding and losses against PyTorch. */

import { functional } from '@tenfold/nn';
import * as tenfold from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { loadFixture } from '../src/index.ts';
import { byCall, problemsOf } from './parity/calls.ts';
import { onEveryDevice } from './parity/devices.ts';

const CALLS = byCall(loadFixture('functional'));

onEveryDevice('functional operations', () => {
  it.each(CALLS)('%s', async (_, records) => {
    const problems: string[] = [];
    const namespace = { ...tenfold, ...functional };
    for (const record of records) problems.push(...(await problemsOf(record, namespace, false)));
    expect(problems).toEqual([]);
  });
});
