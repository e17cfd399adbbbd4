/** What a backend asks when it compiles a kernel: which steps it is to be cut up by, if any were found to be best. */

import type { Kernel } from '@tenfold/ir';
import type { TuningStep } from './steps.ts';

export interface Tuning {
  /** Undefined where the heuristic decides. */
  stepsFor(kernel: Kernel): readonly TuningStep[] | undefined;
}
