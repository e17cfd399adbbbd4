/**
 * Every operation, cast and constant of the WGSL library on a device, against the oracle's scalar operations: on special
 * values in all pairs, on random numbers and on random bits. Denormals of float32, which a GPU may take for 0, have
 * tests of their own.
 */

import type { BinaryOp, DType, UnaryOp } from '@tenfold/ir';
import { BINARY, DTYPES, UNARY, byteSize, isFloat } from '@tenfold/ir';
import type { Scalar } from '@tenfold/testing';
import {
  SeededRandom,
  TOLERANCES,
  binaryFunction,
  castScalar,
  castTo,
  conform,
  decode,
  isClose,
  isMoreExtreme,
  randomBits,
  recast,
  reducerOf,
  unaryFunction,
} from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../src/device/open-device.ts';
import { beats, combine, constant, identity } from '../../src/wgsl/constants.ts';
import { binary, bitcast, cast, random, unary, where } from '../../src/wgsl/operations.ts';
import type { Expression } from '../support/evaluate.ts';
import { evaluate } from '../support/evaluate.ts';
import { flushed, ulpError } from '../support/ulp.ts';

const { device } = await openDevice();
afterAll(() => device.destroy());

const COMPUTED = DTYPES.filter((dtype) => dtype !== 'float64');

const FLOAT_ONLY: ReadonlySet<string> = new Set<UnaryOp | BinaryOp>([
  'recip', 'exp', 'log', 'sin', 'cos', 'sqrt', 'tanh', 'erf', 'div', 'atan2',
]); // prettier-ignore
const INTEGER_ONLY: ReadonlySet<string> = new Set<UnaryOp | BinaryOp>([
  'not',
  'and',
  'or',
  'xor',
  'shl',
  'shr',
]);
const COMPARISONS: ReadonlySet<string> = new Set<BinaryOp>(['lt', 'le', 'eq', 'ne']);
/** Operations of floats that have one right result. */
const EXACT: ReadonlySet<string> = new Set<UnaryOp | BinaryOp>([
  'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'add', 'sub', 'mul', 'mod', 'max', 'min', 'lt', 'le', 'eq', 'ne',
]); // prettier-ignore

const hasMeaning = (dtype: DType) => (op: string) => !(isFloat(dtype) ? INTEGER_ONLY : FLOAT_ONLY).has(op);

const FLOATS = [
  0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.5, 0.1, -0.3, 2, -2, 3, -3, 100, 127, 128, 255, 256, -128, -129, 1e-20, -1e-20,
  1e-3, 6e-5, 6e-8, 65504, 65519, 65520, 16777218, 8388608.5, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 63, -(2 ** 63), 1e20, -1e20,
  88.7, -87, 3.4e38, -3.4e38, Infinity, -Infinity, NaN,
]; // prettier-ignore
const INTEGERS = [
  0, 1, -1, 2, -2, 3, -3, 7, 31, 32, 33, 63, 64, 100, 127, -128, 255, 1000, 65537, 0x1000001, 0x1010001, -0x1010100,
  2 ** 31 - 1, -(2 ** 31), 1 - 2 ** 31,
]; // prettier-ignore
const LONGS = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n), 2n ** 40n + 1n, 2n ** 53n + 1n];

function specials(dtype: DType): Scalar[] {
  const numbers = isFloat(dtype) ? FLOATS : dtype === 'int64' ? [...INTEGERS, ...LONGS] : INTEGERS;
  return [
    ...new Set(
      numbers.map((x) =>
        conform(dtype, typeof x === 'number' && !isFloat(dtype) ? castScalar('int32', dtype, x) : x),
      ),
    ),
  ];
}

/** Elements of random bits. */
function noise(dtype: DType, count: number, seed: number): Scalar[] {
  const source = new SeededRandom(seed);
  const bytes = Uint8Array.from({ length: count * byteSize(dtype) }, () => source.int(0, 255));
  return decode(dtype, bytes).map((x) => (isFloat(dtype) ? flushed(Number(x)) : x));
}

/** Numbers of everyday size: floats of one or two digits before the point, integers of any number of digits. */
function numbers(dtype: DType, count: number, seed: number): Scalar[] {
  const source = new SeededRandom(seed);
  if (isFloat(dtype)) return Array.from({ length: count }, () => conform(dtype, source.uniform(-40, 40)));
  return noise(dtype, count, seed).map((x) =>
    castScalar('int64', dtype, BigInt(x) >> BigInt(source.int(0, 63))),
  );
}

const COUNT = 1500;

function pairs(dtype: DType): readonly [Scalar[], Scalar[]] {
  const pool = specials(dtype);
  return [
    [...pool.flatMap((x) => pool.map(() => x)), ...noise(dtype, COUNT, 1), ...numbers(dtype, COUNT, 2)],
    [...pool.flatMap(() => pool), ...noise(dtype, COUNT, 3), ...numbers(dtype, COUNT, 4)],
  ];
}

interface Case extends Expression {
  readonly name: string;
  readonly expected: readonly Scalar[];
  /** Whether a result is as good as the expected one; by default only the same. */
  readonly accepts?: (actual: Scalar, expected: Scalar) => boolean;
}

/** Evaluates all cases in one shader; says which results are wrong. */
async function check(
  dtypes: readonly DType[],
  operands: readonly (readonly Scalar[])[],
  cases: readonly Case[],
): Promise<void> {
  const inputs = operands.map((values, i) => ({ dtype: dtypes[i], values }));
  const results = await evaluate(device, inputs, cases);
  const wrong = cases.flatMap(({ name, expected, accepts = Object.is }, k) => {
    const bad = [...expected.keys()].filter((i) => !accepts(results[k][i], expected[i]));
    return bad
      .slice(0, 3)
      .map(
        (i) =>
          `${name}(${operands.map((values) => values[i]).join(', ')}) is ${results[k][i]}, not ${expected[i]}`,
      );
  });
  expect(wrong).toEqual([]);
}

/** How results are judged that may be rounded in another way, or denormal. */
function nearly(op: string, dtype: DType): Case['accepts'] {
  if (!isFloat(dtype)) return undefined;
  if (EXACT.has(op)) return (actual, expected) => Object.is(actual, expected) || isLost(actual, expected);
  if (dtype === 'float32') return (actual, expected) => ulpError(Number(actual), Number(expected)) <= 6;
  return (actual, expected) => isClose(actual, expected, TOLERANCES[dtype]);
}

/** Whether a difference may come from a denormal that was taken for 0. */
function isLost(actual: Scalar, expected: Scalar): boolean {
  return Math.abs(Number(expected)) < 2 ** -100 && Math.abs(Number(actual) - Number(expected)) <= 2 ** -126;
}

describe.each(COMPUTED)('%s', (dtype) => {
  const [x, y] = pairs(dtype);

  it('operations of one operand', async () => {
    const cases = UNARY.filter(hasMeaning(dtype)).map((op): Case => {
      const expected = x.map(unaryFunction(op, dtype));
      return {
        name: op,
        dtype,
        expected,
        accepts: nearly(op, dtype),
        text: (lib, a) => unary(lib, op, dtype, a),
      };
    });
    await check([dtype], [x], cases);
  });

  it('operations of two operands', async () => {
    const cases = BINARY.filter(hasMeaning(dtype)).map((op): Case => {
      const apply = binaryFunction(op, dtype);
      return {
        name: op,
        dtype: COMPARISONS.has(op) ? 'bool' : dtype,
        expected: x.map((value, i) => apply(value, y[i])),
        accepts: nearly(op, dtype),
        text: (lib, a, b) => binary(lib, op, dtype, a, b),
      };
    });
    await check([dtype, dtype], [x, y], cases);
  });

  it('casts to every dtype', async () => {
    const casts = COMPUTED.map((to): Case => {
      return {
        name: `cast to ${to}`,
        dtype: to,
        expected: x.map(castTo(dtype, to)),
        text: (lib, a) => cast(lib, dtype, to, a),
      };
    });
    const alike = COMPUTED.filter((to) => byteSize(to) === byteSize(dtype));
    const bitcasts = alike.map((to): Case => {
      const expected = x.map((value) => recast(dtype, to, value));
      return { name: `bits as ${to}`, dtype: to, expected, text: (lib, a) => bitcast(lib, dtype, to, a) };
    });
    await check([dtype], [x], [...casts, ...bitcasts]);
  });

  it('choices, extrema and folds', async () => {
    const odd = x.map((_, i) => i % 2);
    const chosen = x.map((value, i) => (odd[i] === 1 ? value : y[i]));
    const choice: Case = {
      name: 'where',
      dtype,
      expected: chosen,
      text: (lib, a, b, c) => where(lib, dtype, `(${c} == 1i)`, a, b),
    };
    const extrema = (['argmax', 'argmin'] as const).map((kind): Case => {
      const expected = x.map((value, i) => Number(isMoreExtreme(kind, value, 3 + odd[i], y[i], 4 - odd[i])));
      return {
        name: kind,
        dtype: 'bool',
        expected,
        text: (lib, a, b, c) => beats(lib, kind, dtype, a, `(3i + ${c})`, b, `(4i - ${c})`),
      };
    });
    const folds = (['sum', 'prod', 'max', 'min'] as const).map((kind): Case => {
      const reducer = reducerOf(kind, dtype);
      const expected = x.map((value, i) => conform(dtype, reducer.combine(value, y[i])));
      const accepts = nearly('add', dtype);
      return { name: kind, dtype, expected, accepts, text: (lib, a, b) => combine(lib, kind, dtype, a, b) };
    });
    await check([dtype, dtype, 'int32'], [x, y, odd], [choice, ...extrema, ...folds]);
  });

  it('constants and identities', async () => {
    const values = [
      ...FLOATS.filter((_, i) => i % 2 === 0),
      0.1,
      NaN,
      -0,
      1e20,
      -(2 ** 31),
      300,
      -129,
      2 ** 53 + 2,
    ];
    const cases = values.map((value): Case => {
      const expected = [castScalar('float64', dtype, value)];
      return { name: String(value), dtype, expected, text: (lib) => constant(lib, value, dtype) };
    });
    const identities = (['sum', 'prod', 'max', 'min'] as const).map((kind): Case => {
      const expected = [conform(dtype, reducerOf(kind, dtype).identity)];
      return { name: kind, dtype, expected, text: (lib) => identity(lib, kind, dtype) };
    });
    await check(['int32'], [[0]], [...cases, ...identities]);
  });
});

it('integers of 64 bits are rounded once', async () => {
  const values = [2n ** 62n + 2n ** 38n + 1n, -(2n ** 62n) - 2n ** 38n - 1n, 2n ** 62n + 2n ** 54n + 1n];
  const [unit, coarse] = [2 ** 39, 2 ** 55];
  const single = [2 ** 62 + unit, -(2 ** 62) - unit, 2 ** 62 + coarse / 2];
  const brain = [2 ** 62, -(2 ** 62), 2 ** 62 + coarse];
  await check(
    ['int64'],
    [values],
    [
      {
        name: 'float32',
        dtype: 'float32',
        expected: single,
        text: (lib, x) => cast(lib, 'int64', 'float32', x),
      },
      {
        name: 'bfloat16',
        dtype: 'bfloat16',
        expected: brain,
        text: (lib, x) => cast(lib, 'int64', 'bfloat16', x),
      },
    ],
  );
});

it.each(['float16', 'bfloat16'] as const)('every number of %s', async (dtype) => {
  const patterns = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  const values = decode(dtype, new Uint8Array(patterns.buffer)).map(Number).map(flushed);
  const cases = (['float32', dtype] as const).map((to): Case => {
    return { name: to, dtype: to, expected: values, text: (lib, x) => cast(lib, dtype, to, x) };
  });
  await check([dtype], [values], cases);
});

it('random bits', async () => {
  const [counter, key0, key1] = [5, 6, 7].map((seed) => noise('int32', COUNT, seed).map(Number));
  const expected = counter.map((value, i) => randomBits(value, key0[i], key1[i]));
  const cases = [{ name: 'random', dtype: 'int32', expected, text: random } as const];
  await check(['int32', 'int32', 'int32'], [counter, key0, key1], cases);
});

describe('denormals of float32', () => {
  const source = new SeededRandom(8);
  const tiny = Array.from({ length: 400 }, () => source.int(-(2 ** 23), 2 ** 23) * 2 ** -149);
  const others = source
    .shuffle(tiny.map((x, i) => (i % 2 === 0 ? x : source.uniform(-4, 4))))
    .map(Math.fround);

  it('are numbers to what is decided by bits', async () => {
    const compared = (['lt', 'le', 'eq', 'ne', 'max', 'min', 'idiv'] as const).map((op): Case => {
      const apply = binaryFunction(op, 'float32');
      const dtype = COMPARISONS.has(op) ? 'bool' : 'float32';
      const expected = tiny.map((x, i) => apply(x, others[i]));
      const accepts = nearly(op, 'float32');
      return { name: op, dtype, expected, accepts, text: (lib, a, b) => binary(lib, op, 'float32', a, b) };
    });
    await check(['float32', 'float32'], [tiny, others], compared);
    const alone = (['log', 'sign', 'sin'] as const).map((op): Case => {
      const expected = tiny.map(unaryFunction(op, 'float32'));
      return {
        name: op,
        dtype: 'float32',
        expected,
        accepts: nearly('log', 'float32'),
        text: (lib, a) => unary(lib, op, 'float32', a),
      };
    });
    const casts = (['bool', 'bfloat16', 'int32', 'int64'] as const).map((to): Case => {
      return {
        name: to,
        dtype: to,
        expected: tiny.map(castTo('float32', to)),
        text: (lib, a) => cast(lib, 'float32', to, a),
      };
    });
    await check(['float32'], [tiny], [...alone, ...casts]);
  });

  it('or zero, to all else', async () => {
    const cases = UNARY.filter(hasMeaning('float32')).map((op): Case => {
      const apply = unaryFunction(op, 'float32');
      const expected = tiny.map(apply);
      const accepts = (actual: Scalar, exact: Scalar): boolean =>
        [exact, apply(0), apply(-0)].some((good) => ulpError(Number(actual), Number(good)) <= 6);
      return {
        name: op,
        dtype: 'float32',
        expected,
        accepts,
        text: (lib, a) => unary(lib, op, 'float32', a),
      };
    });
    await check(['float32'], [tiny], cases);
  });
});
