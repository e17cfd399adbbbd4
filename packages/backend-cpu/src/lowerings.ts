/** The special lowerings that the backend has besides its general templates; the first that takes a kernel compiles it. */

import type { CpuOptions } from './backend.ts';
import { tabledContractions } from './codegen/tabled-contract.ts';
import type { Lowering } from './codegen/lowering.ts';

export function allLowerings(_options: CpuOptions): readonly Lowering[] {
  return [tabledContractions];
}
