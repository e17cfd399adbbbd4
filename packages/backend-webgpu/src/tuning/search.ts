/**
 * Finds the fastest of some ways to cut up a kernel by running them. Each is timed, the slower half is dropped, and the
 * rest is timed again until one is left: so a time that is wrong by chance decides nothing by itself, and what is far too
 * slow runs once. Of a candidate's times the least counts, since everything else that happens only adds to it.
 */

import type { Kernel } from '@tenfold/ir';
import type { Target } from '../target.ts';
import { contractCandidates } from './contractions.ts';
import { loopCandidates } from './loops.ts';
import type { TuningStep } from './steps.ts';

/** Milliseconds that a kernel takes when it is cut up by steps. */
export type TimeCandidate = (steps: readonly TuningStep[]) => Promise<number>;

/** What is worth trying for a kernel, the heuristic's choice first; nothing to choose where there is one or none. */
export function candidatesOf(kernel: Kernel, target: Target): readonly (readonly TuningStep[])[] {
  if (kernel.kind === 'contract') return distinct(contractCandidates(kernel, target));
  if (kernel.kind === 'loop') return distinct(loopCandidates(kernel, target));
  return [];
}

/** The fastest of at least one candidate. */
export async function fastestOf(
  candidates: readonly (readonly TuningStep[])[],
  time: TimeCandidate,
): Promise<readonly TuningStep[]> {
  let left = candidates.map((steps) => ({ steps, time: Infinity }));
  do {
    const timed: typeof left = [];
    for (const { steps, time: before } of left)
      timed.push({ steps, time: Math.min(before, await time(steps)) });
    timed.sort((x, y) => x.time - y.time);
    left = timed.slice(0, Math.ceil(timed.length / 2));
  } while (left.length > 1);
  return left[0].steps;
}

function distinct(candidates: readonly (readonly TuningStep[])[]): (readonly TuningStep[])[] {
  return [...new Map(candidates.map((steps) => [JSON.stringify(steps), steps])).values()];
}
