/** The standard engine on the interpreter against the reference engine, on random programs. */

import { StandardEngine } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { InterpreterBackend, ReferenceEngine, differences, runSlice } from '../src/index.ts';
import { randomProgram } from './support/random-program.ts';
import type { RandomProgram } from './support/random-program.ts';

const EXACT = { rtol: 0, atol: 0 };

async function check(program: RandomProgram, fusion: boolean, label: string): Promise<void> {
  const { slice, contents, scalars } = program;
  const backend = new InterpreterBackend();
  const expected = await runSlice(slice, backend, new ReferenceEngine(backend), contents, scalars);
  const engine = new StandardEngine(backend, { fusion });
  let actual: typeof expected;
  try {
    actual = await runSlice(slice, backend, engine, contents, scalars);
  } catch (error) {
    throw new Error(`${label}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  slice.storages.forEach((_, i) => {
    const wrong = differences(actual[i], expected[i], EXACT);
    if (wrong.length === 0) return;
    const plan = engine.prepare(slice);
    expect.fail(`${label}, storage ${i}: ${wrong.join('; ')}\n${plan.print()}`);
  });
}

describe.each([false, true])('random programs, fusion %s', (fusion) => {
  const rounds = Number(process.env.TENFOLD_ROUNDS ?? 150);
  const first = Number(process.env.TENFOLD_SEED ?? 1);
  it.each(['small', 'large'] as const)('%s', async (size) => {
    for (let seed = first; seed < first + rounds; seed++) {
      await check(randomProgram(seed, { steps: size === 'small' ? 3 : 14 }), fusion, `${size} seed ${seed}`);
    }
  });
});
