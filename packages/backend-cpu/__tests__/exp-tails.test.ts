/** Which exponentials of a kernel need both tails, and that those which do not give the same numbers. */

import { add, scale, unifyLoops } from '@tenfold/ir';
import type { LoopKernel, ValueId } from '@tenfold/ir';
import { KernelBuilder, parallel, store } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { tailOf } from '../src/codegen/exp-tails.ts';
import { cpuBackend } from '../src/index.ts';
import { softmax } from './support/kernels.ts';
import { floats, runKernel } from './support/run.ts';

const f = 'float32';
const backend = cpuBackend({ threads: 1 });
afterAll(() => backend.dispose());

/** y = what `make` makes of x. */
function pointwise(count: number, make: (k: KernelBuilder, x: ValueId) => ValueId): LoopKernel {
  const k = new KernelBuilder('pointwise');
  const [x, y] = [k.operand(f, count, 'read'), k.operand(f, count, 'write')];
  const i = k.axis(count);
  return k.loops([parallel(i, [store(y, i.index, make(k, k.load(x, i.index)))])]);
}

const sigmoid = (k: KernelBuilder, x: ValueId): ValueId => {
  const one = k.constant(1, f);
  return k.unary('recip', k.binary('add', one, k.unary('exp', k.unary('neg', x))));
};

function tails(kernel: LoopKernel): (string | undefined)[] {
  return kernel.values.flatMap(({ op }, id) => (op === 'exp' ? [tailOf(kernel, id)] : []));
}

describe('the tail that a kernel sees', () => {
  it('is the small one in a softmax and of a negated magnitude', () => {
    expect(tails(unifyLoops(softmax(3, 8)))).toEqual(['small']);
    expect(tails(pointwise(8, (k, x) => k.unary('exp', k.unary('neg', k.unary('abs', x)))))).toEqual([
      'small',
    ]);
  });

  it('is the large one where the result is added to one', () => {
    expect(tails(pointwise(8, sigmoid))).toEqual(['large']);
  });

  it('is both where the result is used by itself, or the shift is another one', () => {
    expect(tails(pointwise(8, (k, x) => k.unary('exp', x)))).toEqual([undefined]);
    const twice = (k: KernelBuilder, x: ValueId) => {
      const power = k.unary('exp', x);
      return k.binary('mul', power, k.binary('add', k.constant(1, f), power));
    };
    expect(tails(pointwise(8, twice))).toEqual([undefined]);
  });

  it('is both where the maximum is of another row', () => {
    const k = new KernelBuilder('shifted');
    const [x, y] = [k.operand(f, 16, 'read'), k.operand(f, 8, 'write')];
    const i = k.axis(8);
    const other = k.load(x, add(scale(i.index, 1), i.index));
    const kernel = k.loops([
      parallel(i, [store(y, i.index, k.unary('exp', k.binary('sub', k.load(x, i.index), other)))]),
    ]);
    expect(tails(kernel)).toEqual([undefined]);
  });
});

describe('at the ends', () => {
  it('a sigmoid falls to denormals and reaches one', () => {
    const x = Float32Array.from([-200, -100, -88, -80, -20, 0, 20, 200, Infinity, -Infinity, NaN]);
    const [, y] = runKernel(backend, pointwise(x.length, sigmoid), [x, undefined]);
    const actual = floats(y).subarray(0, x.length);
    actual.subarray(0, -1).forEach((value, i) => {
      const exact = 1 / (1 + Math.fround(Math.exp(-x[i])));
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(3e-7 * exact + 2 ** -149);
    });
    expect(actual.at(-1)).toBeNaN();
  });

  it('a softmax gives 0 where it is masked and denormals far below the greatest element', () => {
    const x = Float32Array.from([3, -Infinity, -85, -99, 3, -200, 2, 1]);
    const [, y] = runKernel(backend, softmax(1, 8), [x, undefined]);
    const powers = Array.from(x, (value) => Math.exp(value - 3));
    const total = powers.reduce((a, b) => a + b);
    floats(y).forEach((actual, i) => {
      expect(Math.abs(actual - powers[i] / total)).toBeLessThanOrEqual(
        (3e-7 * powers[i]) / total + 2 ** -149,
      );
    });
    expect(floats(y)[1]).toBe(0);
  });
});
