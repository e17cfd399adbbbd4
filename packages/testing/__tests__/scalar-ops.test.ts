import type { BinaryOp, DType, UnaryOp } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import {
  binaryFunction,
  castScalar,
  conform,
  decode,
  encode,
  erf,
  isMoreExtreme,
  reducerOf,
  roundToBfloat16,
  roundToFloat16,
  sortPositions,
  threefry2x32,
  unaryFunction,
} from '../src/index.ts';

const unary = (op: UnaryOp, dtype: DType, x: number | bigint) => unaryFunction(op, dtype)(x);
const binary = (op: BinaryOp, dtype: DType, x: number | bigint, y: number | bigint) =>
  binaryFunction(op, dtype)(x, y);

describe('number formats', () => {
  it('rounds to float16 with ties to even, subnormals and overflow', () => {
    expect(roundToFloat16(1 + 2 ** -11)).toBe(1);
    expect(roundToFloat16(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(roundToFloat16(0.1)).toBe(0.0999755859375);
    expect(roundToFloat16(65519)).toBe(65504);
    expect(roundToFloat16(65520)).toBe(Infinity);
    expect(roundToFloat16(2 ** -25)).toBe(0);
    expect(roundToFloat16(1.5 * 2 ** -24)).toBe(2 ** -23);
    expect(Object.is(roundToFloat16(-1e-30), -0)).toBe(true);
    expect(roundToFloat16(NaN)).toBeNaN();
  });

  it('rounds to bfloat16 with ties to even and overflow', () => {
    expect(roundToBfloat16(1 + 2 ** -8)).toBe(1);
    expect(roundToBfloat16(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(roundToBfloat16(0.1)).toBe(0.10009765625);
    expect(roundToBfloat16(3.4e38)).toBe(Infinity);
    expect(roundToBfloat16(3.38e38)).toBeLessThan(Infinity);
  });

  it('wraps integers as two’s complement', () => {
    expect(conform('int8', 200)).toBe(-56);
    expect(conform('uint8', -1)).toBe(255);
    expect(conform('int32', 2 ** 31)).toBe(-(2 ** 31));
    expect(conform('int64', 2n ** 63n)).toBe(-(2n ** 63n));
    expect(conform('bool', -3)).toBe(1);
  });

  it('casts floats to integers by truncation, saturating at 32 bits', () => {
    expect(castScalar('float32', 'int32', -3.7)).toBe(-3);
    expect(castScalar('float32', 'int32', 1e20)).toBe(2 ** 31 - 1);
    expect(castScalar('float32', 'int32', NaN)).toBe(0);
    expect(castScalar('float32', 'uint8', 300.5)).toBe(44);
    expect(castScalar('float32', 'uint8', -1)).toBe(255);
    expect(castScalar('float64', 'int64', 1e300)).toBe(2n ** 63n - 1n);
    expect(castScalar('float64', 'bool', NaN)).toBe(1);
    expect(castScalar('int64', 'int32', 2n ** 60n + 5n)).toBe(5);
    expect(castScalar('int32', 'float16', 2049)).toBe(2048);
    expect(castScalar('int32', 'int64', -7)).toBe(-7n);
  });

  it.each(['float16', 'bfloat16', 'float32', 'float64'] as const)('keeps %s through memory', (dtype) => {
    const values = [0, -0, 1, -1.5, 2 ** -14, 2 ** -24, 65504, Infinity, -Infinity, 0.1].map((x) =>
      conform(dtype, x),
    );
    expect(decode(dtype, encode(dtype, values))).toEqual(values);
    expect(decode(dtype, encode(dtype, [NaN]))[0]).toBeNaN();
  });

  it.each(['int64', 'int32', 'int8', 'uint8', 'bool'] as const)('keeps %s through memory', (dtype) => {
    const values = [0, 1, 127, -128].map((x) => conform(dtype, x));
    expect(decode(dtype, encode(dtype, values))).toEqual(values);
  });
});

describe('scalar operations', () => {
  it('computes erf to double precision', () => {
    // Values of Abramowitz and Stegun, table 7.1, and of mpmath.
    expect(erf(0)).toBe(0);
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(erf(-1)).toBeCloseTo(-0.8427007929497149, 15);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(erf(3.5)).toBeCloseTo(0.9999992569016276, 15);
    expect(erf(1e-10) / 1e-10).toBeCloseTo(1.1283791670955126, 14);
    expect(erf(7)).toBe(1);
    expect(erf(NaN)).toBeNaN();
  });

  it('rounds half to even', () => {
    const rounded = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, -2.6].map((x) => unary('round', 'float32', x));
    expect(rounded).toEqual([-2, -2, -0, 0, 2, 2, 2, -3]);
  });

  it('divides integers towards minus infinity, and by zero to zero', () => {
    for (const dtype of ['int32', 'int8'] as const) {
      expect(binary('idiv', dtype, -7, 2)).toBe(-4);
      expect(binary('mod', dtype, -7, 2)).toBe(1);
      expect(binary('mod', dtype, 7, -2)).toBe(-1);
      expect(binary('idiv', dtype, 7, 0)).toBe(0);
      expect(binary('mod', dtype, 7, 0)).toBe(0);
    }
    expect(binary('idiv', 'int64', -7n, 2n)).toBe(-4n);
    expect(binary('mod', 'int64', -7n, 2n)).toBe(1n);
    expect(binary('idiv', 'int32', -(2 ** 31), -1)).toBe(-(2 ** 31));
    expect(binary('mod', 'float32', -7.5, 2)).toBe(0.5);
    expect(binary('idiv', 'float32', -7.5, 2)).toBe(-4);
  });

  it('wraps products of integers exactly', () => {
    expect(binary('mul', 'int32', 0x7fffffff, 0x7fffffff)).toBe(1);
    expect(binary('mul', 'int64', 2n ** 62n, 6n)).toBe(-(2n ** 63n));
    expect(binary('pow', 'int32', 3, 40)).toBe(Number(BigInt.asIntN(32, 3n ** 40n)));
    expect(binary('pow', 'int64', 3n, 50n)).toBe(BigInt.asIntN(64, 3n ** 50n));
    expect(binary('pow', 'int32', 5, -1)).toBe(0);
  });

  it('propagates NaN through max and min, and gives sign(NaN) = 0', () => {
    expect(binary('max', 'float32', NaN, 1)).toBeNaN();
    expect(binary('min', 'float32', 1, NaN)).toBeNaN();
    expect(unary('sign', 'float32', NaN)).toBe(0);
    expect(unary('sign', 'float32', -2)).toBe(-1);
  });

  it('raises one to any power to one', () => {
    expect(binary('pow', 'float32', 1, NaN)).toBe(1);
    expect(binary('pow', 'float32', -1, Infinity)).toBe(1);
    expect(binary('pow', 'float32', NaN, 0)).toBe(1);
  });

  it('treats `not` as logical on bool and bitwise on integers', () => {
    expect(unary('not', 'bool', 1)).toBe(0);
    expect(unary('not', 'int32', 5)).toBe(-6);
    expect(unary('not', 'uint8', 5)).toBe(250);
    expect(unary('not', 'int64', 5n)).toBe(-6n);
  });

  it('shifts arithmetically and wraps', () => {
    expect(binary('shl', 'int32', 1, 31)).toBe(-(2 ** 31));
    expect(binary('shr', 'int32', -8, 1)).toBe(-4);
    expect(binary('shl', 'uint8', 255, 1)).toBe(254);
    expect(binary('shr', 'int64', -8n, 1n)).toBe(-4n);
  });

  it('folds floats without intermediate rounding and integers with wrapping', () => {
    const { identity, combine } = reducerOf('sum', 'float32');
    expect(combine(combine(combine(identity, 1), 1e-9), -1)).not.toBe(0);
    expect(reducerOf('sum', 'int8').combine(127, 1)).toBe(-128);
    expect(reducerOf('max', 'int64').identity).toBe(-(2n ** 63n));
    expect(reducerOf('min', 'float32').identity).toBe(Infinity);
    expect(reducerOf('max', 'bool').identity).toBe(0);
  });

  it('finds the first extremum and counts NaN as the extremum', () => {
    expect(isMoreExtreme('argmax', 2, 1, 1, 0)).toBe(true);
    expect(isMoreExtreme('argmax', 1, 1, 1, 0)).toBe(false);
    expect(isMoreExtreme('argmin', NaN, 1, -5, 0)).toBe(true);
    expect(isMoreExtreme('argmin', NaN, 1, NaN, 3)).toBe(true);
    expect(isMoreExtreme('argmin', -Infinity, 0, NaN, 3)).toBe(false);
  });

  it('sorts stably with NaN last, first when descending', () => {
    expect(sortPositions([3, NaN, 1, 3, -Infinity], false)).toEqual([4, 2, 0, 3, 1]);
    expect(sortPositions([3, NaN, 1, 3, -Infinity], true)).toEqual([1, 0, 3, 2, 4]);
  });
});

describe('threefry', () => {
  // Random123's known-answer vectors for threefry2x32 with 20 rounds.
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [-1, -1],
      [-1, -1],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('key %j, counter %j', (key, counter, words) => {
    const [x0, x1] = threefry2x32(key[0], key[1], counter[0], counter[1]);
    expect([x0 >>> 0, x1 >>> 0]).toEqual(words);
  });
});
