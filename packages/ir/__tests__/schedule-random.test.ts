/**
 * The standard engine on the interpreter against the reference engine, on random programs: with and without fusion,
 * and with independent iterations in another order, so that a loop that is wrongly called parallel shows.
 *
 * TENFOLD_SEED and TENFOLD_ROUNDS choose other programs.
 */

import type { DType } from '../src/index.ts';
import { StandardEngine, printKernels, verifyKernel } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import type { InterpreterOptions } from '@tenfold/testing';
import { InterpreterBackend, ReferenceEngine, differences, runSlice } from '@tenfold/testing';
import { randomProgram } from './support/random-program.ts';
import type { RandomProgram } from './support/random-program.ts';

/** Sums may be taken in another order, and comparisons downstream make that visible only near ties. */
function tolerance(dtype: DType) {
  if (dtype === 'float64') return { rtol: 1e-9, atol: 1e-9 };
  return dtype === 'float32' ? { rtol: 1e-4, atol: 1e-4 } : { rtol: 0, atol: 0 };
}

async function check(
  { slice, contents, scalars }: RandomProgram,
  fusion: boolean,
  order: InterpreterOptions['order'],
  label: string,
): Promise<void> {
  const reference = new InterpreterBackend();
  const expected = await runSlice(slice, reference, new ReferenceEngine(reference), contents, scalars);
  // Few operands, so that kernels have to be cut as well.
  const caps = order === 'shuffle' ? { maxOperands: 5 } : {};
  const backend = new InterpreterBackend({ order, seed: 1, caps });
  const engine = new StandardEngine(backend, { fusion });
  let actual: typeof expected;
  try {
    for (const { kernel } of engine.prepare(slice).schedule.dispatches) verifyKernel(kernel);
    actual = await runSlice(slice, backend, engine, contents, scalars);
  } catch (error) {
    throw new Error(`${label}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  slice.storages.forEach(({ dtype }, i) => {
    const wrong = differences(actual[i], expected[i], tolerance(dtype));
    if (wrong.length === 0) return;
    const plan = engine.prepare(slice);
    expect.fail(`${label}, storage ${i}: ${wrong.join('; ')}\n${printKernels(plan.schedule)}`);
  });
}

describe.each([
  [false, 'forward'],
  [true, 'forward'],
  [true, 'shuffle'],
] as const)('random programs, fusion %s, %s', (fusion, order) => {
  const rounds = Number(process.env.TENFOLD_ROUNDS ?? 200);
  const first = Number(process.env.TENFOLD_SEED ?? 1);
  it.each(['small', 'large'] as const)('%s', async (size) => {
    for (let seed = first; seed < first + rounds; seed++) {
      const program = randomProgram(seed, { steps: size === 'small' ? 3 : 14 });
      await check(program, fusion, order, `${size} seed ${seed}`);
    }
  });
});
