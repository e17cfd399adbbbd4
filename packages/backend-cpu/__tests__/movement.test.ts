/** Kernels that move elements: every one arrives as it was, whatever its type and the sizes. */

import type { DType, Shape } from '@tenfold/ir';
import { DTYPES, StandardEngine, numel } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine, SliceBuilder, runSlice } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuBackend } from '../src/index.ts';

const backend = cpuBackend({ threads: 2 });
afterAll(() => backend.dispose());
const engine = new StandardEngine(backend);
const oracle = new InterpreterBackend();

/** A slice with one output, a function of inputs. */
interface Program {
  readonly dtype: DType;
  readonly shapes: readonly Shape[];
  readonly build: (s: SliceBuilder, inputs: readonly number[]) => number;
}

const SPECIAL = [NaN, Infinity, -Infinity, -0, 0];

/** Different numbers, so that none can stand in for another; some that sums would change if they were not only moved. */
function contents(dtype: DType, shape: Shape, from: number) {
  return Array.from({ length: numel(shape) }, (_, i) => {
    if (dtype === 'bool') return (i * 7 + from) % 3 === 0 ? 1 : 0;
    if (dtype.startsWith('float') && i % 11 === 3) return SPECIAL[i % 5];
    const value = (from + i) % 113;
    return dtype === 'int64' ? BigInt(value) : value;
  });
}

async function run({ dtype, shapes, build }: Program) {
  const s = new SliceBuilder();
  const inputs = shapes.map((shape) => s.input(dtype, shape));
  s.output(build(s, inputs));
  const slice = s.build();
  const given = shapes.map((shape, i) => contents(dtype, shape, 17 * i));
  const expected = await runSlice(slice, oracle, new ReferenceEngine(oracle), given);
  return { actual: await runSlice(slice, backend, engine, given), expected };
}

async function check(program: Program): Promise<void> {
  const { actual, expected } = await run(program);
  expect(actual.at(-1)).toEqual(expected.at(-1));
}

function join(s: SliceBuilder, parts: readonly number[], axis: number): number {
  const sizes = parts.map((part) => s.node(part).shape[axis]);
  const total = sizes.reduce((a, b) => a + b, 0);
  let start = 0;
  const placed = parts.map((part, i) => {
    const { shape, dtype } = s.node(part);
    const at = (n: number) => shape.map((_, a) => (a === axis ? n : 0));
    const hi = at(total - start - sizes[i]);
    const attrs = { lo: at(start), hi, interior: at(0), value: dtype === 'bool' ? 0 : -0 };
    start += sizes[i];
    return s.add('pad', [part], attrs);
  });
  const op = s.node(parts[0]).dtype === 'bool' ? 'or' : 'add';
  return placed.reduce((a, b) => s.add(op, [a, b], undefined));
}

const transpose = (s: SliceBuilder, x: number) => s.add('permute', [x], { axes: [1, 0] });

function rolled(s: SliceBuilder, x: number, axis: number, by: number): number {
  const { shape } = s.node(x);
  const piece = (start: number, size: number) =>
    s.add('slice', [x], {
      start: shape.map((_, a) => (a === axis ? start : 0)),
      step: shape.map(() => 1),
      shape: shape.map((n, a) => (a === axis ? size : n)),
    });
  return join(s, [piece(shape[axis] - by, by), piece(0, shape[axis] - by)], axis);
}

function repeated(s: SliceBuilder, x: number, times: number): number {
  const { shape } = s.node(x);
  const apart = s.add('reshape', [x], { shape: [...shape, 1] });
  const spread = s.add('expand', [apart], { shape: [...shape, times] });
  return s.add('reshape', [spread], { shape: [...shape.slice(0, -1), (shape.at(-1) ?? 1) * times] });
}

const SIZES = [
  [1, 9],
  [3, 100],
  [4, 4],
  [17, 23],
  [64, 65],
  [130, 7],
  [258, 37],
] as const;

describe.each(DTYPES)('%s', (dtype) => {
  it.each(SIZES)('%i x %i', async (rows, columns) => {
    const x = [rows, columns];
    const one = (build: (s: SliceBuilder, x: number) => number) =>
      check({ dtype, shapes: [x], build: (s, inputs) => build(s, inputs[0]) });
    await one((s, a) => s.add('contiguous', [transpose(s, a)], undefined));
    await one((s, a) => s.add('contiguous', [s.add('flip', [transpose(s, a)], { axes: [0] })], undefined));
    await one((s, a) => rolled(s, a, 1, Math.ceil(columns / 3)));
    if (rows > 1) await one((s, a) => rolled(s, rolled(s, a, 0, 1), 1, Math.ceil(columns / 2)));
    for (const times of [2, 3, 4, 5]) await one((s, a) => repeated(s, a, times));
    await check({ dtype, shapes: [x, [rows, 9], x], build: (s, parts) => join(s, parts, 1) });
    await check({ dtype, shapes: [x, [5, columns], x], build: (s, parts) => join(s, parts, 0) });
    await check({
      dtype,
      shapes: [x, [columns, 3]],
      build: (s, [a, b]) => join(s, [transpose(s, a), b, transpose(s, a)], 1),
    });
    for (const count of [2, 3, 4]) {
      await check({
        dtype,
        shapes: Array.from({ length: count }, () => [...x, 1]),
        build: (s, parts) => join(s, parts, 2),
      });
    }
  });
});

describe('fused', () => {
  const dtype = 'float32';

  it('a transposed operand is added to one that is not', async () => {
    const build = (s: SliceBuilder, [a, b]: readonly number[]) =>
      s.add('add', [transpose(s, a), b], undefined);
    await check({ dtype, shapes: [[70, 150], [150, 70]], build }); // prettier-ignore
  });

  it('a concatenation is added to something else', async () => {
    const build = (s: SliceBuilder, [a, b, c]: readonly number[]) =>
      s.add('add', [join(s, [a, b], 1), c], undefined);
    await check({ dtype, shapes: [[70, 33], [70, 20], [70, 53]], build }); // prettier-ignore
  });

  it('a concatenation of concatenations along another axis', async () => {
    const build = (s: SliceBuilder, [a, b, c]: readonly number[]) =>
      join(s, [join(s, [a, b, a], 1), join(s, [c, c], 1)], 0);
    await check({ dtype, shapes: [[70, 33], [70, 20], [5, 43]], build }); // prettier-ignore
  });

  it('many short rows, which are not cut', async () => {
    const build = (s: SliceBuilder, [a, b]: readonly number[]) =>
      s.add('add', [a, s.add('expand', [b], { shape: [3001, 9] })], undefined);
    await check({ dtype, shapes: [[3001, 9], [9]], build });
  });

  it('batches of transpositions', async () => {
    const build = (s: SliceBuilder, [a]: readonly number[]) =>
      s.add('contiguous', [s.add('permute', [a], { axes: [0, 2, 3, 1] })], undefined);
    await check({ dtype, shapes: [[3, 33, 5, 20]], build });
  });
});
