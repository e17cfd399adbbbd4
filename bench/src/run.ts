/** Measures sets one after another. */

import type { Timing } from './measure.ts';
import { measure } from './measure.ts';
import type { Result } from './results.ts';
import { rateOf } from './results.ts';
import type { BenchmarkSet, TimedVariant, Variant } from './workload.ts';
import { idOf, isTimed } from './workload.ts';

/** Sets with the variants whose names contain one of the words; all of them when there are none. */
export function select(sets: readonly BenchmarkSet[], words: readonly string[]): readonly BenchmarkSet[] {
  if (words.length === 0) return sets;
  return sets
    .map((set) => {
      const wanted = (variant: Variant) => words.some((word) => idOf(set, variant).includes(word));
      return { ...set, variants: set.variants.filter(wanted) };
    })
    .filter(({ variants }) => variants.length > 0);
}

export async function runSet(set: BenchmarkSet, timing: Timing): Promise<Result[]> {
  const timed = set.variants.filter(isTimed);
  const calls = [];
  for (const variant of timed) calls.push(await variant.setup());
  const summaries = await measure(calls, timing);
  const results = new Map<Variant, Result>(
    timed.map((variant, i) => [variant, timedResult(set, variant, summaries[i])]),
  );
  for (const variant of set.variants) {
    if (!isTimed(variant)) {
      results.set(variant, { ...named(set, variant), unit: variant.unit, value: await variant.figure() });
    }
  }
  return set.variants.flatMap((variant) => results.get(variant) ?? []);
}

function timedResult(set: BenchmarkSet, variant: TimedVariant, timing: Result['timing'] & object): Result {
  return {
    ...named(set, variant),
    unit: 'ms',
    value: timing.median,
    timing,
    rate: rateOf(variant, timing.median),
  };
}

function named(set: BenchmarkSet, variant: Variant) {
  const { group, name, point } = set;
  return { id: idOf(set, variant), group, set: name, variant: variant.name, point };
}
