/** Several elements an invocation: whole words of narrow elements, and float32 by fours, against the interpreter. */

import type { DType, LoopKernel } from '@tenfold/ir';
import { add, offset, scale } from '@tenfold/ir';
import type { Tolerance } from '@tenfold/testing';
import {
  KernelBuilder,
  SeededRandom,
  accumulate,
  checkKernel,
  init,
  parallel,
  reduce,
  sample,
  store,
} from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import { lower } from '../../src/lowering/lower.ts';
import { MINIMUM_TARGET } from '../../src/target.ts';

const backend = await webgpuBackend();
afterAll(() => backend.dispose());

function check(kernel: LoopKernel, tolerance?: Tolerance): Promise<void> {
  const random = new SeededRandom(9);
  const contents = kernel.operands.map(({ dtype, elements, access }) =>
    access === 'write' ? undefined : sample(dtype, elements, random),
  );
  return checkKernel(backend, kernel, { contents }, { tolerance });
}

/** Whether the pass writes whole words, and whether it asks for vectors. */
function ways(kernel: LoopKernel): readonly [boolean, boolean] {
  const [{ operands, vectors }] = lower(kernel, MINIMUM_TARGET).passes;
  return [operands.some(({ wholeWords }) => wholeWords === true), vectors?.includes(true) ?? false];
}

/** to[i] = from[i]. */
function casting(from: DType, to: DType, count: number): LoopKernel {
  const k = new KernelBuilder('cast');
  const [x, y] = [k.operand(from, count, 'read'), k.operand(to, count, 'write')];
  const i = k.axis(count);
  return k.loops([parallel(i, [store(y, i.index, k.cast(k.load(x, i.index), to))])]);
}

describe('narrow elements', () => {
  it.each([
    ['float32', 'float16', 70],
    ['float32', 'bfloat16', 71],
    ['int8', 'bool', 101],
    ['float16', 'uint8', 35],
    ['uint8', 'int8', 3],
    ['bool', 'float16', 9],
  ] as const)('%s to %s, %i of them', async (from, to, count) => {
    const kernel = casting(from, to, count);
    expect(ways(kernel)).toEqual([true, false]);
    await check(kernel);
  });

  it.each([
    [5, 8, true],
    [5, 6, true],
    [3, 7, false],
  ])('a sum of [%i, %i] and a row of float16, in place', async (rows, columns, words) => {
    const k = new KernelBuilder('add a row');
    const [x, y] = [k.operand('float16', rows * columns, 'readwrite'), k.operand('float16', columns, 'read')];
    const [r, c] = [k.axis(rows), k.axis(columns)];
    const at = add(scale(r.index, columns), c.index);
    const sum = k.binary('add', k.load(x, at), k.load(y, c.index));
    const kernel = k.loops([parallel(r, [parallel(c, [store(x, at, sum)])])]);
    expect(ways(kernel)).toEqual([words, false]);
    await check(kernel);
  });

  it.each([64, 66])('rows of %i float16 less their greatest element', async (columns) => {
    const k = new KernelBuilder('less the greatest');
    const [x, y] = [k.operand('float16', 3 * columns, 'read'), k.operand('float16', 3 * columns, 'write')];
    const [r, a, b] = [k.axis(3), k.axis(columns), k.axis(columns)];
    const m = k.accumulator('max', 'float16');
    const at = (axis: typeof a) => add(scale(r.index, columns), axis.index);
    const kernel = k.loops([
      parallel(r, [
        init(m),
        reduce(a, [accumulate(m, k.load(x, at(a)))]),
        parallel(b, [store(y, at(b), k.binary('sub', k.load(x, at(b)), k.acc(m)))]),
      ]),
    ]);
    expect(ways(kernel)[0]).toBe(true);
    await check(kernel);
  });

  it('sums of few bfloat16 each', async () => {
    const k = new KernelBuilder('short sums');
    const [x, y] = [k.operand('bfloat16', 15, 'read'), k.operand('bfloat16', 5, 'write')];
    const [i, j] = [k.axis(5), k.axis(3)];
    const s = k.accumulator('sum', 'float32');
    const value = k.cast(k.load(x, add(scale(i.index, 3), j.index)), 'float32');
    const body = [
      init(s),
      reduce(j, [accumulate(s, value)]),
      store(y, i.index, k.cast(k.acc(s), 'bfloat16')),
    ];
    const kernel = k.loops([parallel(i, body)]);
    expect(ways(kernel)).toEqual([true, false]);
    await check(kernel);
  });
});

describe('float32 by fours', () => {
  it.each([4096, 4099])('%i of them, in place, and whether they are negative', async (count) => {
    const k = new KernelBuilder('update');
    const [x, y] = [k.operand('float32', count, 'readwrite'), k.operand('float32', count, 'read')];
    const negative = k.operand('bool', count, 'write');
    const i = k.axis(count);
    const sum = k.binary('add', k.load(x, i.index), k.load(y, i.index));
    const isNegative = k.binary('lt', sum, k.constant(0, 'float32'));
    const kernel = k.loops([parallel(i, [store(x, i.index, sum), store(negative, i.index, isNegative)])]);
    expect(ways(kernel)).toEqual([true, true]);
    await check(kernel);
  });

  it.each(['float32', 'float16'] as const)('of which much is computed, into %s', async (dtype) => {
    const count = 4102;
    const k = new KernelBuilder('much');
    const [x, y] = [k.operand(dtype, count, 'read'), k.operand(dtype, count, 'write')];
    const i = k.axis(count);
    const v = k.load(x, i.index);
    const out = ['exp', 'tanh', 'sin', 'erf'] as const;
    const sum = out.map((op) => k.unary(op, v)).reduce((a, b) => k.binary('add', a, b));
    const kernel = k.loops([parallel(i, [store(y, i.index, sum)])]);
    expect(ways(kernel)).toEqual([dtype === 'float16', dtype === 'float32']);
    // Half floats are rounded when they are stored, and not after each operation.
    await check(kernel, { rtol: 1e-2, atol: 1e-3 });
  });

  it('with rows and columns that repeat', async () => {
    const [rows, columns] = [70, 60];
    const k = new KernelBuilder('outer sum');
    const [x, y] = [k.operand('float32', rows, 'read'), k.operand('float32', columns, 'read')];
    const z = k.operand('float32', rows * columns, 'write');
    const [r, c] = [k.axis(rows), k.axis(columns)];
    const sum = k.binary('add', k.load(x, r.index), k.load(y, c.index));
    const kernel = k.loops([
      parallel(r, [parallel(c, [store(z, add(scale(r.index, columns), c.index), sum)])]),
    ]);
    expect(ways(kernel)).toEqual([false, true]);
    await check(kernel);
  });

  it('unless elements are read out of step', () => {
    const count = 5000;
    const k = new KernelBuilder('shift');
    const [x, y] = [k.operand('float32', count + 1, 'read'), k.operand('float32', count, 'write')];
    const i = k.axis(count);
    const kernel = k.loops([parallel(i, [store(y, i.index, k.load(x, offset(i.index, 1)))])]);
    expect(ways(kernel)).toEqual([false, false]);
  });
});
