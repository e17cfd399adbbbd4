/** The special lowerings that the backend has besides its general templates; the first that takes a kernel compiles it. */

import { attentionLowering } from './attention/lowering.ts';
import type { CpuOptions } from './backend.ts';
import { tabledContractions } from './codegen/tabled-contract.ts';
import type { Lowering } from './codegen/lowering.ts';
import { convolutions } from './convolution/lowering.ts';
import { MAX_THREADS } from './pool/control.ts';
import { availableThreads } from './pool/spawn.ts';
import { sorting } from './sort/lowering.ts';

export function allLowerings({
  threads,
  convolutionWorkspaceBytes,
  deterministic,
}: CpuOptions): readonly Lowering[] {
  const limits = {
    // What is chosen must then not depend on the machine.
    threads: deterministic ? MAX_THREADS : (threads ?? availableThreads()),
    workspaceBytes: convolutionWorkspaceBytes ?? Infinity,
  };
  return [convolutions(limits), tabledContractions, attentionLowering, sorting];
}
