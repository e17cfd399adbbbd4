/**
 * The suite that any engine runs on any backend: random slices, against the reference engine. Each slice's number is
 * its seed; a failure prints the slice and the first node at which the two engines part.
 */

import type { Backend, Engine, Slice } from '@tenfold/ir';
import { DTYPES } from '@tenfold/ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './closeness.ts';
import { InterpreterBackend } from './interpreter-backend.ts';
import type { DrawnSlice } from './random-slices/generate.ts';
import { drawSlice } from './random-slices/generate.ts';
import { ReferenceEngine, printSlice } from './reference-engine.ts';
import { runSlice } from './slice-builder.ts';

export interface EngineUnderTest {
  readonly backend: Backend;
  readonly engine: Engine;
}

export interface EngineConformanceOptions {
  /** How many random slices. Default 400. */
  readonly slices?: number;
  /** The first slice's seed. Default 1. */
  readonly firstSeed?: number;
}

/** Slices of one test, so that a report has tens of lines, not thousands. */
const PER_TEST = 20;

export function engineConformance(
  name: string,
  make: () => EngineUnderTest | Promise<EngineUnderTest>,
  { slices = 400, firstSeed = 1 }: EngineConformanceOptions = {},
): void {
  describe(`${name} on random slices`, () => {
    let subject: EngineUnderTest | undefined;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.backend.dispose());

    const starts = Array.from({ length: Math.ceil(slices / PER_TEST) }, (_, i) => firstSeed + i * PER_TEST);
    it.each(starts)(`slices from seed %i`, async (start) => {
      const problems: string[] = [];
      const dtypes = DTYPES.filter((dtype) => subject?.backend.caps.dtypes.has(dtype));
      for (let seed = start; subject && seed < start + PER_TEST; seed++) {
        problems.push(...(await problemsOf(drawSlice(seed, dtypes), subject, `seed ${seed}`)));
      }
      expect(problems.join('\n')).toBe('');
    });
  });
}

/** How an engine's results differ from the reference engine's; with the slice, when they do. */
export async function problemsOf(
  random: DrawnSlice,
  { backend, engine }: EngineUnderTest,
  label: string,
): Promise<string[]> {
  const lines = await compare(random, backend, engine);
  if (lines.length === 0) return [];
  const culprit = await firstDifference(random, backend, engine);
  return [`${label}:`, ...lines, culprit, printSlice(random.slice)];
}

async function compare(
  { slice, contents, scalars, tolerances }: DrawnSlice,
  backend: Backend,
  engine: Engine,
): Promise<string[]> {
  const oracle = new InterpreterBackend();
  const expected = await runSlice(slice, oracle, new ReferenceEngine(oracle), contents, scalars);
  let actual: typeof expected;
  try {
    actual = await runSlice(slice, backend, engine, contents, scalars);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
  return slice.storages.flatMap(({ dtype }, i) => {
    const error = tolerances.get(i) ?? 0;
    const lines = differences(actual[i], expected[i], { rtol: 0, atol: error });
    return lines.map((line) => `storage ${i} (${dtype}, error at most ${error.toExponential(1)}): ${line}`);
  });
}

/** Runs the slice up to each node in turn, and names the first that comes out wrong on its own. */
async function firstDifference(random: DrawnSlice, backend: Backend, engine: Engine): Promise<string> {
  for (const [id, node] of random.slice.nodes.entries()) {
    const storage = random.slice.storages.length;
    const part: Slice = {
      ...random.slice,
      nodes: random.slice.nodes.slice(0, id + 1),
      storages: [...random.slice.storages, { dtype: node.dtype, shape: node.shape }],
      outputs: [{ node: id, storage }],
    };
    const tolerance = Math.max(...random.tolerances.values(), 0);
    const lines = await compare(
      { ...random, slice: part, tolerances: new Map([[storage, tolerance]]) },
      backend,
      engine,
    );
    if (lines.length > 0) return `first wrong node: %${id}, ${lines[0]}`;
  }
  return 'every node is right on its own';
}
