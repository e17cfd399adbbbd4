/** Scatters by lanes, by strips and by ranges of rows against the interpreter: sizes, dtypes, special values, threads. */

import type { DType, LoopKernel } from '@tenfold/ir';
import { add, computed, constant, scale } from '@tenfold/ir';
import type { Axis } from '@tenfold/testing';
import { KernelBuilder, SeededRandom, checkKernel, parallel, sample, serial, store } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { compileKernels } from '../src/codegen/compile.ts';
import { cpuBackend } from '../src/index.ts';
import { scatters } from '../src/scatter/lowering.ts';
import { recognise } from '../src/scatter/recognise.ts';
import { runKernel } from './support/run.ts';

const backend = cpuBackend({ threads: 3 });
afterAll(() => backend.dispose());

interface Scatter {
  readonly dtype?: DType;
  /** Lanes that are apart, the extent along the scattered axis, lanes side by side, positions of the source. */
  readonly shape: readonly [apart: number, size: number, side: number, count: number];
  readonly combine?: 'sum' | 'prod' | 'max' | 'min';
  /** One index for all lanes. */
  readonly rows?: boolean;
  readonly inPlace?: boolean;
}

/** Operands: the base, unless it is the result; indices; the source; the result. */
function scatterKernel({ dtype = 'float32', shape, combine, rows, inPlace }: Scatter): LoopKernel {
  const [apart, size, side, count] = shape;
  const k = new KernelBuilder('scatter');
  const base = inPlace ? undefined : k.operand(dtype, apart * size * side, 'read');
  const index = k.operand('int32', rows ? count : apart * count * side, 'read');
  const source = k.operand(dtype, apart * count * side, 'read');
  const result = k.operand(dtype, apart * size * side, inPlace || combine ? 'readwrite' : 'write');
  const [a, s, c] = [k.axis(apart), k.axis(side), k.axis(count)];
  const i = k.axis(size);
  const at = (middle: Axis['index'], extent: number) =>
    add(add(scale(a.index, extent * side), scale(middle, side)), s.index);
  const position = computed(k.load(index, rows ? c.index : at(c.index, count)), -(2 ** 31), 2 ** 31 - 1);
  const guards = [{ index: position, lo: 0, hi: size }];
  const value = k.load(source, at(c.index, count));
  const here = at(i.index, size);
  const options = combine ? { guards, combine } : { guards };
  const lane = [
    parallel(i, [store(result, here, k.load(base ?? result, here))]),
    serial(c, [store(result, at(position, size), value, options)]),
  ];
  return k.loops([parallel(a, [parallel(s, lane)])]);
}

/** Indices of which some are out of range. */
function indicesFor({ shape: [apart, size, side, count], rows }: Scatter, random: SeededRandom): number[] {
  return Array.from({ length: rows ? count : apart * side * count }, () =>
    random.chance(0.1) ? random.pick([-1, size, 2 ** 31 - 1, -(2 ** 31)]) : random.int(0, size - 1),
  );
}

function check(of: Scatter, target = backend): Promise<void> {
  const { dtype = 'float32', shape, inPlace, combine } = of;
  const [apart, size, side, count] = shape;
  const random = new SeededRandom(size + 7 * side);
  const range = combine === 'prod' ? ([1, 2] as const) : undefined;
  const base = sample(dtype, apart * size * side, random, range);
  const contents = [indicesFor(of, random), sample(dtype, apart * count * side, random, range)];
  return checkKernel(target, scatterKernel(of), {
    contents: inPlace ? [...contents, base] : [base, ...contents, undefined],
  });
}

const SIDES = [1, 3, 4, 5, 17, 64, 130, 1023];

describe('a scatter', () => {
  it.each(SIDES)('by indices of its own for each of %i lanes side by side', async (side) => {
    await check({ shape: [1, 19, side, 23], combine: 'sum' });
    await check({ shape: [3, 5, side, 4] });
  });

  it.each(SIDES)('of rows of %i', async (side) => {
    await check({ shape: [1, 19, side, 43], combine: 'sum', rows: true });
    await check({ shape: [2, 37, side, 11], rows: true });
  });

  it.each([1, 3, 4, 5, 17, 1023])('of %i positions a lane that lies together', async (count) => {
    await check({ shape: [5, 9, 1, count], combine: 'sum' });
    await check({ shape: [5, 9, 1, count], rows: true });
  });

  it.each(['float64', 'int32', 'int64', 'bool', 'float16'] as const)('of %s', async (dtype) => {
    for (const rows of [false, true]) {
      for (const combine of [undefined, 'sum', 'prod', 'max', 'min'] as const) {
        await check({ dtype, shape: [2, 7, 70, 9], rows, ...(combine && { combine }) });
        await check({ dtype, shape: [4, 7, 1, 9], rows, ...(combine && { combine }) });
      }
    }
  });

  it('into a tensor that stays where it is', async () => {
    await check({ shape: [2, 7, 70, 9], rows: true, combine: 'sum', inPlace: true });
    await check({ shape: [2, 7, 70, 9], combine: 'sum', inPlace: true });
    await check({ shape: [7, 70, 1, 9], combine: 'max', inPlace: true });
  });

  it('without positions, lanes or rows', async () => {
    await check({ shape: [2, 7, 70, 0], rows: true, combine: 'sum' });
    await check({ shape: [0, 7, 70, 3], rows: true, combine: 'sum' });
    await check({ shape: [2, 7, 0, 3], combine: 'sum' });
  });

  it.each([true, false])(
    'keeps NaN and infinities where they arrive, and the last of several (rows: %s)',
    async (rows) => {
      const special = [NaN, Infinity, -Infinity, -0, 0, 1];
      const of = { shape: [1, 4, 34, 12], rows } as const;
      const random = new SeededRandom(4);
      const some = (count: number) => Array.from({ length: count }, () => random.pick(special));
      const contents = [some(4 * 34), indicesFor(of, random), some(12 * 34), undefined];
      for (const combine of [undefined, 'sum', 'prod', 'max', 'min'] as const)
        await checkKernel(backend, scatterKernel({ ...of, ...(combine && { combine }) }), { contents });
    },
  );

  it.each([
    { shape: [1, 300, 513, 700], rows: true, combine: 'sum' },
    { shape: [1, 300, 513, 300], combine: 'sum' },
    { shape: [300, 400, 1, 500], combine: 'sum' },
  ] as const)('has the same bits with any number of threads: %o', (of) => {
    const [apart, size, side, count] = of.shape;
    const random = new SeededRandom(9);
    const some = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1));
    const index = Int32Array.from(indicesFor(of, random));
    const contents = [some(apart * size * side), index, some(apart * count * side), undefined];
    const [one, ...others] = [1, 2, 4].map((threads) => {
      const own = cpuBackend({ threads });
      const [, , , result] = runKernel(own, scatterKernel(of), contents);
      own.dispose();
      return result;
    });
    for (const other of others) expect(Buffer.compare(other, one)).toBe(0);
  });
});

describe('the tasks of a scatter', () => {
  const tasks = (of: Scatter) => {
    const options = { memory: { initial: 1 }, relaxed: true, lowerings: [scatters] };
    const [{ phases }] = compileKernels([scatterKernel(of)], options).kernels;
    return phases.map(({ grid }) => grid([]));
  };

  it('are lanes, strips of lanes, or ranges of rows', () => {
    expect(tasks({ shape: [40, 50, 1, 60] })).toEqual([40]);
    expect(tasks({ shape: [1, 50, 1024, 60] })).toEqual([8]);
    expect(tasks({ shape: [1, 10_000, 512, 60], rows: true })).toEqual([16]);
  });

  it('are few where rows are short, since each looks at all indices', () => {
    expect(tasks({ shape: [1, 10_000, 64, 60], rows: true })).toEqual([2]);
    expect(tasks({ shape: [1, 10_000, 8, 60], rows: true })).toEqual([1]);
  });

  it('are not the matter of other kernels', () => {
    const k = new KernelBuilder('twice');
    const y = k.operand('float32', 8, 'write');
    const [i, j] = [k.axis(8), k.axis(8)];
    const one = k.constant(1, 'float32');
    const kernel = k.loops([
      parallel(i, [store(y, i.index, one)]),
      serial(j, [store(y, add(j.index, constant(0)), one)]),
    ]);
    expect(recognise(kernel)).toBeUndefined();
  });
});
