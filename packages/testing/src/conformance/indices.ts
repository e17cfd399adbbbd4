/** Conformance: index expressions of every form, guards, computed indices, offsets. */

import type { Backend, IndexExpr } from '@tenfold/ir';
import { ZERO, add, computed, constant, div, mod, offset, scale } from '@tenfold/ir';
import { describe, it } from 'vitest';
import type { Axis } from '../kernel-builder.ts';
import { KernelBuilder, parallel, serial, store } from '../kernel-builder.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';

/** The row-major index of axes over a shape. */
export function rowMajor(axes: readonly Axis[], shape: readonly number[]): IndexExpr {
  return axes.reduce((sum, axis, i) => add(scale(sum, shape[i]), axis.index), ZERO);
}

export function indexSuite(backendOf: () => Backend): void {
  const random = () => new SeededRandom(31);

  /** Copies `source(i...)` of an input into the row-major place of a shape. */
  const checkCopy = (
    inputSize: number,
    shape: readonly number[],
    source: (axes: readonly Axis[]) => IndexExpr,
    guard?: (axes: readonly Axis[]) => { index: IndexExpr; lo: number; hi: number }[],
  ): Promise<void> => {
    const k = new KernelBuilder('copy');
    const size = shape.reduce((n, extent) => n * extent, 1);
    const [x, y] = [k.operand('float32', inputSize, 'read'), k.operand('float32', size, 'write')];
    const axes = shape.map((extent) => k.axis(extent));
    const value = k.load(x, source(axes), guard?.(axes));
    const body = [store(y, rowMajor(axes, shape), value)];
    const kernel = k.loops(axes.reduceRight((inner, axis) => [parallel(axis, inner)], body));
    return checkKernel(backendOf(), kernel, {
      contents: [sample('float32', inputSize, random()), undefined],
    });
  };

  describe('affine indices', () => {
    it('transposes', () => checkCopy(35, [5, 7], ([i, j]) => add(scale(j.index, 5), i.index)));
    it('broadcasts a row and a column', async () => {
      await checkCopy(9, [6, 9], ([, j]) => j.index);
      await checkCopy(6, [6, 9], ([i]) => i.index);
      await checkCopy(1, [6, 9], () => ZERO);
    });
    it('strides and offsets', () => checkCopy(64, [20], ([i]) => offset(scale(i.index, 3), 4)));
    it('reads backwards', () => checkCopy(21, [21], ([i]) => offset(scale(i.index, -1), 20)));
    it('permutes four axes', () =>
      checkCopy(2 * 3 * 4 * 5, [5, 3, 2, 4], ([a, b, c, d]) =>
        add(add(scale(c.index, 60), scale(b.index, 20)), add(scale(d.index, 5), a.index)),
      ));
    it('reads overlapping windows', () =>
      checkCopy(30, [9, 4], ([i, j]) => add(scale(i.index, 3), scale(j.index, 1))));
    it('nests deeper than six axes', () =>
      checkCopy(2 * 3 * 2 * 3 * 2 * 3 * 2, [2, 3, 2, 3, 2, 3, 2], (axes) =>
        rowMajor([...axes].reverse(), [2, 3, 2, 3, 2, 3, 2]),
      ));
  });

  describe('division and remainder in indices', () => {
    it('reads a transposed matrix as a line', () =>
      checkCopy(35, [35], ([i]) => add(scale(mod(i.index, 5), 7), div(i.index, 5))));
    it('keeps apart what does not simplify', () =>
      checkCopy(100, [41], ([i]) => {
        const t = add(scale(i.index, 3), constant(1));
        return add(scale(mod(div(t, 4), 5), 7), mod(t, 4));
      }));
    it('rounds towards minus infinity', () =>
      checkCopy(40, [20], ([i]) =>
        offset(add(scale(div(offset(i.index, -10), 3), 4), mod(offset(i.index, -10), 3)), 16),
      ));
    it('repeats and tiles', async () => {
      await checkCopy(7, [21], ([i]) => div(i.index, 3));
      await checkCopy(7, [21], ([i]) => mod(i.index, 7));
    });
  });

  describe('guards', () => {
    const outside = (index: IndexExpr, hi: number) => ({ index, lo: 0, hi });
    it('pads one axis on both sides', () =>
      checkCopy(6, [11], ([i]) => offset(i.index, -2), ([i]) => [outside(offset(i.index, -2), 6)])); // prettier-ignore
    it('pads two axes', () =>
      checkCopy(
        12,
        [5, 8],
        ([i, j]) => add(scale(offset(i.index, -1), 4), offset(j.index, -2)),
        ([i, j]) => [outside(offset(i.index, -1), 3), outside(offset(j.index, -2), 4)],
      ));
    it('puts zeros between elements', () =>
      checkCopy(
        5,
        [13],
        ([i]) => div(i.index, 3),
        ([i]) => [
          { index: mod(i.index, 3), lo: 0, hi: 1 },
          { index: i.index, lo: 0, hi: 13 },
        ],
      ));
    it('can fail everywhere', () =>
      checkCopy(4, [9], ([i]) => i.index, ([i]) => [{ index: i.index, lo: 20, hi: 30 }])); // prettier-ignore

    it('says whether it is inside, and guards stores', async () => {
      const k = new KernelBuilder('inside');
      const [x, y] = [k.operand('float32', 4, 'read'), k.operand('float32', 9, 'write')];
      const i = k.axis(9);
      const guards = [{ index: offset(i.index, -2), lo: 0, hi: 4 }];
      const value = k.where(
        k.inside(guards),
        k.load(x, offset(i.index, -2), guards),
        k.constant(-1, 'float32'),
      );
      const written = [{ index: i.index, lo: 1, hi: 8 }];
      const kernel = k.loops([parallel(i, [store(y, i.index, value, { guards: written })])]);
      await checkKernel(backendOf(), kernel, { contents: [[1, 2, 3, 4], undefined] });
    });
  });

  describe('computed indices', () => {
    it('gathers rows of a table', async () => {
      const [rows, width, count] = [7, 5, 6];
      const k = new KernelBuilder('embedding');
      const table = k.operand('float32', rows * width, 'read');
      const index = k.operand('int32', count, 'read');
      const out = k.operand('float32', count * width, 'write');
      const [i, j] = [k.axis(count), k.axis(width)];
      const row = computed(k.load(index, i.index), 0, rows - 1);
      const value = k.load(table, add(scale(row, width), j.index));
      const at = rowMajor([i, j], [count, width]);
      const kernel = k.loops([parallel(i, [parallel(j, [store(out, at, value)])])]);
      const contents = [sample('float32', rows * width, random()), [6, 0, 3, 3, 1, 6], undefined];
      await checkKernel(backendOf(), kernel, { contents });
    });

    it('gathers along a strided axis with an index of its own for each element', async () => {
      const k = new KernelBuilder('gather');
      const [x, index] = [k.operand('float32', 24, 'read'), k.operand('int32', 18, 'read')];
      const out = k.operand('float32', 18, 'write');
      const [i, j] = [k.axis(3), k.axis(6)];
      const at = rowMajor([i, j], [3, 6]);
      const picked = computed(k.load(index, at), 0, 3);
      const value = k.load(x, add(scale(picked, 6), j.index));
      const kernel = k.loops([parallel(i, [parallel(j, [store(out, at, value)])])]);
      const contents = [sample('float32', 24, random()), sample('int32', 18, random(), [0, 3]), undefined];
      await checkKernel(backendOf(), kernel, { contents });
    });

    it('guards an index that may be out of range', async () => {
      const k = new KernelBuilder('checked gather');
      const [x, index] = [k.operand('float32', 4, 'read'), k.operand('int32', 5, 'read')];
      const out = k.operand('float32', 5, 'write');
      const i = k.axis(5);
      const picked = computed(k.load(index, i.index), -(2 ** 31), 2 ** 31 - 1);
      const value = k.load(x, picked, [{ index: picked, lo: 0, hi: 4 }]);
      const kernel = k.loops([parallel(i, [store(out, i.index, value)])]);
      const contents = [[1, 2, 3, 4], [0, -1, 3, 4, 1_000_000], undefined];
      await checkKernel(backendOf(), kernel, { contents });
    });

    it('slices at an offset given at run time', async () => {
      const k = new KernelBuilder('slice');
      const [x, y] = [k.operand('float32', 20, 'read'), k.operand('float32', 6, 'write')];
      const i = k.axis(6);
      const start = computed(k.scalar('int32'), 0, 14);
      const kernel = k.loops([parallel(i, [store(y, i.index, k.load(x, add(start, i.index)))])]);
      const contents = [sample('float32', 20, random()), undefined];
      await checkKernel(backendOf(), kernel, { contents, scalars: [9] });
    });

    it('uses an index arithmetic computed from another computed index', async () => {
      const k = new KernelBuilder('indirect');
      const [x, a, b] = [
        k.operand('float32', 6, 'read'),
        k.operand('int32', 4, 'read'),
        k.operand('int32', 5, 'read'),
      ];
      const y = k.operand('float32', 5, 'write');
      const i = k.axis(5);
      const first = computed(k.load(b, i.index), 0, 3);
      const doubled = k.binary('add', k.load(a, first), k.index(mod(i.index, 2)));
      const value = k.load(x, computed(doubled, 0, 5));
      const kernel = k.loops([parallel(i, [store(y, i.index, value)])]);
      const contents = [sample('float32', 6, random()), [4, 0, 2, 3], [3, 1, 0, 2, 0], undefined];
      await checkKernel(backendOf(), kernel, { contents });
    });
  });

  describe('several loops', () => {
    it('stores at two levels of a nest and in two nests', async () => {
      const k = new KernelBuilder('nests');
      const [x, rows, all] = [
        k.operand('float32', 12, 'read'),
        k.operand('float32', 3, 'write'),
        k.operand('float32', 12, 'write'),
      ];
      const tail = k.operand('float32', 5, 'write');
      const [i, j, l] = [k.axis(3), k.axis(4), k.axis(5)];
      const first = k.load(x, scale(i.index, 4));
      const at = rowMajor([i, j], [3, 4]);
      const kernel = k.loops([
        parallel(i, [
          store(rows, i.index, first),
          parallel(j, [store(all, at, k.binary('sub', k.load(x, at), first))]),
        ]),
        serial(l, [store(tail, l.index, k.cast(k.index(l.index), 'float32'))]),
      ]);
      const contents = [sample('float32', 12, random()), undefined, undefined, undefined];
      await checkKernel(backendOf(), kernel, { contents });
    });

    it('writes at strided and backward places', async () => {
      const k = new KernelBuilder('spread');
      const [x, y] = [k.operand('float32', 7, 'read'), k.operand('float32', 21, 'write')];
      const i = k.axis(7);
      const kernel = k.loops([parallel(i, [store(y, offset(scale(i.index, -3), 19), k.load(x, i.index))])]);
      await checkKernel(backendOf(), kernel, { contents: [sample('float32', 7, random()), undefined] });
    });
  });
}
