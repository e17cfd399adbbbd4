/** Which shape a loop kernel gets: what steps ask for, else the heuristic's; and what a search may try. */

import type { LoopKernel } from '@tenfold/ir';
import type { LoopShape } from '../kernels/loop-shape.ts';
import { chooseLoopShape, withSubgroups } from '../kernels/loop-shape.ts';
import { isPower } from '../powers.ts';
import type { Target } from '../target.ts';
import type { TuningStep } from './steps.ts';
import { loopShapeOf, stepsOfLoops } from './steps.ts';

/** Lanes beyond those that the heuristic chose are only sound for kernels to which it gave some. */
export function loopShape(
  kernel: LoopKernel,
  target: Target,
  steps: readonly TuningStep[] | undefined,
): LoopShape {
  const chosen = chooseLoopShape(kernel, target);
  const asked = steps && loopShapeOf(steps);
  return asked && fits(asked, chosen, target) ? withSubgroups(asked, target) : chosen;
}

function fits({ rows, lanes }: LoopShape, chosen: LoopShape, target: Target): boolean {
  if (![rows, lanes].every(isPower)) return false;
  return rows * lanes <= Math.min(256, target.workgroupSize) && (lanes === 1 || chosen.lanes > 1);
}

/** The heuristic's choice first. */
export function loopCandidates(kernel: LoopKernel, target: Target): TuningStep[][] {
  const chosen = chooseLoopShape(kernel, target);
  const sizes = [32, 64, 128, 256];
  const lanes = chosen.lanes === 1 ? [1] : [1, 4, 16, 32, 64, 128, 256];
  const others = sizes.flatMap((size) =>
    lanes.flatMap((count) => {
      const shape: LoopShape = { rows: size / count, lanes: count, laneMinor: chosen.laneMinor };
      return fits(shape, chosen, target) ? [shape] : [];
    }),
  );
  return [chosen, ...others].map(stepsOfLoops);
}
