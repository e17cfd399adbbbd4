import type { OpAttrs, OpName, Shape, DType } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import type { Scalar } from '../src/index.ts';
import { InterpreterBackend, ReferenceEngine, SliceBuilder, runSlice, threefry2x32 } from '../src/index.ts';

interface Input {
  readonly shape: Shape;
  readonly data: readonly Scalar[];
  readonly dtype?: DType;
}

/** The value of one primitive on arrays. */
async function compute<K extends OpName>(
  op: K,
  inputs: readonly Input[],
  attrs: OpAttrs[K],
): Promise<Scalar[]> {
  const slice = new SliceBuilder();
  const nodes = inputs.map(({ shape, dtype }) => slice.input(dtype ?? 'float32', shape));
  const out = slice.output(slice.add(op, nodes, attrs));
  const backend = new InterpreterBackend();
  const engine = new ReferenceEngine(backend);
  const results = await runSlice(slice.build(), backend, engine, inputs.map((input) => input.data)); // prettier-ignore
  return results[out];
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const matrix = (rows: number, columns: number): Input => ({
  shape: [rows, columns],
  data: range(rows * columns),
});

describe('movement', () => {
  it('permutes, expands, slices, flips', async () => {
    expect(await compute('permute', [matrix(2, 3)], { axes: [1, 0] })).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await compute('expand', [{ shape: [2, 1], data: [7, 8] }], { shape: [2, 2] })).toEqual([
      7, 7, 8, 8,
    ]);
    const slice = { start: [1, 0], step: [1, 2], shape: [1, 2] };
    expect(await compute('slice', [matrix(2, 3)], slice)).toEqual([3, 5]);
    const offset = { shape: [], data: [1], dtype: 'int32' } as const;
    expect(
      await compute('slice', [matrix(3, 2), offset], { start: [1, 0], step: [1, 1], shape: [1, 2] }),
    ).toEqual([4, 5]);
    expect(await compute('flip', [matrix(2, 3)], { axes: [1] })).toEqual([2, 1, 0, 5, 4, 3]);
  });

  it('pads around and between', async () => {
    const attrs = { lo: [1], hi: [0], interior: [1], value: 9 };
    expect(await compute('pad', [{ shape: [3], data: [1, 2, 3] }], attrs)).toEqual([9, 1, 9, 2, 9, 3]);
    expect(await compute('pad', [{ shape: [0], data: [] }], { ...attrs, hi: [1] })).toEqual([9, 9]);
  });

  it('opens windows', async () => {
    const attrs = { axes: [0], size: [2], stride: [1], dilation: [2] };
    expect(await compute('window', [{ shape: [4], data: [1, 2, 3, 4] }], attrs)).toEqual([1, 3, 2, 4]);
  });
});

describe('reductions and scans', () => {
  it('folds over inner and outer axes, and over nothing', async () => {
    expect(await compute('reduce', [matrix(2, 3)], { kind: 'sum', axes: [0] })).toEqual([3, 5, 7]);
    expect(await compute('reduce', [matrix(2, 3)], { kind: 'max', axes: [1] })).toEqual([2, 5]);
    expect(await compute('reduce', [matrix(2, 3)], { kind: 'sum', axes: [0, 1] })).toEqual([15]);
    expect(await compute('reduce', [{ shape: [2, 0], data: [] }], { kind: 'prod', axes: [1] })).toEqual([
      1, 1,
    ]);
    expect(await compute('reduce', [{ shape: [0], data: [] }], { kind: 'max', axes: [0] })).toEqual([
      -Infinity,
    ]);
  });

  it('finds first positions of extrema', async () => {
    const x = { shape: [5], data: [1, NaN, 5, NaN, 5] };
    expect(await compute('reduce', [x], { kind: 'argmax', axes: [0] })).toEqual([1]);
    expect(
      await compute('reduce', [{ shape: [4], data: [2, 1, 1, 3] }], { kind: 'argmin', axes: [0] }),
    ).toEqual([1]);
  });

  it('scans along an axis', async () => {
    expect(await compute('scan', [matrix(3, 2)], { kind: 'sum', axis: 0 })).toEqual([0, 1, 2, 4, 6, 9]);
  });

  it('wraps sums of integers, exactly at 64 bits', async () => {
    const big: Input = { shape: [2], data: [2n ** 63n - 1n, 2n], dtype: 'int64' };
    expect(await compute('reduce', [big], { kind: 'sum', axes: [0] })).toEqual([-(2n ** 63n) + 1n]);
  });
});

describe('contractions', () => {
  const dim = (label: number, coefficient = 1, offset = 0) => ({ terms: [{ label, coefficient }], offset });

  it('multiplies matrices', async () => {
    const spec = { extents: [2, 2, 3], a: [dim(0), dim(2)], b: [dim(2), dim(1)], out: [0, 1] };
    expect(await compute('contract', [matrix(2, 3), matrix(3, 2)], spec)).toEqual([10, 13, 28, 40]);
  });

  it('convolves with padding and stride', async () => {
    const at = {
      terms: [
        { label: 0, coefficient: 2 },
        { label: 1, coefficient: 1 },
      ],
      offset: -1,
    };
    const spec = { extents: [2, 3], a: [at], b: [dim(1)], out: [0] };
    const x = { shape: [4], data: [1, 2, 3, 4] };
    expect(await compute('contract', [x, { shape: [3], data: [1, 10, 100] }], spec)).toEqual([210, 432]);
  });
});

describe('indexed', () => {
  const index = (shape: Shape, data: number[]): Input => ({ shape, data, dtype: 'int32' });

  it('gathers, scatters and sorts', async () => {
    expect(await compute('gather', [matrix(2, 3), index([2, 2], [2, 0, 1, 1])], { axis: 1 })).toEqual([
      2, 0, 4, 4,
    ]);
    const base = { shape: [3], data: [1, 1, 1] };
    const source = { shape: [4], data: [5, 6, 7, 8] };
    const at = index([4], [0, 2, 0, 2]);
    expect(await compute('scatter', [base, at, source], { axis: 0, mode: 'set' })).toEqual([7, 1, 8]);
    expect(await compute('scatter', [base, at, source], { axis: 0, mode: 'sum' })).toEqual([13, 1, 15]);
    expect(await compute('argsort', [matrix(2, 2)], { axis: 0, descending: true })).toEqual([1, 1, 0, 0]);
  });

  it('never reads or writes outside for an index that is', async () => {
    const line = { shape: [3], data: [5, 6, 7] };
    expect(await compute('gather', [line, index([3], [-1, 3, 1])], { axis: 0 })).toEqual([5, 7, 6]);
    const source = { shape: [3], data: [1, 2, 3] };
    const attrs = { axis: 0, mode: 'sum' } as const;
    expect(await compute('scatter', [line, index([3], [-1, 3, 1]), source], attrs)).toEqual([5, 9, 7]);
    const start = index([], [9]);
    const slice = { start: [0], step: [1], shape: [2] };
    expect(await compute('slice', [line, start], slice)).toEqual([6, 7]);
  });

  it('draws the bits of Threefry at the element’s index', async () => {
    const key = (x: number): Input => ({ shape: [], data: [x], dtype: 'int32' });
    const bits = await compute('random', [key(17), key(-5)], { shape: [2, 2] });
    expect(bits).toEqual(range(4).map((i) => threefry2x32(17, -5, i, 0)[0]));
  });
});

describe('rounding and order of effects', () => {
  it('rounds each node to its dtype', async () => {
    const x = { shape: [1], data: [1], dtype: 'float16' } as const;
    const y = { shape: [1], data: [2 ** -11], dtype: 'float16' } as const;
    expect(await compute('add', [x, y], undefined)).toEqual([1]);
    expect(await compute('cast', [{ shape: [1], data: [0.1] }], { dtype: 'bfloat16' })).toEqual([
      0.10009765625,
    ]);
  });

  it('reads every leaf before it writes any storage', async () => {
    const slice = new SliceBuilder();
    const [a, b] = [slice.storage('float32', [1]), slice.storage('float32', [1])];
    slice.output(slice.leaf(a), b);
    slice.output(slice.leaf(b), a);
    const backend = new InterpreterBackend();
    expect(await runSlice(slice.build(), backend, new ReferenceEngine(backend), [[1], [2]])).toEqual([
      [2],
      [1],
    ]);
    expect(backend.bufferCount).toBe(0);
  });

  it('takes run-time numbers by slot', async () => {
    const slice = new SliceBuilder();
    const product = slice.add('mul', [slice.scalar('float32'), slice.scalar('float32')], undefined);
    const out = slice.output(product);
    const backend = new InterpreterBackend();
    const results = await runSlice(slice.build(), backend, new ReferenceEngine(backend), [], [3, 0.5]);
    expect(results[out]).toEqual([1.5]);
  });
});
