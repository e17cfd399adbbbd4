/**
 * What `import '@tenfold/ir/debug'` puts into place: printers and verifiers for programs that are being debugged with
 * TENFOLD_DEBUG or `setDebug`.
 */

import { setDebugTools } from './debug.ts';
import { verifyKernel } from './kernel/verify.ts';
import { printKernels, printPlan } from './plan/print.ts';
import { describeMiss } from './run/describe-miss.ts';
import { verifySlice } from './schedule/verify-slice.ts';

setDebugTools({ describeMiss, printKernels, printPlan, verifyKernel, verifySlice });

export { setDebug } from './debug.ts';
export type { DebugLevel } from './debug.ts';
