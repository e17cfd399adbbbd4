/** Conversions between storage and compute types: exhaustively for 16 bits, at the edges for the rest. */

import { describe, expect, it } from 'vitest';
import * as math from '../src/math/index.ts';
import { i32, i32x4, ModuleBuilder, v128 } from '../src/wasm/index.ts';
import { allMagnitudes, float32, overLanes } from './lanes.ts';

/** The float16 value of a bit pattern, by the definition of the format. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The float16 bits nearest to a float32, ties to even, by search among its neighbours. */
function nearestFloat16(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = Object.is(x, -0) || x < 0 ? 0x8000 : 0;
  const a = Math.abs(x);
  if (a >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(a || 2 ** -40)), -14);
  const step = 2 ** (exponent - 10);
  const quotient = a / step;
  let whole = Math.floor(quotient);
  const rest = quotient - whole;
  if (rest > 0.5 || (rest === 0.5 && whole % 2 === 1)) whole++;
  return sign | (whole + (exponent + 14) * 1024);
}

const patterns = Int32Array.from({ length: 65536 }, (_, i) => i);

describe('float16', () => {
  it('widens every pattern', () => {
    const actual = overLanes((m, x) => math.float16ToFloat32(m, x), false, patterns, patterns, Float32Array);
    expect(actual).toEqual(Float32Array.from(patterns, float16Value));
  });

  it('widens every pattern, eight at a time', () => {
    const emit = (m: math.MathContext, x: math.Vector): math.Vector => {
      const [low, high] = math.float16PairToFloat32(m, m.code.let(x));
      // A lane holds the pattern and a zero beside it.
      return i32x4.shuffle(low, high, [0, 2, 4, 6]);
    };
    const actual = overLanes(emit, false, patterns, patterns, Float32Array);
    expect(actual).toEqual(Float32Array.from(patterns, float16Value));
  });

  it('comes back from float32 unchanged', () => {
    const emit = (m: math.MathContext, x: math.Vector): math.Vector =>
      math.float32ToFloat16(m, math.float16ToFloat32(m, x));
    const actual = overLanes(emit, false, patterns, patterns, Int32Array);
    const expected = patterns.map((bits) =>
      Number.isNaN(float16Value(bits)) ? (bits & 0x8000) | 0x7e00 : bits,
    );
    expect(actual).toEqual(expected);
  });

  it('rounds to nearest even at every magnitude', () => {
    const steps = Array.from(patterns, float16Value).filter((x) => Number.isFinite(x) && x >= 0);
    const between = steps.slice(1).flatMap((x, i) => {
      const middle = (x + steps[i]) / 2;
      return [middle, middle * (1 + 2 ** -20), middle * (1 - 2 ** -20)];
    });
    const edges = [65504, 65519.996, 65520, 1e9, Infinity, -Infinity, NaN, -0, 2 ** -25, 2 ** -149];
    for (const sample of [allMagnitudes(1 << 16), float32(between), float32(edges)]) {
      const actual = overLanes((m, x) => math.float32ToFloat16(m, x), false, sample, sample, Int32Array);
      expect(actual.map((bits) => ((bits & 0x7fff) > 0x7c00 ? 0x7e00 : bits))).toEqual(
        Int32Array.from(sample, nearestFloat16),
      );
    }
  });
});

describe('bfloat16', () => {
  it('widens every pattern and comes back', () => {
    const emit = (m: math.MathContext, x: math.Vector): math.Vector =>
      math.float32ToBfloat16(m, math.bfloat16ToFloat32(m, x));
    const actual = overLanes(emit, false, patterns, patterns, Int32Array);
    const quiet = patterns.map((bits) => ((bits & 0x7fff) > 0x7f80 ? bits | 0x7fc0 : bits));
    expect(actual).toEqual(quiet);
  });

  it('rounds to nearest even', () => {
    const bits = Uint32Array.of(
      0x3f808000,
      0x3f818000,
      0x3f808001,
      0x3f807fff,
      0x7f7fffff,
      0x00008000,
      0xff800000,
      0,
    );
    const actual = overLanes(
      (m, x) => math.float32ToBfloat16(m, x),
      false,
      new Float32Array(bits.buffer),
      new Float32Array(bits.buffer),
      Int32Array,
    );
    expect([...actual]).toEqual([0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80, 0, 0xff80, 0]);
  });
});

describe('casts', () => {
  it('from float32 to the integers truncate, saturate at int32 and wrap below', () => {
    const x = float32([1.9, -1.9, 300.7, -129.2, 3e9, -3e9, NaN, -0.5]);
    const whole = overLanes((_, v) => math.float32ToInt32(v), false, x, x, Int32Array);
    expect([...whole]).toEqual([1, -1, 300, -129, 2147483647, -2147483648, 0, 0]);
    const int8 = overLanes((_, v) => math.wrapInt8(v), false, whole, whole, Int32Array);
    expect([...int8]).toEqual([1, -1, 44, 127, -1, 0, 0, 0]);
    const uint8 = overLanes((m, v) => math.wrapUint8(m, v), false, whole, whole, Int32Array);
    expect([...uint8]).toEqual([1, 255, 44, 127, 255, 0, 0, 0]);
    const bool = overLanes((m, v) => math.float32ToBool(m, v), false, x, x, Int32Array);
    expect([...bool]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    const zeros = float32([0, -0, 2 ** -149, 1]);
    expect([...overLanes((m, v) => math.float32ToBool(m, v), false, zeros, zeros, Int32Array)]).toEqual([
      0, 0, 1, 1,
    ]);
  });

  it('between 64-bit types go lane by lane', () => {
    const longs = BigInt64Array.of(1n, -1n, 2n ** 62n, -(2n ** 63n));
    const doubles = overLanes((m, v) => math.int64ToFloat64(m, v), false, longs, longs, Float64Array);
    expect([...doubles]).toEqual([1, -1, 2 ** 62, -(2 ** 63)]);
    const reals = Float64Array.of(1.9, -1.9, 1e300, NaN);
    const back = overLanes((m, v) => math.float64ToInt64(m, v), false, reals, reals, BigInt64Array);
    expect([...back]).toEqual([1n, -1n, 2n ** 63n - 1n, 0n]);
    const floats = overLanes((m, v) => math.int64ToFloat32(m, v, v), false, longs, longs, Float32Array);
    expect([...floats]).toEqual([1, -1, 1, -1, 2 ** 62, -(2 ** 63), 2 ** 62, -(2 ** 63)]);
    const x = float32([7.5, -7.5, 1e30, NaN]);
    const low = overLanes((m, v) => math.float32ToInt64(m, v, 0), false, x, x, BigInt64Array);
    const high = overLanes((m, v) => math.float32ToInt64(m, v, 1), false, x, x, BigInt64Array);
    expect([...low, ...high]).toEqual([7n, -7n, 2n ** 63n - 1n, 0n]);
    const narrowed = overLanes((_, v) => math.int64ToInt32(v, v), false, longs, longs, Int32Array);
    expect([...narrowed]).toEqual([1, -1, 1, -1, 0, 0, 0, 0]);
  });
});

describe('narrow memory', () => {
  it('reads and writes four elements and nothing beside them', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { initial: 1 });
    const code = module.func('run', { params: ['i32'], export: true });
    const at = code.params[0];
    const signed = code.let(math.loadInt8(at));
    const unsigned = code.let(math.loadUint8(at));
    const bits = code.let(math.loadBits16(at, 4));
    code.emit(v128.store(i32.const(64), signed));
    code.emit(v128.store(i32.const(80), unsigned));
    code.emit(v128.store(i32.const(96), bits));
    code.emit(math.storeInt8(at, signed, 17));
    code.emit(math.storeBits16(at, bits, 25));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
    const bytes = new Uint8Array(memory.buffer);
    bytes.set([200, 1, 127, 128, 0x34, 0x12, 0xff, 0xff, 0, 0, 1, 0x80]);
    (instance.exports.run as (at: number) => void)(0);
    expect([...new Int32Array(memory.buffer, 64, 12)]).toEqual([
      -56, 1, 127, -128, 200, 1, 127, 128, 0x1234, 0xffff, 0, 0x8001,
    ]);
    expect([...bytes.subarray(16, 34)]).toEqual([
      0, 200, 1, 127, 128, 0, 0, 0, 0, 0x34, 0x12, 0xff, 0xff, 0, 0, 1, 0x80, 0,
    ]);
  });
});
