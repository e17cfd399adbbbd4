/** The memory that attention kernels take besides their operands: none that grows with the square of the tokens. */

import type { AttentionResult } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { cpuBackend } from '../src/index.ts';
import { isCpuProgram } from '../src/program.ts';
import { attention } from './support/kernels.ts';

/** Bytes of scratch memory that all threads share, and of each thread's own. */
function memoryOf(result: AttentionResult, heads: number, tokens: number, size: number) {
  const backend = cpuBackend({ threads: 1 });
  const [program] = backend.compile([attention(result, heads, tokens, size)]);
  backend.dispose();
  if (!isCpuProgram(program)) throw new Error('attention is generated code');
  return { scratch: program.functions.scratch([]), own: program.functions.workspaceBytes };
}

describe('attention', () => {
  it('shares no memory forward', () => {
    expect(memoryOf('output', 2, 1000, 64).scratch).toBe(0);
  });

  it('adds up the gradients of queries in memory that grows with the tokens', () => {
    const [short, long] = [512, 4096].map((tokens) => memoryOf('gradients', 4, tokens, 64).scratch);
    // Four parts of the keys a head; tiles may run over the last token by six.
    expect(short).toBe(4 * 4 * (512 + 6) * 64 * 4);
    expect(long).toBe(4 * 4 * (4096 + 6) * 64 * 4);
    expect(memoryOf('gradients', 16, 4096, 64).scratch).toBe(long);
  });

  it.each(['output', 'gradients'] as const)('keeps %s within the second cache, however many tokens', (result) => {
    const [short, long] = [512, 8192].map((tokens) => memoryOf(result, 4, tokens, 64).own);
    expect(long).toBeLessThanOrEqual(2 * short);
    expect(long).toBeLessThan(2 ** 20);
    expect(memoryOf(result, 4, 512, 512).own).toBeLessThan(2 ** 21);
  }); // prettier-ignore
});
