/** Extrema and their positions against a plain loop: ties, zeros of both signs, NaN, positions that do not ascend. */

import type { DType, LoopKernel, ReduceKind } from '@tenfold/ir';
import { add, scale, ZERO } from '@tenfold/ir';
import { accumulate, init, KernelBuilder, parallel, reduce, SeededRandom, store } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuBackend } from '../src/index.ts';
import { runKernel } from './support/run.ts';

const backend = cpuBackend({ threads: 2 });
afterAll(() => backend.dispose());

type Kind = Extract<ReduceKind, 'max' | 'min' | 'argmax' | 'argmin'>;
const KINDS: readonly Kind[] = ['max', 'min', 'argmax', 'argmin'];
const DTYPES = ['float32', 'float64', 'int32'] as const;
const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array };
/** Shapes around the sizes of vectors, of blocks, and of what is worth stages or several threads. */
const SHAPES = [
  [1, 1], [5, 5], [17, 17], [1023, 3], [33, 300], [1, 60_001], [700, 70],
] as const; // prettier-ignore

/** Along the rows of a matrix, its columns, or everything, positions then counted through columns. */
type Along = 'rows' | 'columns' | 'everything, transposed';

function kernelOf(
  kind: Kind,
  dtype: DType,
  [rows, columns]: readonly [number, number],
  along: Along,
): LoopKernel {
  const k = new KernelBuilder(`${kind} along ${along}`);
  const x = k.operand(dtype, rows * columns, 'read');
  const kept = { rows, columns, 'everything, transposed': 1 }[along];
  const y = k.operand(kind.startsWith('arg') ? 'int32' : dtype, kept, 'write');
  const acc = k.accumulator(kind, dtype);
  const [i, j] = [k.axis(rows), k.axis(columns)];
  const value = k.load(x, add(scale(i.index, columns), j.index));
  const position = {
    rows: j.index,
    columns: i.index,
    'everything, transposed': add(scale(j.index, rows), i.index),
  };
  const take = accumulate(acc, value, kind.startsWith('arg') ? k.index(position[along]) : undefined);
  const result = k.acc(acc);
  if (along === 'rows')
    return k.loops([parallel(i, [init(acc), reduce(j, [take]), store(y, i.index, result)])]);
  if (along === 'columns')
    return k.loops([parallel(j, [init(acc), reduce(i, [take]), store(y, j.index, result)])]);
  return k.loops([init(acc), reduce(i, [reduce(j, [take])]), store(y, ZERO, result)]);
}

/** What PyTorch gives: the first of equals, or the first NaN. */
function expected(kind: Kind, values: readonly number[]): number {
  const sign = kind.endsWith('max') ? 1 : -1;
  let best = 0;
  values.forEach((x, at) => {
    if (!Number.isNaN(values[best]) && (Number.isNaN(x) || sign * x > sign * values[best])) best = at;
  });
  return kind.startsWith('arg') ? best : values[best];
}

function linesOf(
  data: readonly number[],
  [rows, columns]: readonly [number, number],
  along: Along,
): number[][] {
  const column = (j: number) => Array.from({ length: rows }, (_, i) => data[i * columns + j]);
  const allColumns = Array.from({ length: columns }, (_, j) => column(j));
  if (along === 'columns') return allColumns;
  if (along === 'everything, transposed') return [allColumns.flat()];
  return Array.from({ length: rows }, (_, i) => data.slice(i * columns, (i + 1) * columns));
}

/** Elements of each sort that extrema have to mind. */
const SORTS: { readonly [sort: string]: (random: SeededRandom) => number } = {
  'few values': (random) => Math.round(random.uniform(-3, 3)),
  'zeros of both signs': (random) => (random.uniform(0, 1) < 0.5 ? 0 : -0),
  'some NaN': (random) => (random.uniform(0, 1) < 0.02 ? NaN : random.uniform(-1, 1)),
  'nothing but the least': () => -Infinity,
  'nothing but the greatest': () => Infinity,
  'infinities': (random) => [-Infinity, Infinity, 1][Math.floor(random.uniform(0, 2.999))],
}; // prettier-ignore

describe.each(DTYPES)('extrema of %s', (dtype) => {
  const sorts = dtype === 'int32' ? ['few values'] : Object.keys(SORTS);
  it.each(sorts)('%s', (sort) => {
    const random = new SeededRandom(5);
    for (const shape of SHAPES) {
      const data = new ARRAYS[dtype](Array.from({ length: shape[0] * shape[1] }, () => SORTS[sort](random)));
      for (const along of ['rows', 'columns', 'everything, transposed'] as const) {
        for (const kind of KINDS) {
          const kernel = kernelOf(kind, dtype, shape, along);
          const [, bytes] = runKernel(backend, kernel, [data, undefined]);
          const type = kind.startsWith('arg') ? 'int32' : dtype;
          const results = new ARRAYS[type](Uint8Array.from(bytes).buffer);
          const wanted = linesOf([...data], shape, along).map((line) => expected(kind, line) + 0);
          expect(
            [...results].map((x) => x + 0),
            `${kind} along ${along} of ${shape}`,
          ).toEqual(wanted);
        }
      }
    }
  });
});
