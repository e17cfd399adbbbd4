/** With `deterministic`, the same bits for every number of threads, in plans of every kind, cut into the smallest parts. */

import { StandardEngine } from '@tenfold/ir';
import { drawSlice, runSlice } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuBackend } from '../src/index.ts';
import { tuning } from '../src/tuning.ts';

Object.assign(tuning, { split: 0, part: 1, grain: 4, shared: 0, task: 1, wake: -1 });

const subjects = [1, 2, 3, 4].map((threads) => {
  const backend = cpuBackend({ threads, deterministic: true, wideVectors: true });
  return { backend, engine: new StandardEngine(backend) };
});
afterAll(() => subjects.forEach(({ backend }) => backend.dispose()));

describe('deterministic', () => {
  it('turns off what differs between machines', () => {
    const [{ backend }] = subjects;
    expect(backend.features).toMatchObject({ relaxedSimd: false, wideVectors: false });
  });

  const seeds = Array.from({ length: 15 }, (_, i) => 5000 + 20 * i);
  it.each(seeds)('slices from seed %i: the same bits with one thread to four', async (start) => {
    for (let seed = start; seed < start + 20; seed++) {
      const { slice, contents, scalars } = drawSlice(seed);
      const [one, ...others] = await Promise.all(
        subjects.map(({ backend, engine }) => runSlice(slice, backend, engine, contents, scalars)),
      );
      for (const other of others) expect(other, `seed ${seed}`).toEqual(one);
    }
  });
});
