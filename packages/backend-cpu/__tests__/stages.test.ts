/** Kernels over few long rows: which are done in stages, and that this changes nothing. */

import type { LoopKernel } from '@tenfold/ir';
import { add, dependenciesOf, scale, stagesOf, ZERO } from '@tenfold/ir';
import {
  accumulate,
  init,
  InterpreterBackend,
  KernelBuilder,
  parallel,
  reduce,
  SeededRandom,
  serial,
  store,
} from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { compileKernels } from '../src/codegen/compile.ts';
import { tuning } from '../src/tuning.ts';
import { cpuBackend } from '../src/index.ts';
import { columnSums, gelu, softmax, sum } from './support/kernels.ts';
import { floats, runKernel } from './support/run.ts';

const f = 'float32';

function stages(kernel: LoopKernel) {
  return stagesOf(kernel, dependenciesOf(kernel.values), tuning.fewRows)?.stages;
}

function phases(kernel: LoopKernel): number {
  const options = { memory: { initial: 1 }, relaxed: true };
  return compileKernels([kernel], options).kernels[0].phases.length;
}

/** Each row less its mean, and the means; `inPlace`: over the input. */
function centred(rows: number, columns: number, inPlace: boolean): LoopKernel {
  const k = new KernelBuilder('centred');
  const x = k.operand(f, rows * columns, inPlace ? 'readwrite' : 'read');
  const means = k.operand(f, rows, 'write');
  const y = inPlace ? x : k.operand(f, rows * columns, 'write');
  const [r, a, b] = [k.axis(rows), k.axis(columns), k.axis(columns)];
  const s = k.accumulator('sum', f);
  const at = (axis: typeof a) => add(scale(r.index, columns), axis.index);
  const mean = k.binary('div', k.acc(s), k.constant(columns, f));
  return k.loops([
    parallel(r, [
      init(s),
      reduce(a, [accumulate(s, k.load(x, at(a)))]),
      parallel(b, [store(y, at(b), k.binary('sub', k.load(x, at(b)), mean))]),
      store(means, r.index, mean),
    ]),
  ]);
}

/** The position of the greatest element of each row, and how many elements are less than 0. */
function greatest(rows: number, columns: number): LoopKernel {
  const k = new KernelBuilder('greatest');
  const [x, y] = [k.operand(f, rows * columns, 'read'), k.operand(f, rows, 'write')];
  const count = k.operand(f, rows, 'write');
  const [r, a] = [k.axis(rows), k.axis(columns)];
  const [m, s] = [k.accumulator('argmax', f), k.accumulator('sum', 'int32')];
  const value = k.load(x, add(scale(r.index, columns), a.index));
  const negative = k.cast(k.binary('lt', value, k.constant(0, f)), 'int32');
  return k.loops([
    parallel(r, [
      init(m),
      init(s),
      reduce(a, [accumulate(m, value, k.index(a.index)), accumulate(s, negative)]),
      store(y, r.index, k.cast(k.acc(m), f)),
      store(count, r.index, k.cast(k.acc(s), f)),
    ]),
  ]);
}

/** A row is reduced, then the same operand is written and read again. */
function readAgain(rows: number, columns: number): LoopKernel {
  const k = new KernelBuilder('read again');
  const [x, y] = [k.operand(f, rows * columns, 'readwrite'), k.operand(f, rows, 'write')];
  const [r, a, b, c] = [k.axis(rows), k.axis(columns), k.axis(columns), k.axis(columns)];
  const [s, t] = [k.accumulator('sum', f), k.accumulator('sum', f)];
  const at = (axis: typeof a) => add(scale(r.index, columns), axis.index);
  return k.loops([
    parallel(r, [
      init(s),
      reduce(a, [accumulate(s, k.load(x, at(a)))]),
      parallel(b, [store(x, at(b), k.acc(s))]),
      init(t),
      reduce(c, [accumulate(t, k.load(x, at(c)))]),
      store(y, r.index, k.acc(t)),
    ]),
  ]);
}

function inTurn(columns: number): LoopKernel {
  const k = new KernelBuilder('in turn');
  const [x, y] = [k.operand(f, columns, 'read'), k.operand(f, 1, 'write')];
  const i = k.axis(columns);
  const s = k.accumulator('sum', f);
  return k.loops([init(s), serial(i, [accumulate(s, k.load(x, i.index))]), store(y, ZERO, k.acc(s))]);
}

describe('a kernel has stages', () => {
  it('for each loop of its few rows, and for what is stored once a row', () => {
    const found = stages(softmax(2, 100));
    expect(found?.map(({ reduces, reads }) => [reduces, reads])).toEqual([
      [[0], []],
      [[1], [0]],
      [[], [0, 1]],
    ]);
    expect(stages(centred(2, 100, false))).toHaveLength(3);
    expect(stages(centred(2, 100, true))).toHaveLength(3);
    expect(stages(sum(100))).toHaveLength(2);
  });

  it('unless there is nothing to reduce, or rows enough, or it goes in turn', () => {
    expect(stages(gelu(100))).toBeUndefined();
    expect(stages(softmax(8, 100))).toBeUndefined();
    expect(stages(inTurn(100))).toBeUndefined();
  });

  it('unless a later loop reads what an earlier one has written', () => {
    expect(stages(readAgain(2, 100))).toBeUndefined();
  });

  it('that are used where rows are long', () => {
    expect(phases(sum(1000))).toBe(1);
    expect(phases(sum(1_000_000))).toBe(2);
    expect(phases(softmax(2, 100_000))).toBe(3);
    expect(phases(softmax(2, 10_000))).toBe(1);
    expect(phases(columnSums(100_000, 4))).toBe(1);
  });
});

describe('in stages', () => {
  const random = new SeededRandom(11);
  it.each([
    ['softmax of three rows', softmax(3, 40_003)],
    ['softmax of one row', softmax(1, 50_001)],
    ['rows less their means', centred(3, 40_001, false)],
    ['rows less their means, in place', centred(5, 30_011, true)],
    ['positions and counts', greatest(2, 40_021)],
  ])('%s: as by the interpreter, and the same bits with any number of threads', (_, kernel) => {
    expect(phases(kernel)).toBeGreaterThan(1);
    const contents = kernel.operands.map(({ access, elements }) =>
      access === 'write'
        ? undefined
        : Float32Array.from({ length: elements }, () => Math.round(random.uniform(-900, 900)) / 100),
    );
    const [one, ...others] = [1, 2, 4].map((threads) => {
      const backend = cpuBackend({ threads });
      const results = runKernel(backend, kernel, contents);
      backend.dispose();
      return results;
    });
    const expected = runKernel(new InterpreterBackend(), kernel, contents);
    kernel.operands.forEach(({ access }, i) => {
      for (const other of others) expect(Buffer.compare(other[i], one[i])).toBe(0);
      if (access === 'read') return;
      const exact = floats(expected[i]);
      const worst = floats(one[i]).reduce((most, x, at) => Math.max(most, Math.abs(x - exact[at])), 0);
      expect(worst).toBeLessThan(2e-6);
    });
  });
});
