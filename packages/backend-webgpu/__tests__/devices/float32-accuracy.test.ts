/**
 * The error of every float32 function of the WGSL library in units in the last place, against double precision: over all
 * magnitudes, and densely where the function bends. The bounds are those that `src/wgsl/functions` states.
 */

import type { BinaryOp, UnaryOp } from '@tenfold/ir';
import { SeededRandom, binaryFunction, unaryFunction } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../src/device/open-device.ts';
import { binary, unary } from '../../src/wgsl/operations.ts';
import type { Expression } from '../support/evaluate.ts';
import { evaluate } from '../support/evaluate.ts';
import { allMagnitudes, evenly, flushed, ulpError } from '../support/ulp.ts';

const { device } = await openDevice();
afterAll(() => device.destroy());

const COUNT = 1 << 14;
const everywhere = allMagnitudes(COUNT);

type Sample = readonly number[];

function uniform(seed: number, from: number, to: number): Sample {
  const random = new SeededRandom(seed);
  return Array.from({ length: COUNT }, () => Math.fround(random.uniform(from, to)));
}

/** Next to multiples of π/2, where a sine or a cosine is what the reduction has left. */
const zeros = [1, 2 ** 10, 2 ** 20].flatMap((first) =>
  Array.from({ length: 1400 }, (_, i) => Math.fround((first + i) * (Math.PI / 2))),
);
const waves = [evenly(-100, 100, COUNT), evenly(-2100, 2100, COUNT), evenly(-1e6, 1e6, COUNT), zeros];

const UNARY: readonly { readonly op: UnaryOp; readonly bound: number; readonly dense: readonly Sample[] }[] =
  [
    { op: 'exp', bound: 1.3, dense: [evenly(-90, 90, COUNT), evenly(-1, 1, COUNT)] },
    { op: 'log', bound: 1, dense: [evenly(0.3, 3, COUNT), evenly(0.99, 1.01, COUNT)] },
    { op: 'sin', bound: 2.6, dense: waves },
    { op: 'cos', bound: 2.6, dense: waves },
    { op: 'tanh', bound: 5.6, dense: [evenly(-10, 10, COUNT)] },
    { op: 'erf', bound: 5.8, dense: [evenly(-5, 5, COUNT)] },
    { op: 'sqrt', bound: 0.51, dense: [evenly(0, 100, COUNT)] },
    { op: 'recip', bound: 1.6, dense: [evenly(-100, 100, COUNT)] },
  ];

interface BinaryCase {
  readonly op: BinaryOp;
  readonly bound: number;
  readonly dense: readonly (readonly [Sample, Sample])[];
  /** Second operands below this are left out. */
  readonly least?: number;
}

const BINARY: readonly BinaryCase[] = [
  {
    op: 'div',
    bound: 1.6,
    dense: [
      [uniform(1, -1, 1), uniform(2, -1, 1)],
      [uniform(3, -9, 9), uniform(4, -1e6, 1e6)],
    ],
  },
  {
    op: 'pow',
    bound: 1.2,
    dense: [
      [uniform(1, 0, 10), uniform(2, -30, 30)],
      [uniform(3, 0.9, 1.1), uniform(4, -800, 800)],
      [uniform(5, -10, 10), uniform(6, -20, 20).map(Math.round)],
    ],
  },
  { op: 'atan2', bound: 2, dense: [[uniform(1, -1, 1), uniform(2, -1, 1)]] },
  {
    op: 'mod',
    bound: 0.5,
    // What is left of a smaller one may be denormal, before the divisor is added to it.
    least: 2 ** -100,
    dense: [
      [uniform(1, -100, 100), uniform(2, -10, 10)],
      [uniform(3, -1e6, 1e6), uniform(4, -1e-3, 1e-3)],
    ],
  },
  {
    op: 'idiv',
    bound: 0.51,
    dense: [
      [uniform(1, -100, 100), uniform(2, -10, 10)],
      [uniform(3, -1e9, 1e9), uniform(4, -10, 10)],
    ],
  },
];

/** The greatest error, and where it is. */
async function worst(
  samples: readonly Sample[],
  text: Expression['text'],
  exact: (...x: number[]) => unknown,
): Promise<{ readonly ulp: number; readonly at: string }> {
  const inputs = samples.map((values) => ({ dtype: 'float32', values }) as const);
  const [results] = await evaluate(device, inputs, [{ dtype: 'float32', text }]);
  const operands = (i: number) => samples.map((values) => values[i]);
  const errors = results.map((actual, i) => ulpError(Number(actual), Number(exact(...operands(i)))));
  const i = errors.reduce((at, error, k) => (error > errors[at] ? k : at), 0);
  return { ulp: errors[i], at: `(${operands(i).join()}) = ${results[i]}` };
}

describe('the error of float32 functions', () => {
  it.each(UNARY)('$op is within $bound ulp', async ({ op, bound, dense }) => {
    const sample = [...everywhere, ...dense.flat()].map(flushed);
    const { ulp, at } = await worst(
      [sample],
      (lib, x) => unary(lib, op, 'float32', x),
      unaryFunction(op, 'float64'),
    );
    expect(ulp, `${op}${at}`).toBeLessThanOrEqual(bound);
  });

  it.each(BINARY)('$op is within $bound ulp', async ({ op, bound, dense, least = 0 }) => {
    const random = new SeededRandom(9);
    const samples = [0, 1].map((i) =>
      [...random.shuffle(everywhere), ...dense.flatMap((pair) => pair[i])].map(flushed),
    );
    samples[1] = samples[1].map((x) => (Math.abs(x) < least ? 1 : x));
    const { ulp, at } = await worst(
      samples,
      (lib, a, b) => binary(lib, op, 'float32', a, b),
      binaryFunction(op, 'float64'),
    );
    expect(ulp, `${op}${at}`).toBeLessThanOrEqual(bound);
  });
});
