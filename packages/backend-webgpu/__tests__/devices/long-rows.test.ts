/** Kernels over few but long rows, which take several passes, against the interpreter. */

import type { DType, LoopKernel, ReduceKind } from '@tenfold/ir';
import { ZERO, add, isFloat, scale } from '@tenfold/ir';
import {
  KernelBuilder,
  SeededRandom,
  accumulate,
  checkKernel,
  init,
  parallel,
  reduce,
  sample,
  serial,
  store,
} from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import { lower } from '../../src/lowering/lower.ts';
import { MINIMUM_TARGET } from '../../src/target.ts';

const backend = await webgpuBackend();
afterAll(() => backend.dispose());

const LONG = 40_003;
const SUMMED = { tolerance: { rtol: 1e-4, atol: 1e-4 } };

function passes(kernel: LoopKernel): number {
  return lower(kernel, MINIMUM_TARGET).passes.length;
}

/** A whole line reduced to one number. */
function line(kind: ReduceKind, dtype: DType): LoopKernel {
  const k = new KernelBuilder(`${kind} of a line`);
  const positioned = kind === 'argmax' || kind === 'argmin';
  const [x, y] = [k.operand(dtype, LONG, 'read'), k.operand(positioned ? 'int32' : dtype, 1, 'write')];
  const acc = k.accumulator(kind, dtype);
  const i = k.axis(LONG);
  const position = positioned ? k.index(i.index) : undefined;
  return k.loops([
    init(acc),
    reduce(i, [accumulate(acc, k.load(x, i.index), position)]),
    store(y, ZERO, k.acc(acc)),
  ]);
}

describe('in stages', () => {
  it.each([
    ['sum', 'float32'],
    ['max', 'int64'],
    ['argmax', 'float32'],
    ['min', 'bool'],
  ] as const)('the %s of a line of %s', async (kind, dtype) => {
    const kernel = line(kind, dtype);
    expect(passes(kernel)).toBe(2);
    const data = sample(dtype, LONG, new SeededRandom(1), isFloat(dtype) ? undefined : [0, 1]);
    await checkKernel(backend, kernel, { contents: [data, undefined] }, SUMMED);
  });

  it('the sums of columns', async () => {
    const [rows, columns] = [9000, 5];
    const k = new KernelBuilder('column sums');
    const [x, y] = [k.operand('float32', rows * columns, 'read'), k.operand('float32', columns, 'write')];
    const [r, c] = [k.axis(rows), k.axis(columns)];
    const s = k.accumulator('sum', 'float32');
    const element = k.load(x, add(scale(r.index, columns), c.index));
    const body = [init(s), reduce(r, [accumulate(s, element)]), store(y, c.index, k.acc(s))];
    const kernel = k.loops([parallel(c, body)]);
    expect(passes(kernel)).toBe(2);
    const contents = [sample('float32', rows * columns, new SeededRandom(2)), undefined];
    await checkKernel(backend, kernel, { contents }, SUMMED);
  });

  it('the softmax of two rows, and their greatest elements', async () => {
    const k = new KernelBuilder('softmax');
    const [x, y] = [k.operand('float32', 2 * LONG, 'read'), k.operand('float32', 2 * LONG, 'write')];
    const best = k.operand('float32', 2, 'write');
    const [r, a, b, c] = [k.axis(2), k.axis(LONG), k.axis(LONG), k.axis(LONG)];
    const [m, s] = [k.accumulator('max', 'float32'), k.accumulator('sum', 'float32')];
    const at = (axis: typeof a) => add(scale(r.index, LONG), axis.index);
    const exponential = (axis: typeof a) => k.unary('exp', k.binary('sub', k.load(x, at(axis)), k.acc(m)));
    const kernel = k.loops([
      parallel(r, [
        init(m),
        reduce(a, [accumulate(m, k.load(x, at(a)))]),
        init(s),
        reduce(b, [accumulate(s, exponential(b))]),
        parallel(c, [store(y, at(c), k.binary('div', exponential(c), k.acc(s)))]),
        store(best, r.index, k.acc(m)),
      ]),
    ]);
    expect(passes(kernel)).toBe(4);
    const contents = [sample('float32', 2 * LONG, new SeededRandom(3)), undefined, undefined];
    await checkKernel(backend, kernel, { contents }, SUMMED);
  });
});

describe('a scan', () => {
  it.each([
    ['sum', 'float32', 9000, 2],
    ['max', 'float32', 9000, 2],
    ['sum', 'int64', 300, 1],
  ] as const)('by %s of %s over %i elements in %i passes', async (kind, dtype, length, count) => {
    const k = new KernelBuilder('scan');
    const [x, y] = [k.operand(dtype, 2 * length, 'read'), k.operand(dtype, 2 * length, 'write')];
    const acc = k.accumulator(kind, dtype);
    const [r, j] = [k.axis(2), k.axis(length)];
    const at = add(scale(r.index, length), j.index);
    const body = [init(acc), serial(j, [accumulate(acc, k.load(x, at)), store(y, at, k.acc(acc))])];
    const kernel = k.loops([parallel(r, body)]);
    expect(passes(kernel)).toBe(count);
    const contents = [sample(dtype, 2 * length, new SeededRandom(4)), undefined];
    await checkKernel(backend, kernel, { contents }, { tolerance: { rtol: 1e-4, atol: 1e-3 } });
  });
});
