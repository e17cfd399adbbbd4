/** All groups of the suite. */

import type { BenchmarkSet } from '../workload.ts';
import { attention } from './attention.ts';
import { convolution } from './convolution.ts';
import { memory } from './memory.ts';
import { networkSets } from './networks.ts';
import { operations } from './operations.ts';
import { overhead } from './overhead.ts';

export function allSets(): readonly BenchmarkSet[] {
  return [...operations, ...networkSets, ...convolution(), ...attention, ...overhead, ...memory];
}
