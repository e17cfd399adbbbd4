/** Conformance: reductions of every kind over inner, outer and all axes; rows normalised in one kernel. */

import type { Backend, DType, ReduceKind } from '@tenfold/ir';
import { ZERO, isFloat, scale, add } from '@tenfold/ir';
import { describe, it } from 'vitest';
import { KernelBuilder, accumulate, init, parallel, reduce, store } from '../kernel-builder.ts';
import type { Scalar } from '../number-format.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';
import { rowMajor } from './indices.ts';

const KINDS: readonly ReduceKind[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin'];
const REDUCED: readonly DType[] = ['float32', 'float64', 'int64', 'int32', 'int8', 'uint8'];
/** A sum of a thousand float32 products, in any order. */
const SUMMED = { rtol: 2e-5, atol: 2e-5 };

const positional = (kind: ReduceKind) => kind === 'argmax' || kind === 'argmin';

export function reductionSuite(backendOf: () => Backend, has: (dtype: DType) => boolean): void {
  /** Reduces the rows (`inner`) or columns of a matrix. */
  const checkReduction = (
    kind: ReduceKind,
    dtype: DType,
    [kept, reduced]: readonly [number, number],
    inner: boolean,
    data: readonly Scalar[],
  ): Promise<void> => {
    const k = new KernelBuilder(`${kind} over the ${inner ? 'inner' : 'outer'} axis`);
    const x = k.operand(dtype, kept * reduced, 'read');
    const y = k.operand(positional(kind) ? 'int32' : dtype, kept, 'write');
    const acc = k.accumulator(kind, dtype);
    const [i, j] = [k.axis(kept), k.axis(reduced)];
    const at = inner ? rowMajor([i, j], [kept, reduced]) : rowMajor([j, i], [reduced, kept]);
    const position = positional(kind) ? k.index(j.index) : undefined;
    const kernel = k.loops([
      parallel(i, [
        init(acc),
        reduce(j, [accumulate(acc, k.load(x, at), position)]),
        store(y, i.index, k.acc(acc)),
      ]),
    ]);
    return checkKernel(backendOf(), kernel, { contents: [data, undefined] }, { tolerance: SUMMED });
  };

  const dataFor = (kind: ReduceKind, dtype: DType, count: number) => {
    const random = new SeededRandom(count);
    if (kind === 'prod' && isFloat(dtype)) return sample(dtype, count, random, [0.8, 1.25]);
    // Few distinct values, so that extrema have ties.
    return sample(dtype, count, random, isFloat(dtype) ? undefined : dtype === 'uint8' ? [0, 9] : [-9, 9]);
  };

  describe('one axis', () => {
    for (const dtype of REDUCED.filter(has)) {
      it.each(KINDS)(`%s of ${dtype}`, async (kind) => {
        for (const [kept, reduced] of [[5, 37], [37, 5], [1, 1], [3, 1], [1, 130], [16, 16]] as const) {
          const data = dataFor(kind, dtype, kept * reduced);
          await checkReduction(kind, dtype, [kept, reduced], true, data);
          await checkReduction(kind, dtype, [kept, reduced], false, data);
        }
      }); // prettier-ignore
    }

    it.each(['sum', 'prod', 'max', 'min'] as const)('%s of nothing is its identity', async (kind) => {
      for (const dtype of REDUCED.filter(has)) await checkReduction(kind, dtype, [3, 0], true, []);
    });

    it.each(KINDS)('%s of enough rows and columns for every thread', async (kind) => {
      const data = dataFor(kind, 'float32', 101 * 103);
      const few = data.map((x) => (kind === 'prod' ? Number(x) ** 0.02 : x));
      await checkReduction(kind, 'float32', [101, 103], true, few);
      await checkReduction(kind, 'float32', [101, 103], false, few);
    });

    it.each(KINDS)('%s of no rows', (kind) => checkReduction(kind, 'float32', [0, 4], true, []));

    it.each(['max', 'min'] as const)('%s of bool is any and all', async (kind) => {
      await checkReduction(kind, 'bool', [3, 4], true, [0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1]);
    });

    it.each(['max', 'min', 'argmax', 'argmin'] as const)('%s meets NaN and infinities', async (kind) => {
      const rows = [
        [1, NaN, 3, NaN, 2, 0, 1, 1, 1],
        [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
        [Infinity, 1, 2, 3, Infinity, -Infinity, 5, -Infinity, 0],
        [5, 5, 5, 5, 5, 5, 5, 5, NaN],
      ];
      await checkReduction(kind, 'float32', [4, 9], true, rows.flat());
      const columns = Array.from({ length: 9 }, (_, j) => rows.map((row) => row[j]));
      await checkReduction(kind, 'float32', [4, 9], false, columns.flat());
    });
  });

  describe('several axes and several results', () => {
    it('the outer and the inner of three axes', async () => {
      const k = new KernelBuilder('channel sums');
      const shape = [3, 4, 21];
      const x = k.operand('float32', 252, 'read');
      const [sums, squares] = [k.operand('float32', 4, 'write'), k.operand('float32', 4, 'write')];
      const [sum, square] = [k.accumulator('sum', 'float32'), k.accumulator('sum', 'float32')];
      const [n, c, p] = shape.map((extent) => k.axis(extent));
      const value = k.load(x, rowMajor([n, c, p], shape));
      const kernel = k.loops([
        parallel(c, [
          init(sum),
          init(square),
          reduce(n, [reduce(p, [accumulate(sum, value), accumulate(square, k.binary('mul', value, value))])]),
          store(sums, c.index, k.acc(sum)),
          store(squares, c.index, k.acc(square)),
        ]),
      ]);
      const contents = [sample('float32', 252, new SeededRandom(1)), undefined, undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: SUMMED });
    });

    it.each([1, 7, 64, 1003, 20_001])('the mean of %i elements', async (count) => {
      const k = new KernelBuilder('mean of squares');
      const [x, y] = [k.operand('float32', count, 'read'), k.operand('float32', 1, 'write')];
      const sum = k.accumulator('sum', 'float32');
      const i = k.axis(count);
      const value = k.load(x, i.index);
      const mean = k.binary('mul', k.acc(sum), k.constant(1 / count, 'float32'));
      const kernel = k.loops([
        init(sum),
        reduce(i, [accumulate(sum, k.binary('mul', value, value))]),
        store(y, ZERO, mean),
      ]);
      const contents = [sample('float32', count, new SeededRandom(count)), undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: SUMMED });
    });

    it.each((['float16', 'bfloat16'] as const).filter(has))('%s summed in float32', async (dtype) => {
      const k = new KernelBuilder('half sum');
      const [x, y] = [k.operand(dtype, 300, 'read'), k.operand(dtype, 3, 'write')];
      const sum = k.accumulator('sum', 'float32');
      const [i, j] = [k.axis(3), k.axis(100)];
      const value = k.cast(k.load(x, rowMajor([i, j], [3, 100])), 'float32');
      const body = [
        init(sum),
        reduce(j, [accumulate(sum, value)]),
        store(y, i.index, k.cast(k.acc(sum), dtype)),
      ];
      const contents = [sample(dtype, 300, new SeededRandom(4)), undefined];
      await checkKernel(backendOf(), k.loops([parallel(i, body)]), { contents }, { tolerance: SUMMED });
    });
  });

  describe('rows in one kernel', () => {
    const SHAPES = [
      [1, 1],
      [3, 17],
      [8, 64],
      [2, 1000],
      [0, 4],
      [65, 3],
      [131, 67],
    ] as const;

    it.each(SHAPES)('softmax of %i rows of %i', async (rows, width) => {
      const k = new KernelBuilder('softmax');
      const [x, y] = [
        k.operand('float32', rows * width, 'read'),
        k.operand('float32', rows * width, 'write'),
      ];
      const [max, sum] = [k.accumulator('max', 'float32'), k.accumulator('sum', 'float32')];
      const [i, j] = [k.axis(rows), k.axis(width)];
      const at = rowMajor([i, j], [rows, width]);
      const value = k.load(x, at);
      const e = k.unary('exp', k.binary('sub', value, k.acc(max)));
      const kernel = k.loops([
        parallel(i, [
          init(max),
          reduce(j, [accumulate(max, value)]),
          init(sum),
          reduce(j, [accumulate(sum, e)]),
          parallel(j, [store(y, at, k.binary('div', e, k.acc(sum)))]),
        ]),
      ]);
      const contents = [sample('float32', rows * width, new SeededRandom(width), [-20, 20]), undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: SUMMED });
    });

    it.each(SHAPES)('layer norm of %i rows of %i, with its saved statistics', async (rows, width) => {
      const k = new KernelBuilder('layer norm');
      const size = rows * width;
      const x = k.operand('float32', size, 'read');
      const [weight, bias] = [k.operand('float32', width, 'read'), k.operand('float32', width, 'read')];
      const [y, means, deviations] = [
        k.operand('float32', size, 'write'),
        k.operand('float32', rows, 'write'),
        k.operand('float32', rows, 'write'),
      ];
      const [sum, squares] = [k.accumulator('sum', 'float32'), k.accumulator('sum', 'float32')];
      const [i, j] = [k.axis(rows), k.axis(width)];
      const at = rowMajor([i, j], [rows, width]);
      const share = k.constant(1 / width, 'float32');
      const mean = k.binary('mul', k.acc(sum), share);
      const centred = k.binary('sub', k.load(x, at), mean);
      const variance = k.binary('mul', k.acc(squares), share);
      const deviation = k.unary(
        'recip',
        k.unary('sqrt', k.binary('add', variance, k.constant(1e-5, 'float32'))),
      );
      const scaled = k.binary('mul', k.binary('mul', centred, deviation), k.load(weight, j.index));
      const kernel = k.loops([
        parallel(i, [
          init(sum),
          reduce(j, [accumulate(sum, k.load(x, at))]),
          init(squares),
          reduce(j, [accumulate(squares, k.binary('mul', centred, centred))]),
          store(means, i.index, mean),
          store(deviations, i.index, deviation),
          parallel(j, [store(y, at, k.binary('add', scaled, k.load(bias, j.index)))]),
        ]),
      ]);
      const random = new SeededRandom(width);
      const contents = [size, width, width].map((count) => sample('float32', count, random));
      const launch = { contents: [...contents, undefined, undefined, undefined] };
      await checkKernel(backendOf(), kernel, launch, { tolerance: { rtol: 1e-4, atol: 1e-4 } });
    });

    it.each(SHAPES)('the gradient of cross-entropy of %i rows of %i, in place', async (rows, width) => {
      const k = new KernelBuilder('cross-entropy');
      const x = k.operand('float32', rows * width, 'readwrite');
      const [target, loss] = [k.operand('int32', rows, 'read'), k.operand('float32', rows, 'write')];
      const [max, sum, chosen] = [
        k.accumulator('max', 'float32'),
        k.accumulator('sum', 'float32'),
        k.accumulator('sum', 'float32'),
      ];
      const [i, j] = [k.axis(rows), k.axis(width)];
      const at = rowMajor([i, j], [rows, width]);
      const zero = k.constant(0, 'float32');
      const value = k.load(x, at);
      const hit = k.binary('eq', k.index(j.index), k.load(target, i.index));
      const e = k.unary('exp', k.binary('sub', value, k.acc(max)));
      const probability = k.binary('div', e, k.acc(sum));
      const one = k.where(hit, k.constant(1, 'float32'), zero);
      const logSum = k.binary('add', k.unary('log', k.acc(sum)), k.acc(max));
      const kernel = k.loops([
        parallel(i, [
          init(max),
          reduce(j, [accumulate(max, value)]),
          init(sum),
          init(chosen),
          reduce(j, [accumulate(sum, e), accumulate(chosen, k.where(hit, value, zero))]),
          store(loss, i.index, k.binary('sub', logSum, k.acc(chosen))),
          parallel(j, [store(x, at, k.binary('sub', probability, one))]),
        ]),
      ]);
      const random = new SeededRandom(rows);
      const logits = sample('float32', rows * width, random);
      const targets = sample('int32', rows, random, [0, width - 1]);
      const contents = [logits, targets, undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: SUMMED });
    });

    it('columns as rows: softmax over a strided axis', async () => {
      const k = new KernelBuilder('strided softmax');
      const [x, y] = [k.operand('float32', 60, 'read'), k.operand('float32', 60, 'write')];
      const sum = k.accumulator('sum', 'float32');
      const [i, j] = [k.axis(12), k.axis(5)];
      const at = add(scale(j.index, 12), i.index);
      const e = k.unary('exp', k.load(x, at));
      const kernel = k.loops([
        parallel(i, [
          init(sum),
          reduce(j, [accumulate(sum, e)]),
          parallel(j, [store(y, at, k.binary('div', e, k.acc(sum)))]),
        ]),
      ]);
      await checkKernel(
        backendOf(),
        kernel,
        { contents: [sample('float32', 60, new SeededRandom(9)), undefined] },
        { tolerance: SUMMED },
      );
    });
  });
}
