/** What the backend has besides its general templates and the calling thread: special lowerings, and the pool of workers. */

import { attentionLowering } from './attention/lowering.ts';
import type { CpuOptions, CpuParts } from './backend.ts';
import { tabledContractions } from './codegen/tabled-contract.ts';
import { convolutions } from './convolution/lowering.ts';
import { spreadContractions } from './convolution/spread-contract.ts';
import { MAX_THREADS } from './pool/control.ts';
import { availableThreads } from './pool/spawn.ts';
import { threadPool } from './pool/thread-pool.ts';
import { hostRoutines } from './host-routine.ts';
import { movements } from './movement/lowering.ts';
import { scans } from './scan/lowering.ts';
import { scatters } from './scatter/lowering.ts';
import { sorting } from './sort/lowering.ts';

export function allParts({ threads, convolutionWorkspaceBytes, deterministic }: CpuOptions): CpuParts {
  const limits = {
    // What is chosen must then not depend on the machine.
    threads: deterministic ? MAX_THREADS : (threads ?? availableThreads()),
    workspaceBytes: convolutionWorkspaceBytes ?? Infinity,
  };
  return {
    lowerings: [
      spreadContractions,
      convolutions(limits),
      tabledContractions,
      attentionLowering,
      movements,
      scatters,
      sorting,
      scans,
      hostRoutines,
    ],
    attention: new Set(['float32']),
    hostRoutines: true,
    pool: threadPool,
  };
}
