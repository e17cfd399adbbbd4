/** Special values of the math routines, lane by lane against C's (and PyTorch's) rules. */

import { describe, expect, it } from 'vitest';
import * as math from '../src/math/index.ts';
import { float32, overLanes } from './lanes.ts';
import type { Emitter } from './lanes.ts';

const inf = Infinity;

function apply(emit: Emitter, a: readonly number[], b: readonly number[] = a): number[] {
  const result = overLanes(emit, false, float32(a), float32(b), Float32Array);
  return [...result].slice(0, a.length);
}

describe('functions of one argument', () => {
  it('exp reaches infinity, denormals and zero', () => {
    const actual = apply(math.exp, [NaN, inf, -inf, 0, -0, 88.7229, 1000, -103.98, -1000, -103.2]);
    expect(actual).toEqual([NaN, inf, 0, 1, 1, inf, inf, 0, 0, 2 ** -149]);
    expect(apply(math.exp, [88.7228, -87.5])).toEqual(
      [88.7228, -87.5].map((x) => expect.closeTo(Math.exp(x), x > 0 ? -35 : 44)),
    );
  });

  it('exp with one tail reaches that end', () => {
    const small: Emitter = (m, x) => math.expOneTail(m, x, 'small');
    expect(apply(small, [NaN, -NaN, -inf, 0, -0, -103.98, -1000, -103.2])).toEqual([
      NaN,
      NaN,
      0,
      1,
      1,
      0,
      0,
      2 ** -149,
    ]);
    const large: Emitter = (m, x) => math.expOneTail(m, x, 'large');
    expect(apply(large, [NaN, inf, -inf, 0, 88.7229, 1000, -1000])).toEqual([NaN, inf, 0, 1, inf, inf, 0]);
  });

  it('log of zero, negative numbers, infinity, denormals', () => {
    const actual = apply(math.log, [0, -0, -1, -inf, inf, NaN, 1, 2 ** -149]);
    expect(actual).toEqual([-inf, -inf, NaN, NaN, inf, NaN, 0, Math.fround(-149 * Math.LN2)]);
  });

  it('tanh and erf saturate at exactly one and keep tiny arguments and signs', () => {
    const x = [inf, -inf, 20, -20, -0, 2 ** -149, NaN, 1e-30];
    expect(apply(math.tanh, x)).toEqual([1, -1, 1, -1, -0, 2 ** -149, NaN, Math.fround(1e-30)]);
    const actual = apply(math.erf, x);
    expect(actual.slice(0, 7)).toEqual([1, -1, 1, -1, -0, 2 ** -149, NaN]);
    expect(actual[7] / 1.1283791670955126e-30).toBeCloseTo(1, 6);
  });

  it('sin and cos of zero, infinity and huge arguments', () => {
    expect(apply(math.sin, [0, -0, inf, -inf, NaN])).toEqual([0, -0, NaN, NaN, NaN]);
    expect(apply(math.cos, [0, -0, inf, -inf, NaN])).toEqual([1, 1, NaN, NaN, NaN]);
    const huge = [1e10, 1e20, 3.4e38, 16777216];
    const nearest = (f: (x: number) => number): number[] => huge.map((x) => Math.fround(f(Math.fround(x))));
    apply(math.sin, huge).forEach((value, i) => expect(value).toBeCloseTo(nearest(Math.sin)[i], 6));
    apply(math.cos, huge).forEach((value, i) => expect(value).toBeCloseTo(nearest(Math.cos)[i], 6));
  });
});

describe('pow, as C', () => {
  const cases: readonly (readonly [number, number, number])[] = [
    [0, 0, 1],
    [NaN, 0, 1],
    [1, NaN, 1],
    [-1, inf, 1],
    [-1, -inf, 1],
    [-1, NaN, NaN],
    [0, -1, inf],
    [-0, -1, -inf],
    [-0, -2, inf],
    [-0, 3, -0],
    [0, 2, 0],
    [2, inf, inf],
    [0.5, inf, 0],
    [2, -inf, 0],
    [0.5, -inf, inf],
    [inf, 0.5, inf],
    [inf, -1, 0],
    [-inf, 3, -inf],
    [-inf, 2, inf],
    [-inf, -3, -0],
    [-inf, 0.5, inf],
    [-2, 3, -8],
    [-2, 2, 4],
    [-2, 0.5, NaN],
    [-8, -1, -0.125],
    [2, 127, 2 ** 127],
    [2, 128, inf],
    [2, -149, 2 ** -149],
    [2, -151, 0],
    [10, -45, 1.401298464324817e-45],
    [-0, 0, 1],
    [0, 2 ** -149, 0],
    [-0, -(2 ** -149), inf],
    [-0, 2 ** 24 + 2, 0],
    [0, inf, 0],
    [0, -inf, inf],
    [0, NaN, NaN],
    [2 ** -149, 1, 2 ** -149],
    [-(2 ** -149), -0.5, NaN],
    [-(2 ** -140), 3, -0],
    [2 ** -140, -0.5, 2 ** 70],
    [2 ** -126, -1, 2 ** 126],
    [1, 3.4028234663852886e38, 1],
    [1 - 2 ** -24, 2 ** 34, 0],
    [1 + 2 ** -23, -(2 ** 35), 0],
    [1 - 2 ** -24, -3.4028234663852886e38, inf],
    [-1, 2 ** 40, 1],
    [3.4028234663852886e38, -1, 2 ** -128],
    [NaN, NaN, NaN],
    [inf, NaN, NaN],
    [inf, -inf, 0],
  ];
  it.each(cases)('%d ^ %d = %d', (a, b, expected) => {
    expect(apply(math.pow, [a], [b])).toEqual([expected]);
    // Beside lanes that need nothing special, and leaving those as they are.
    const neighbours = apply(math.pow, [3, a, -0.5, 1.5], [4, b, 3, 2]);
    expect(neighbours).toEqual([81, expected, -0.125, 2.25]);
  });
});

describe('atan2, as C', () => {
  const pi = Math.fround(Math.PI);
  const cases: readonly (readonly [number, number, number])[] = [
    [0, 1, 0],
    [-0, 1, -0],
    [0, -1, pi],
    [-0, -1, -pi],
    [0, 0, 0],
    [-0, 0, -0],
    [0, -0, pi],
    [-0, -0, -pi],
    [1, 0, pi / 2],
    [-1, -0, -pi / 2],
    [inf, inf, pi / 4],
    [inf, -inf, Math.fround(0.75 * Math.PI)],
    [-inf, -inf, -Math.fround(0.75 * Math.PI)],
    [1, inf, 0],
    [1, -inf, pi],
    [inf, 5, pi / 2],
    [NaN, 1, NaN],
    [1, NaN, NaN],
  ];
  it.each(cases)('atan2(%d, %d) = %d', (y, x, expected) =>
    expect(apply(math.atan2, [y], [x])).toEqual([expected]),
  );
});

describe('floor division and remainder, as Python and PyTorch', () => {
  const cases: readonly (readonly [number, number, number, number])[] = [
    [7, 3, 2, 1],
    [-7, 3, -3, 2],
    [7, -3, -3, -2],
    [-7, -3, 2, -1],
    [6, 3, 2, 0],
    [-6, 3, -2, -0],
    [0, -3, -0, 0],
    [5, inf, 0, 5],
    [-5, inf, -1, inf],
    [5, -inf, -1, -inf],
    [0, -inf, -0, 0],
    [inf, 2, NaN, NaN],
    [1, 0, inf, NaN],
    [-1, 0, -inf, NaN],
    [0, 0, NaN, NaN],
    [NaN, 1, NaN, NaN],
    [1e30, 7, Math.fround(Math.fround(1e30) / 7), Math.fround(1e30) % 7],
    [4096, 1, 4096, 0],
    [-4096, 1, -4096, -0],
    [8388607, 2, 4194303, 1],
    [-8388607, 2, -4194304, 1],
    [16777215, 16777214, 1, 1],
    [-16777214, 16777215, -1, 1],
    [2 ** -149, 2 ** -148, 0, 2 ** -149],
    [-(2 ** -149), 2 ** 127, -1, 2 ** 127],
    [2 ** -100, -(2 ** -149), -(2 ** 49), 0],
    [3.4028234663852886e38, 2 ** 127, 1, 2 ** 127 - 2 ** 104],
  ];
  it.each(cases)('%d by %d', (a, b, quotient, remainder) => {
    expect(apply(math.floorDivide, [a], [b])).toEqual([quotient]);
    expect(apply(math.floorMod, [a], [b])).toEqual([remainder]);
    expect(apply(math.floorMod, [a, 5.5, -5.5, 1e6], [b, 2, 2, 7])).toEqual([remainder, 1.5, 0.5, 1]);
  });

  it.each([4095, 4096, 4097, 2 ** 23, 2 ** 28, 2 ** 44, 2 ** 46])(
    'remainders of quotients about %d',
    (quotient) => {
      const b = Array.from({ length: 64 }, (_, i) => Math.fround((1 + i / 37) * (i % 2 === 0 ? 1 : -1)));
      const a = b.map((divisor, i) =>
        Math.fround((divisor * quotient + (i - 32) / 16) * (i % 3 === 0 ? -1 : 1)),
      );
      const { mod } = math.makeHostFunctions();
      expect(apply(math.floorMod, a, b)).toEqual(a.map((dividend, i) => Math.fround(mod(dividend, b[i]))));
    },
  );

  it('integers, with zero divisors and the one overflow', () => {
    const min = -(2 ** 31);
    const a = Int32Array.of(7, -7, 7, -7, min, min, 2 ** 31 - 1, 5, min, 1, -1, 0);
    const b = Int32Array.of(3, 3, -3, -3, -1, 1, min, 0, min, 2 ** 31 - 1, 2 ** 31 - 1, 0);
    const quotient = overLanes(math.floorDivideI32, false, a, b, Int32Array);
    const remainder = overLanes(math.floorModI32, false, a, b, Int32Array);
    expect([...quotient]).toEqual([2, -3, -3, 2, min, min, -1, 0, 1, 0, -1, 0]);
    expect([...remainder]).toEqual([1, 2, -2, -1, 0, 0, -1, 5, 0, 1, 2147483646, 0]);
  });
});

describe('float64', () => {
  it('takes the functions of the host lane by lane', () => {
    const a = Float64Array.of(0.5, -1.25, 3, 1e-300);
    const b = Float64Array.of(2, 3, -0.5, 1);
    for (const name of ['exp', 'log', 'sin', 'cos', 'tanh'] as const) {
      const actual = overLanes((m, x) => math.hostFunction(m, name, [x]), false, a, b, Float64Array);
      expect([...actual]).toEqual([...a].map((x) => Math[name](x)));
    }
    const power = overLanes((m, x, y) => math.hostFunction(m, 'pow', [x, y]), false, a, b, Float64Array);
    expect([...power]).toEqual([...a].map((x, i) => x ** b[i]));
    const quotient = overLanes((m, x, y) => math.hostFunction(m, 'idiv', [x, y]), false, a, b, Float64Array);
    expect([...quotient]).toEqual([0, -1, -6, 0]);
    const rest = overLanes((m, x, y) => math.hostFunction(m, 'mod', [x, y]), false, a, b, Float64Array);
    expect([...rest]).toEqual([0.5, 1.75, 0, 1e-300]);
  });

  it('has an error function of double precision', () => {
    const { erf } = math.makeHostFunctions();
    // Reference values to 20 digits (mpmath).
    const known: readonly (readonly [number, number])[] = [
      [1e-10, 1.1283791670955125739e-10],
      [0.1, 0.1124629160182848922],
      [0.5, 0.52049987781304653768],
      [1, 0.84270079294971486934],
      [1.9, 0.99279042923525746751],
      [2, 0.99532226501895273416],
      [3, 0.99997790950300141456],
      [5, 0.99999999999846254021],
    ];
    for (const [x, value] of known) {
      expect(Math.abs(erf(x) / value - 1), `erf(${x})`).toBeLessThan(6e-16);
      expect(erf(-x)).toBe(-erf(x));
    }
    expect([erf(0), erf(-0), erf(Infinity), erf(-Infinity), erf(NaN)]).toEqual([0, -0, 1, -1, NaN]);
  });
});
