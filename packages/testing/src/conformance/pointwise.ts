/** Conformance: every value operation on every dtype, element by element. */

import type { Backend, BinaryOp, DType, UnaryOp, ValueId } from '@tenfold/ir';
import { BINARY, DTYPES, UNARY, byteSize, isFloat } from '@tenfold/ir';
import { describe, it } from 'vitest';
import type { Tolerance } from '../closeness.ts';
import { KernelBuilder, parallel, store } from '../kernel-builder.ts';
import type { Scalar } from '../number-format.ts';
import { decode, encode } from '../number-format.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';

/** The widths in which a kernel computes; half floats are loaded into float32. */
const COMPUTED: readonly DType[] = DTYPES.filter((dtype) => dtype !== 'float16' && dtype !== 'bfloat16');
const FLOAT_UNARY: ReadonlySet<UnaryOp> = new Set(UNARY.filter((op) => op !== 'not'));
const INT_UNARY: ReadonlySet<UnaryOp> = new Set(['neg', 'abs', 'sign', 'not']);
const FLOAT_BINARY: ReadonlySet<BinaryOp> = new Set(
  BINARY.filter((op) => !['and', 'or', 'xor', 'shl', 'shr'].includes(op)),
);
const INT_BINARY: ReadonlySet<BinaryOp> = new Set(BINARY.filter((op) => op !== 'div' && op !== 'atan2'));
const BOOL_BINARY: ReadonlySet<BinaryOp> = new Set(['and', 'or', 'xor', 'eq', 'ne', 'max', 'min']);

const LOOSE: { readonly [K in UnaryOp | BinaryOp]?: Tolerance } = {
  sin: { rtol: 2e-6, atol: 2e-6 },
  cos: { rtol: 2e-6, atol: 2e-6 },
  pow: { rtol: 1e-5, atol: 1e-7 },
};

const COUNT = 67;

function unaryRange(op: UnaryOp): readonly [number, number] {
  if (op === 'log' || op === 'sqrt') return [0, 50];
  if (op === 'sin' || op === 'cos') return [-1000, 1000];
  if (op === 'exp') return [-80, 80];
  return [-5, 5];
}

/** Numbers at which elementary functions go wrong. */
function specials(op: UnaryOp): number[] {
  const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, NaN, 1e-20, -1e-20];
  const periodic = op === 'sin' || op === 'cos';
  return periodic ? [...edges, Math.PI, -Math.PI / 2] : [...edges, Infinity, -Infinity, 1e20, -1e20, 88, -87];
}

function pairsFor(op: BinaryOp, dtype: DType, random: SeededRandom): [Scalar[], Scalar[]] {
  const x = sample(dtype, COUNT, random);
  if (op === 'shl' || op === 'shr') return [x, sample(dtype, COUNT, random, [0, byteSize(dtype) * 8 - 2])];
  if (op === 'pow' && !isFloat(dtype)) return [x, sample(dtype, COUNT, random, [0, 5])];
  if (op === 'pow') return [sample(dtype, COUNT, random, [0.1, 4]), sample(dtype, COUNT, random)];
  if (!isFloat(dtype)) return [x, [...sample(dtype, COUNT - 8, random, dtype === 'bool' ? [0, 1] : [0, 6]), ...x.slice(-8)]]; // prettier-ignore
  if (op !== 'mod' && op !== 'idiv') return [x, [...sample(dtype, COUNT - 8, random), ...x.slice(-8)]];
  // Exact quotients on both sides of an integer: quarters have no rounding in any format.
  const quarters = (low: number, high: number) =>
    sample('int32', COUNT, random, [low, high]).map((n) => Number(n) / 4);
  return [quarters(-40, 40), quarters(-9, 9)];
}

export function pointwiseSuite(backendOf: () => Backend, has: (dtype: DType) => boolean): void {
  /** Applies a function of values to arrays, element by element. */
  const checkValues = (
    name: string,
    inputs: readonly (readonly [DType, readonly Scalar[]])[],
    output: DType,
    f: (k: KernelBuilder, values: readonly ValueId[]) => ValueId,
    tolerance?: Tolerance,
  ): Promise<void> => {
    const count = inputs[0][1].length;
    const k = new KernelBuilder(name);
    const operands = inputs.map(([dtype]) => k.operand(dtype, count, 'read'));
    const out = k.operand(output, count, 'write');
    const i = k.axis(count);
    const value = f(
      k,
      operands.map((operand) => k.load(operand, i.index)),
    );
    const kernel = k.loops([parallel(i, [store(out, i.index, value)])]);
    const contents = [...inputs.map(([, data]) => data), undefined];
    return checkKernel(backendOf(), kernel, { contents }, { tolerance });
  };

  describe('unary operations', () => {
    for (const dtype of COMPUTED.filter(has)) {
      const ops = UNARY.filter((op) =>
        isFloat(dtype) ? FLOAT_UNARY.has(op) : dtype === 'bool' ? op === 'not' : INT_UNARY.has(op),
      );
      it.each(ops)(`%s of ${dtype}`, async (op) => {
        const random = new SeededRandom(UNARY.indexOf(op));
        const values = isFloat(dtype)
          ? [...decode(dtype, encode(dtype, specials(op))), ...sample(dtype, COUNT, random, unaryRange(op))]
          : sample(dtype, COUNT, random);
        await checkValues(op, [[dtype, values]], dtype, (k, [x]) => k.unary(op, x), LOOSE[op]);
      });
    }
  });

  describe('binary operations', () => {
    for (const dtype of COMPUTED.filter(has)) {
      const allowed = isFloat(dtype) ? FLOAT_BINARY : dtype === 'bool' ? BOOL_BINARY : INT_BINARY;
      const ops = BINARY.filter((op) => allowed.has(op));
      it.each(ops)(`%s of ${dtype}`, async (op) => {
        const [x, y] = pairsFor(op, dtype, new SeededRandom(BINARY.indexOf(op)));
        const output = ['lt', 'le', 'eq', 'ne'].includes(op) ? 'bool' : dtype;
        await checkValues(op, [[dtype, x], [dtype, y]], output, (k, [a, b]) => k.binary(op, a, b), LOOSE[op]); // prettier-ignore
      });
    }

    it.each(['max', 'min', 'lt', 'le', 'eq', 'ne'] as const)('%s with NaN and infinities', async (op) => {
      const edges = [NaN, Infinity, -Infinity, 0, 1];
      const x = edges.flatMap((a) => edges.map(() => a));
      const y = edges.flatMap(() => edges);
      const output = op === 'max' || op === 'min' ? 'float32' : 'bool';
      await checkValues(op, [['float32', x], ['float32', y]], output, (k, [a, b]) => k.binary(op, a, b)); // prettier-ignore
    });

    it.runIf(has('int64'))('multiplies, shifts and divides all 64 bits', async () => {
      const x = [2n ** 62n, -(2n ** 63n), 0x123456789abcdefn, -(2n ** 53n) - 1n, 2n ** 53n + 1n];
      const y = [6n, -1n, 0xfedcba987654321n, 3n, 10n];
      for (const op of ['mul', 'add', 'sub', 'idiv', 'mod', 'xor'] as const) {
        await checkValues(op, [['int64', x], ['int64', y]], 'int64', (k, [a, b]) => k.binary(op, a, b)); // prettier-ignore
      }
    });

    it('wraps products of 32-bit integers', async () => {
      const x = [2 ** 31 - 1, -(2 ** 31), 123456789, -987654321];
      const y = [2 ** 31 - 1, 3, 987654321, 123456789];
      await checkValues('mul', [['int32', x], ['int32', y]], 'int32', (k, [a, b]) => k.binary('mul', a, b)); // prettier-ignore
    });
  });

  describe('casts', () => {
    const pairs = DTYPES.filter(has).flatMap((from) => DTYPES.filter(has).map((to) => [from, to] as const));
    it.each(pairs)('%s to %s', async (from, to) => {
      const range: readonly [number, number] =
        from === 'bool' ? [0, 1] : to === 'uint8' || from === 'uint8' ? [0, 120] : [-120, 120];
      const values = sample(from, COUNT, new SeededRandom(7), range);
      await checkValues('cast', [[from, values]], to, (k, [x]) => k.cast(x, to));
    });

    it('floats beyond the range of int32 saturate, and NaN becomes 0', async () => {
      const values = [1e20, -1e20, Infinity, -Infinity, NaN, 2 ** 31, -(2 ** 31), 1.999, -1.999];
      await checkValues('cast', [['float32', values]], 'int32', (k, [x]) => k.cast(x, 'int32'));
      if (has('int64'))
        await checkValues('cast', [['float32', values]], 'int64', (k, [x]) => k.cast(x, 'int64'));
    });

    it.each((['int8', 'uint8'] as const).filter(has))('wide integers wrap into %s', async (to) => {
      const values = [300, -1, 128, -129, 65536 + 7];
      await checkValues('cast', [['int32', values]], to, (k, [x]) => k.cast(x, to));
    });

    it.runIf(has('int64'))('64-bit integers wrap into int32', async () => {
      const values = [2n ** 40n + 5n, -(2n ** 33n) - 1n];
      await checkValues('cast', [['int64', values]], 'int32', (k, [x]) => k.cast(x, 'int32'));
    });

    it.each((['float16', 'bfloat16'] as const).filter(has))(
      'float32 rounds to %s, ties to even',
      async (to) => {
        const unit = to === 'float16' ? 2 ** -10 : 2 ** -7;
        const ties = [1 + unit / 2, 1 + 1.5 * unit, 1 + unit / 2 + 2 ** -20, -1 - unit / 2];
        const edges = [65504, 65519, 65520, 1e30, -1e30, 2 ** -24, 2 ** -25, 1e-7, -0, NaN, Infinity, 3.4e38];
        await checkValues('cast', [['float32', [...ties, ...edges]]], to, (k, [x]) => k.cast(x, to), {
          rtol: 0,
          atol: 0,
        });
      },
    );

    it('half floats are computed in float32', async () => {
      for (const dtype of (['float16', 'bfloat16'] as const).filter(has)) {
        const random = new SeededRandom(11);
        const [x, y] = [sample(dtype, COUNT, random), sample(dtype, COUNT, random)];
        await checkValues('half', [[dtype, x], [dtype, y]], dtype, (k, [a, b]) =>
          k.cast(k.binary('mul', k.cast(a, 'float32'), k.unary('tanh', k.cast(b, 'float32'))), dtype),
        ); // prettier-ignore
      }
    });

    it.each([
      ['float32', 'int32'],
      ['int32', 'float32'],
      ['int8', 'uint8'],
      ['float64', 'int64'],
      ['int64', 'float64'],
    ] as const)('the bits of %s as %s', async (from, to) => {
      if (!has(from) || !has(to)) return;
      const values = sample(from, COUNT, new SeededRandom(5));
      await checkValues('bitcast', [[from, values]], to, (k, [x]) => k.bitcast(x, to), { rtol: 0, atol: 0 });
    });
  });

  describe('other values', () => {
    it.each(DTYPES.filter(has))('where of %s', async (dtype) => {
      const random = new SeededRandom(3);
      const condition = sample('bool', COUNT, random);
      const [x, y] = [sample(dtype, COUNT, random), sample(dtype, COUNT, random)];
      await checkValues('where', [['bool', condition], [dtype, x], [dtype, y]], dtype, (k, [c, a, b]) => k.where(c, a, b)); // prettier-ignore
    });

    it.each(COMPUTED.filter(has))('constants and run-time numbers of %s', async (dtype) => {
      const k = new KernelBuilder('numbers');
      const out = k.operand(dtype, 3, 'write');
      const i = k.axis(3);
      const [a, b] = [k.scalar(dtype), k.scalar(dtype)];
      const op = dtype === 'bool' ? 'or' : 'add';
      const value = k.binary(op, k.binary(op, a, b), k.constant(1, dtype));
      const kernel = k.loops([parallel(i, [store(out, i.index, value)])]);
      await checkKernel(backendOf(), kernel, {
        contents: [undefined],
        scalars: isFloat(dtype) ? [2.5, -7.25] : [1, 0],
      });
    });

    it('random bits of an element’s index', async () => {
      const k = new KernelBuilder('random');
      const out = k.operand('int32', 130, 'write');
      const i = k.axis(130);
      const bits = k.random(k.index(i.index), k.scalar('int32'), k.constant(-17, 'int32'));
      const kernel = k.loops([parallel(i, [store(out, i.index, bits)])]);
      await checkKernel(backendOf(), kernel, { contents: [undefined], scalars: [123456789] });
    });

    it('a long chain of operations, and several outputs of one kernel', async () => {
      const count = 131;
      const random = new SeededRandom(2);
      const k = new KernelBuilder('gelu with derivative');
      const x = k.operand('float32', count, 'read');
      const [y, dy, positive] = [
        k.operand('float32', count, 'write'),
        k.operand('float32', count, 'write'),
        k.operand('bool', count, 'write'),
      ];
      const i = k.axis(count);
      const c = (value: number) => k.constant(value, 'float32');
      const v = k.load(x, i.index);
      const cdf = k.binary(
        'mul',
        c(0.5),
        k.binary('add', c(1), k.unary('erf', k.binary('mul', v, c(Math.SQRT1_2)))),
      );
      const square = k.binary('mul', v, v);
      const density = k.binary(
        'mul',
        c(1 / Math.sqrt(2 * Math.PI)),
        k.unary('exp', k.binary('mul', c(-0.5), square)),
      );
      const kernel = k.loops([
        parallel(i, [
          store(y, i.index, k.binary('mul', v, cdf)),
          store(dy, i.index, k.binary('add', cdf, k.binary('mul', v, density))),
          store(positive, i.index, k.binary('lt', c(0), v)),
        ]),
      ]);
      await checkKernel(backendOf(), kernel, {
        contents: [sample('float32', count, random), undefined, undefined, undefined],
      });
    });

    it.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1000])('%i elements', async (count) => {
      const x = sample('float32', count, new SeededRandom(count));
      await checkValues('square', [['float32', x]], 'float32', (k, [a]) => k.binary('mul', a, a));
    });

    it('no elements at all', async () => {
      await checkValues('nothing', [['float32', []]], 'float32', (k, [a]) => k.unary('neg', a));
    });

    it('enough elements for every thread', async () => {
      const x = sample('float32', 40_003, new SeededRandom(1));
      await checkValues('many', [['float32', x]], 'float32', (k, [a]) => k.unary('tanh', a));
    });
  });
}
