/**
 * The accuracy of every float32 routine, in units in the last place of the exact result, over all
 * magnitudes (denormals, infinities, NaN, huge arguments) and densely where the function bends. The bounds
 * are those that src/math states; a change that worsens one has to say so in both places.
 */

import { describe, expect, it } from 'vitest';
import * as math from '../src/math/index.ts';
import { f32x4 } from '../src/wasm/index.ts';
import { allMagnitudes, evenly, worst } from './lanes.ts';
import type { Emitter } from './lanes.ts';

const COUNT = 1 << 17;
const everywhere = allMagnitudes(COUNT);
const host = math.makeHostFunctions();

/** A fixed sequence of uniform numbers (a linear congruential generator). */
function uniform(seed: number, from: number, to: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: COUNT }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return from + ((to - from) * state) / 2 ** 32;
  });
}

/** Every magnitude in a scrambled order, for pairs of arguments. */
function scrambled(seed: number): Float32Array {
  return Float32Array.from(
    uniform(seed, 0, 1),
    (position) => everywhere[Math.floor(position * COUNT) % COUNT],
  );
}

interface Unary {
  readonly name: string;
  readonly bound: number;
  readonly emit: Emitter;
  readonly exact: (x: number) => number;
  readonly dense: readonly Float32Array[];
}

/** Measured bounds, rounded up. */
const unary: readonly Unary[] = [
  {
    name: 'exp',
    bound: 1.3,
    emit: math.exp,
    exact: Math.exp,
    dense: [evenly(-105, 90, COUNT), evenly(-1, 1, COUNT)],
  },
  {
    name: 'exp of at most 71',
    bound: 1.3,
    emit: (m, x) => math.expOneTail(m, f32x4.pmin(x, m.code.constants.f32x4(71)), 'small'),
    exact: (x) => Math.exp(Math.min(x, 71)),
    dense: [evenly(-105, 71, COUNT), evenly(-1, 0, COUNT)],
  },
  {
    name: '1 + exp',
    bound: 1.6,
    emit: (m, x) => f32x4.add(m.code.constants.f32x4(1), math.expOneTail(m, x, 'large')),
    exact: (x) => 1 + Math.exp(x),
    dense: [evenly(-90, 90, COUNT), evenly(-1, 1, COUNT)],
  },
  { name: 'log', bound: 0.9, emit: math.log, exact: Math.log, dense: [evenly(0.3, 3, COUNT)] },
  { name: 'tanh', bound: 5.4, emit: math.tanh, exact: Math.tanh, dense: [evenly(-10, 10, COUNT)] },
  { name: 'erf', bound: 4.9, emit: math.erf, exact: host.erf, dense: [evenly(-5, 5, COUNT)] },
  {
    name: 'sin',
    bound: 2,
    emit: math.sin,
    exact: Math.sin,
    dense: [evenly(-100, 100, COUNT), evenly(-1e6, 1e6, COUNT)],
  },
  {
    name: 'cos',
    bound: 2,
    emit: math.cos,
    exact: Math.cos,
    dense: [evenly(-100, 100, COUNT), evenly(-1e6, 1e6, COUNT)],
  },
  { name: 'sqrt', bound: 0.5, emit: (_, x) => f32x4.sqrt(x), exact: Math.sqrt, dense: [] },
];

interface Binary {
  readonly name: string;
  readonly bound: number;
  readonly emit: Emitter;
  readonly exact: (a: number, b: number) => number;
  readonly dense: readonly (readonly [Float32Array, Float32Array])[];
}

const binary: readonly Binary[] = [
  {
    name: 'pow',
    bound: 0.501,
    emit: math.pow,
    exact: host.pow,
    dense: [
      [uniform(1, 0, 10), uniform(2, -30, 30)],
      [uniform(3, 0.9, 1.1), uniform(4, -800, 800)],
      [uniform(5, -10, 10), Float32Array.from(uniform(6, -20, 20), Math.round)],
    ],
  },
  {
    name: 'atan2',
    bound: 1.7,
    emit: math.atan2,
    exact: Math.atan2,
    dense: [[uniform(1, -1, 1), uniform(2, -1, 1)]],
  },
  {
    name: 'floorMod',
    bound: 0.5,
    emit: math.floorMod,
    exact: host.mod,
    dense: [
      [uniform(1, -100, 100), uniform(2, -10, 10)],
      [uniform(3, -1e6, 1e6), uniform(4, -1e-3, 1e-3)],
      [uniform(5, -5000, 5000), uniform(6, -1.5, 1.5)],
      [
        Float32Array.from(uniform(7, -1e5, 1e5), Math.round),
        Float32Array.from(uniform(8, -20, 20), Math.round),
      ],
    ],
  },
  {
    name: 'floorDivide',
    bound: 0.5,
    emit: math.floorDivide,
    exact: host.idiv,
    dense: [
      [uniform(1, -100, 100), uniform(2, -10, 10)],
      [Float32Array.from(uniform(3, -50, 50), Math.round), Float32Array.from(uniform(4, -9, 9), Math.round)],
    ],
  },
  {
    name: 'div',
    bound: 0.5,
    emit: (_, a, b) => f32x4.div(a, b),
    exact: (a, b) => a / b,
    dense: [[uniform(1, -1, 1), uniform(2, -1, 1)]],
  },
];

for (const relaxed of [true, false]) {
  describe(`relaxed SIMD: ${relaxed}`, () => {
    for (const { name, bound, emit, exact, dense } of unary) {
      it(`${name} is within ${bound} ulp`, () => {
        for (const sample of [everywhere, ...dense]) {
          const { ulp, at } = worst(emit, relaxed, exact, sample);
          expect(ulp, `${name}(${at[0]})`).toBeLessThanOrEqual(bound);
        }
      });
    }
    for (const { name, bound, emit, exact, dense } of binary) {
      it(`${name} is within ${bound} ulp`, () => {
        for (const [a, b] of [[scrambled(11), scrambled(12)] as const, ...dense]) {
          const { ulp, at } = worst(emit, relaxed, exact, a, b);
          expect(ulp, `${name}(${at})`).toBeLessThanOrEqual(bound);
        }
      });
    }
  });
}
