/** The memory plan: what lives at the same time never overlaps, and what does not shares bytes. */

import { SeededRandom } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import type { Lifetime } from '../src/plan/memory.ts';
import { planMemory } from '../src/plan/memory.ts';

const meet = (a: Lifetime, b: Lifetime) => a.first <= b.last && b.first <= a.last;

describe('planMemory', () => {
  it('never overlaps what lives at the same time, and aligns', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new SeededRandom(seed);
      const lifetimes = Array.from({ length: random.int(0, 30) }, (): Lifetime => {
        const first = random.int(0, 20);
        return { bytes: random.int(1, 4000), first, last: first + random.int(0, 6) };
      });
      const { offsets, bytes } = planMemory(lifetimes, 64);
      lifetimes.forEach((one, i) => {
        expect(offsets[i] % 64).toBe(0);
        expect(offsets[i] + one.bytes).toBeLessThanOrEqual(bytes);
        lifetimes.slice(0, i).forEach((other, j) => {
          if (!meet(one, other)) return;
          expect(offsets[i] >= offsets[j] + other.bytes || offsets[j] >= offsets[i] + one.bytes).toBe(true);
        });
      });
    }
  });

  it('takes the room of a chain’s two largest neighbours, not of the whole chain', () => {
    const chain = [1000, 400, 600, 200].map((bytes, i): Lifetime => ({ bytes, first: i, last: i + 1 }));
    expect(planMemory(chain, 1).bytes).toBe(1400);
  });

  it('plans nothing for nothing', () => {
    expect(planMemory([], 64)).toEqual({ offsets: [], bytes: 0 });
  });
});
