/** Random slices: the same seed gives the same slice, the same contents and the same run-time numbers. */

import type { DType, Slice } from '@tenfold/ir';
import { DTYPES } from '@tenfold/ir';
import type { Scalar } from '../number-format.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Draft } from './draft.ts';
import { STEPS } from './steps.ts';

export interface DrawnSlice {
  readonly slice: Slice;
  /** Of each storage; storages that are only written have none. */
  readonly contents: readonly (readonly Scalar[] | undefined)[];
  readonly scalars: readonly number[];
  /** Greatest error that each written storage may have; 0 means exact. */
  readonly tolerances: ReadonlyMap<number, number>;
}

const TOTAL = STEPS.reduce((sum, [weight]) => sum + weight, 0);

export function drawSlice(seed: number, dtypes: readonly DType[] = DTYPES): DrawnSlice {
  const random = new SeededRandom(seed);
  // Most slices live in one or two dtypes, so that operations meet.
  const preferred = random.pick(dtypes);
  const float = random.chance(0.6) ? 'float32' : preferred;
  const draft = new Draft(
    random,
    random.chance(0.5) ? [preferred, float, 'float32'] : [float, 'float32', ...dtypes],
  );
  const steps = random.int(1, 14);
  for (let i = 0; i < steps; i++) {
    const made = pickStep(random)(draft);
    if (made !== undefined) draft.keep(made);
  }
  const { slice, tolerances } = draft.finish();
  return { slice, contents: draft.contents, scalars: draft.scalars, tolerances };
}

function pickStep(random: SeededRandom) {
  let at = random.uniform(0, TOTAL);
  for (const [weight, step] of STEPS) {
    at -= weight;
    if (at < 0) return step;
  }
  return STEPS[0][1];
}
