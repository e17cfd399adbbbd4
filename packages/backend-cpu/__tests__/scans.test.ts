/** Scans by fours of lanes, by segments and by blocks of columns, against the interpreter, at sizes around their bounds. */

import type { DType, LoopKernel, ScanKind } from '@tenfold/ir';
import { add, computed, isFloat, offset, scale } from '@tenfold/ir';
import {
  accumulate,
  checkKernel,
  init,
  KernelBuilder,
  parallel,
  sample,
  SeededRandom,
  serial,
  store,
} from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { compileKernels } from '../src/codegen/compile.ts';
import { cpuBackend } from '../src/index.ts';
import { scans } from '../src/scan/lowering.ts';
import { floats, runKernel } from './support/run.ts';

type Sizes = readonly [outer: number, length: number, inner: number];

interface ScanOptions {
  /** The dtype that is scanned; the input's own by default. */
  readonly to?: DType;
  /** Whether lanes are read from their ends. */
  readonly reversed?: boolean;
  /** Whether the input lies with its lanes' elements `outer * inner` apart. */
  readonly transposed?: boolean;
  /** Results are written over the input. */
  readonly inPlace?: boolean;
}

/** A scan along the middle axis. */
function scan(
  kind: ScanKind,
  dtype: DType,
  [outer, length, inner]: Sizes,
  { to = dtype, reversed = false, transposed = false, inPlace = false }: ScanOptions = {},
): LoopKernel {
  const k = new KernelBuilder('scan');
  const size = outer * length * inner;
  const x = k.operand(dtype, size, inPlace ? 'readwrite' : 'read');
  const y = inPlace ? x : k.operand(to, size, 'write');
  const acc = k.accumulator(kind, to);
  const [o, i, c] = [k.axis(outer), k.axis(length), k.axis(inner)];
  const at = add(add(scale(o.index, length * inner), scale(i.index, inner)), c.index);
  const backwards = offset(
    add(add(scale(o.index, length * inner), scale(i.index, -inner)), c.index),
    (length - 1) * inner,
  );
  const apart = add(add(scale(i.index, outer * inner), scale(o.index, inner)), c.index);
  const value = k.load(x, transposed ? apart : reversed ? backwards : at);
  const body = [accumulate(acc, to === dtype ? value : k.cast(value, to)), store(y, at, k.acc(acc))];
  let lane = [init(acc), serial(i, body)];
  if (inner > 1) lane = [parallel(c, lane)];
  return k.loops(outer > 1 ? [parallel(o, lane)] : lane);
}

const BACKEND = cpuBackend({ threads: 3 });
/** The interpreter sums in double precision. */
const SUMMED = { rtol: 1e-4, atol: 1e-4 };
const HALF = { rtol: 1.6e-2, atol: 1e-2 };

function checkScan(kind: ScanKind, dtype: DType, sizes: Sizes, options: ScanOptions = {}): Promise<void> {
  const count = sizes[0] * sizes[1] * sizes[2];
  const range = isFloat(dtype) ? ([0.9, 1.11] as const) : undefined;
  const data = sample(dtype, count, new SeededRandom(count), range);
  const tolerance = dtype === 'float16' || dtype === 'bfloat16' ? HALF : SUMMED;
  const contents = options.inPlace ? [data] : [data, undefined];
  return checkKernel(BACKEND, scan(kind, dtype, sizes, options), { contents }, { tolerance });
}

const KINDS: readonly ScanKind[] = ['sum', 'prod', 'max', 'min'];

describe('scans', () => {
  it.each(['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int8', 'uint8', 'bool'] as const)(
    'of %s, at sizes around the bounds of squares, fours and blocks',
    async (dtype) => {
      for (const kind of KINDS) {
        for (const sizes of [[2, 4, 1], [5, 17, 1], [9, 67, 1], [8, 130, 1], [1, 5, 33], [3, 7, 66], [2, 3, 1100]] as const)
          await checkScan(kind, dtype, sizes);
      }
    },
  ); // prettier-ignore

  it.each(KINDS)('%s of few long lanes, with and without a rest', async (kind) => {
    for (const dtype of ['float32', 'float64', 'int32', 'int64', 'uint8'] as const) {
      for (const sizes of [
        [1, 4096, 1],
        [1, 9001, 1],
        [3, 8191, 1],
        [7, 4099, 1],
      ] as const)
        await checkScan(kind, dtype, sizes);
    }
  });

  it('that read lanes backwards, from elsewhere, or from where they write', async () => {
    for (const sizes of [
      [5, 18, 1],
      [2, 9, 50],
      [1, 4200, 1],
    ] as const) {
      await checkScan('sum', 'float32', sizes, { reversed: true });
      await checkScan('sum', 'int64', sizes, { transposed: true });
      await checkScan('max', 'float32', sizes, { inPlace: true });
    }
  });

  it('over what they read, where the last fours lack lanes', async () => {
    for (const lanes of [5, 8, 9, 12, 13, 17]) {
      for (const kind of KINDS) await checkScan(kind, 'float32', [lanes, 71, 1], { inPlace: true });
    }
  });

  it('down gathered columns', async () => {
    const [length, columns] = [6, 70];
    for (const chosen of [false, true]) {
      const k = new KernelBuilder('gathered');
      const x = k.operand('float32', length * columns, 'read');
      const which = k.operand('int32', columns, 'read');
      const y = k.operand('float32', length * columns, 'write');
      const acc = k.accumulator('sum', 'float32');
      const [c, i] = [k.axis(columns), k.axis(length)];
      const from = chosen ? computed(k.load(which, c.index), 0, columns - 1) : c.index;
      const value = k.load(x, add(scale(from, length), i.index));
      const body = [accumulate(acc, value), store(y, add(scale(i.index, columns), c.index), k.acc(acc))];
      const random = new SeededRandom(2);
      const data = sample('float32', length * columns, random);
      const positions = Array.from({ length: columns }, () => random.int(0, columns - 1));
      const kernel = k.loops([parallel(c, [init(acc), serial(i, body)])]);
      await checkKernel(BACKEND, kernel, { contents: [data, positions, undefined] }, { tolerance: SUMMED });
    }
  });

  it('of narrow integers to int64, which fit 32 bits or do not', async () => {
    for (const sizes of [
      [6, 21, 1],
      [2, 9, 50],
      [1, 4200, 1],
    ] as const) {
      for (const dtype of ['bool', 'int8', 'uint8', 'int32', 'float32'] as const) {
        for (const kind of KINDS) await checkScan(kind, dtype, sizes, { to: 'int64' });
      }
    }
    const extreme = [
      -(2 ** 31),
      2 ** 31 - 1,
      2 ** 31 - 1,
      2 ** 31 - 1,
      -(2 ** 31),
      5,
      6,
      7,
      -(2 ** 31),
      -(2 ** 31),
    ];
    for (const kind of ['sum', 'max', 'min'] as const) {
      const kernel = scan(kind, 'int32', [2, 5, 1], { to: 'int64' });
      await checkKernel(BACKEND, kernel, { contents: [extreme, undefined] });
    }
  });

  it.each(['max', 'min'] as const)('%s: a NaN stays, infinities do not', async (kind) => {
    const special = [1, -Infinity, 2, Infinity, 3, NaN, 4, -Infinity, Infinity, 0];
    for (const dtype of ['float32', 'float64'] as const) {
      for (const sizes of [
        [9, 40, 1],
        [1, 40, 36],
        [1, 4100, 1],
      ] as const) {
        const random = new SeededRandom(7);
        const count = sizes[0] * sizes[1] * sizes[2];
        const data = Array.from({ length: count }, () =>
          random.chance(0.02) ? random.pick(special) : random.int(0, 9),
        );
        await checkKernel(BACKEND, scan(kind, dtype, sizes), { contents: [data, undefined] });
      }
    }
  });

  it('a product passes over what would overflow by itself', () => {
    const lane = [1e-30, 1e20, 1e20, 1e-20, 0, 1e30, 1e30, 1];
    const data = Float32Array.from({ length: 6 * 8 }, (_, i) => lane[i % 8]);
    const found = floats(runKernel(BACKEND, scan('prod', 'float32', [6, 8, 1]), [data, undefined])[1]);
    let product = 1;
    const expected = lane.map((x) => (product = Math.fround(product * Math.fround(x))));
    for (let row = 0; row < 6; row++) expect([...found.subarray(8 * row, 8 * row + 8)]).toEqual(expected);
  });

  it('gives the sums of a plain loop to the bit, where lanes are not cut', () => {
    for (const [sizes, step] of [
      [[11, 301, 1], 1],
      [[2, 77, 130], 130],
    ] as const) {
      const [outer, length, inner] = sizes;
      const random = new SeededRandom(3);
      const data = Float32Array.from({ length: outer * length * inner }, () => random.uniform(-1, 1));
      const expected = data.slice();
      expected.forEach((x, i) => {
        if (Math.floor(i / step) % length > 0) expected[i] = expected[i - step] + x;
      });
      const found = floats(runKernel(BACKEND, scan('sum', 'float32', sizes), [data, undefined])[1]);
      expect(found.findIndex((x, i) => x !== expected[i])).toBe(-1);
    }
  });

  it.each([[[1, 50_000, 1]], [[3, 20_000, 1]], [[700, 100, 1]], [[2, 100, 1500]]] as const)(
    'of %j: the same bits with one thread to four',
    (sizes) => {
      const random = new SeededRandom(5);
      const data = Float32Array.from({ length: sizes[0] * sizes[1] * sizes[2] }, () => random.uniform(-1, 1));
      const of = (threads: number): Uint8Array =>
        runKernel(cpuBackend({ threads }), scan('sum', 'float32', sizes), [data, undefined])[1];
      const alone = of(1);
      for (const threads of [2, 3, 4]) expect(of(threads).findIndex((byte, i) => byte !== alone[i])).toBe(-1);
    },
  );

  it('are taken by lanes, by segments and by blocks of columns, and left where they are too narrow', () => {
    const phases = (kind: ScanKind, sizes: Sizes): number => {
      let taken = 0;
      compileKernels([scan(kind, 'float32', sizes)], {
        memory: { initial: 1 },
        relaxed: true,
        lowerings: [
          (kernel, target) => {
            const functions = scans(kernel, target);
            taken = functions?.phases.length ?? 0;
            return functions;
          },
        ],
      });
      return taken;
    };
    expect(phases('sum', [8, 5000, 1])).toBe(1);
    expect(phases('sum', [1, 100, 64])).toBe(1);
    expect(phases('sum', [2, 5000, 1])).toBe(3);
    expect(phases('prod', [2, 5000, 1])).toBe(1);
    expect(phases('prod', [1, 5000, 1])).toBe(0);
    expect(phases('sum', [1, 100, 8])).toBe(0);
    expect(phases('sum', [100, 3, 1])).toBe(0);
  });
});
