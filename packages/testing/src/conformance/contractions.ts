/** Conformance: contractions in every layout and size, convolutions with guards, prologues and epilogues. */

import type { Backend, DType, IndexExpr, ValueId } from '@tenfold/ir';
import { ZERO, add, offset, scale } from '@tenfold/ir';
import { describe, it } from 'vitest';
import { KernelBuilder, store } from '../kernel-builder.ts';
import { SeededRandom } from '../seeded-random.ts';
import { checkKernel, sample } from './harness.ts';
import { rowMajor } from './indices.ts';

const TOLERANCE = { rtol: 5e-5, atol: 5e-5 };

interface Product {
  readonly batch?: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly layout?: 'NN' | 'NT' | 'TN' | 'TT';
  readonly dtype?: DType;
  /** Whether the second operand is the same for the whole batch. */
  readonly shared?: boolean;
}

export function contractSuite(backendOf: () => Backend, has: (dtype: DType) => boolean): void {
  const checkProduct = async ({
    batch = 1,
    m,
    n,
    k,
    layout = 'NN',
    dtype = 'float32',
    shared = false,
  }: Product) => {
    const b = new KernelBuilder(`${layout} ${batch}x${m}x${n}x${k}`);
    const copies = shared ? 1 : batch;
    const [left, right] = [b.operand(dtype, batch * m * k, 'read'), b.operand(dtype, copies * k * n, 'read')];
    const out = b.operand(dtype, batch * m * n, 'write');
    const compute = dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype;
    const acc = b.accumulator('sum', compute);
    const [z, i, j, l] = [b.axis(batch), b.axis(m), b.axis(n), b.axis(k)];
    const leftIndex =
      layout[0] === 'N' ? rowMajor([z, i, l], [batch, m, k]) : rowMajor([z, l, i], [batch, k, m]);
    const plane = layout[1] === 'N' ? rowMajor([l, j], [k, n]) : rowMajor([j, l], [n, k]);
    const rightIndex = shared ? plane : add(scale(z.index, k * n), plane);
    const read = (operand: number, index: IndexExpr) => {
      const value = b.load(operand, index);
      return compute === dtype ? value : b.cast(value, compute);
    };
    const result = compute === dtype ? b.acc(acc) : b.cast(b.acc(acc), dtype);
    const kernel = b.contract({
      batch: batch === 1 ? [] : [z.id],
      m: [i.id],
      n: [j.id],
      k: [l.id],
      a: read(left, leftIndex),
      b: read(right, rightIndex),
      epilogue: [store(out, rowMajor([z, i, j], [batch, m, n]), result)],
    });
    const random = new SeededRandom(m * n + k);
    const contents = [batch * m * k, copies * k * n].map((count) => sample(dtype, count, random, [-1, 1]));
    const whole = dtype === 'int32' || dtype === 'int64';
    const data = whole
      ? contents.map((_, i) => sample(dtype, contents[i].length, random, [-99, 99]))
      : contents;
    await checkKernel(backendOf(), kernel, { contents: [...data, undefined] }, { tolerance: TOLERANCE });
  };

  const SIZES = [
    [1, 1, 1],
    [1, 1, 40],
    [2, 3, 1],
    [3, 5, 7],
    [4, 8, 16],
    [5, 33, 17],
    [16, 16, 16],
    [17, 31, 33],
    [33, 17, 65],
    [1, 70, 31],
    [64, 1, 9],
    [6, 10, 300],
    [72, 67, 20],
  ] as const;

  describe('matrix products', () => {
    for (const layout of ['NN', 'NT', 'TN', 'TT'] as const) {
      it.each(SIZES)(`${layout} of m=%i n=%i k=%i`, (m, n, k) => checkProduct({ m, n, k, layout }));
    }
    it.each(['NN', 'NT', 'TN', 'TT'] as const)('batched %s, shared and not', async (layout) => {
      await checkProduct({ batch: 3, m: 5, n: 9, k: 11, layout });
      await checkProduct({ batch: 3, m: 5, n: 9, k: 11, layout, shared: true });
    });
    it.each(['NN', 'NT', 'TN', 'TT'] as const)('enough of %s for every thread', (layout) =>
      checkProduct({ m: 97, n: 83, k: 19, layout }),
    );
    it('a batch for every thread', () => checkProduct({ batch: 17, m: 13, n: 17, k: 11 }));
    it('many small ones', () => checkProduct({ batch: 50, m: 2, n: 3, k: 4 }));
    it('nothing to sum gives zeros', () => checkProduct({ m: 3, n: 4, k: 0 }));
    it('no rows, no columns, no batch', async () => {
      await checkProduct({ m: 0, n: 4, k: 2 });
      await checkProduct({ m: 4, n: 0, k: 2 });
      await checkProduct({ batch: 0, m: 2, n: 2, k: 2 });
    });
    it.each((['float64', 'float16', 'bfloat16', 'int32', 'int64'] as const).filter(has))('of %s', async (dtype) => {
      await checkProduct({ m: 9, n: 13, k: 21, dtype });
      await checkProduct({ m: 4, n: 17, k: 5, dtype, layout: 'NT', batch: 2 });
    }); // prettier-ignore
  });

  describe('epilogues and prologues', () => {
    const [m, n, k] = [19, 37, 23];

    /** A linear layer with whatever follows; `f` gets the accumulated value and the operands made by `extra`. */
    const checkLinear = async (
      name: string,
      extra: readonly (readonly [number, boolean])[],
      f: (b: KernelBuilder, acc: ValueId, loads: readonly ValueId[]) => ValueId,
      scalars: readonly number[] = [],
    ) => {
      const b = new KernelBuilder(name);
      const [x, w] = [b.operand('float32', m * k, 'read'), b.operand('float32', n * k, 'read')];
      const out = b.operand('float32', m * n, 'write');
      const others = extra.map(([elements]) => b.operand('float32', elements, 'read'));
      const acc = b.accumulator('sum', 'float32');
      const [i, j, l] = [b.axis(m), b.axis(n), b.axis(k)];
      const at = rowMajor([i, j], [m, n]);
      const loads = others.map((operand, o) => b.load(operand, extra[o][1] ? at : j.index));
      const kernel = b.contract({
        batch: [],
        m: [i.id],
        n: [j.id],
        k: [l.id],
        a: b.load(x, rowMajor([i, l], [m, k])),
        b: b.load(w, rowMajor([j, l], [n, k])),
        epilogue: [store(out, at, f(b, b.acc(acc), loads))],
      });
      const random = new SeededRandom(12);
      const data = [m * k, n * k].map((count) => sample('float32', count, random, [-1, 1]));
      const more = extra.map(([elements]) => sample('float32', elements, random));
      const contents = [...data, undefined, ...more];
      await checkKernel(backendOf(), kernel, { contents, scalars }, { tolerance: TOLERANCE });
    };

    const gelu = (b: KernelBuilder, x: ValueId) => {
      const c = (value: number) => b.constant(value, 'float32');
      const cdf = b.binary('add', c(1), b.unary('erf', b.binary('mul', x, c(Math.SQRT1_2))));
      return b.binary('mul', b.binary('mul', x, c(0.5)), cdf);
    };

    it('bias', () => checkLinear('bias', [[n, false]], (b, acc, [bias]) => b.binary('add', acc, bias)));
    it('bias and ReLU', () =>
      checkLinear('bias and ReLU', [[n, false]], (b, acc, [bias]) =>
        b.binary('max', b.binary('add', acc, bias), b.constant(0, 'float32')),
      ));
    it('bias and GELU', () =>
      checkLinear('bias and GELU', [[n, false]], (b, acc, [bias]) => gelu(b, b.binary('add', acc, bias))));
    it('bias, GELU and a residual', () =>
      checkLinear('residual', [[n, false], [m * n, true]], (b, acc, [bias, residual]) =>
        b.binary('add', gelu(b, b.binary('add', acc, bias)), residual),
      )); // prettier-ignore
    it('a factor given at run time', () =>
      checkLinear('scaled', [], (b, acc) => b.binary('mul', acc, b.scalar('float32')), [0.125]));

    it('two outputs: the value and its activation', async () => {
      const b = new KernelBuilder('two outputs');
      const [x, w] = [b.operand('float32', m * k, 'read'), b.operand('float32', k * n, 'read')];
      const [before, after] = [b.operand('float32', m * n, 'write'), b.operand('float32', m * n, 'write')];
      const acc = b.accumulator('sum', 'float32');
      const [i, j, l] = [b.axis(m), b.axis(n), b.axis(k)];
      const at = rowMajor([i, j], [m, n]);
      const kernel = b.contract({
        batch: [],
        m: [i.id],
        n: [j.id],
        k: [l.id],
        a: b.load(x, rowMajor([i, l], [m, k])),
        b: b.load(w, rowMajor([l, j], [k, n])),
        epilogue: [store(before, at, b.acc(acc)), store(after, at, b.unary('tanh', b.acc(acc)))],
      });
      const random = new SeededRandom(2);
      const contents = [m * k, k * n].map((count) => sample('float32', count, random, [-1, 1]));
      const launch = { contents: [...contents, undefined, undefined] };
      await checkKernel(backendOf(), kernel, launch, { tolerance: TOLERANCE });
    });

    it('adds into what is there', async () => {
      const b = new KernelBuilder('accumulate');
      const [x, w] = [b.operand('float32', m * k, 'read'), b.operand('float32', k * n, 'read')];
      const out = b.operand('float32', m * n, 'readwrite');
      const acc = b.accumulator('sum', 'float32');
      const [i, j, l] = [b.axis(m), b.axis(n), b.axis(k)];
      const at = rowMajor([i, j], [m, n]);
      const kernel = b.contract({
        batch: [],
        m: [i.id],
        n: [j.id],
        k: [l.id],
        a: b.load(x, rowMajor([i, l], [m, k])),
        b: b.load(w, rowMajor([l, j], [k, n])),
        epilogue: [store(out, at, b.binary('add', b.load(out, at), b.acc(acc)))],
      });
      const random = new SeededRandom(5);
      const contents = [m * k, k * n, m * n].map((count) => sample('float32', count, random, [-1, 1]));
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: TOLERANCE });
    });

    it('a prologue that dequantises bytes', async () => {
      if (!has('int8')) return;
      const b = new KernelBuilder('dequantise');
      const [x, w] = [b.operand('float32', m * k, 'read'), b.operand('int8', n * k, 'read')];
      const [scales, out] = [b.operand('float32', n, 'read'), b.operand('float32', m * n, 'write')];
      const acc = b.accumulator('sum', 'float32');
      const [i, j, l] = [b.axis(m), b.axis(n), b.axis(k)];
      const weight = b.cast(b.load(w, rowMajor([j, l], [n, k])), 'float32');
      const kernel = b.contract({
        batch: [],
        m: [i.id],
        n: [j.id],
        k: [l.id],
        a: b.load(x, rowMajor([i, l], [m, k])),
        b: b.binary('mul', weight, b.load(scales, j.index)),
        epilogue: [store(out, rowMajor([i, j], [m, n]), b.acc(acc))],
      });
      const random = new SeededRandom(5);
      const contents = [
        sample('float32', m * k, random),
        sample('int8', n * k, random),
        sample('float32', n, random, [0.001, 0.01]),
        undefined,
      ];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: TOLERANCE });
    });
  });

  describe('convolutions', () => {
    interface Convolution {
      readonly batch: number;
      readonly channels: number;
      readonly filters: number;
      readonly size: number;
      readonly window: number;
      readonly stride?: number;
      readonly padding?: number;
      readonly dilation?: number;
      readonly groups?: number;
    }

    /** out[n, g·f, oh, ow] = Σ x[n, g·c, s·oh + d·kh - p, s·ow + d·kw - p] · w[g·f, c, kh, kw] */
    const checkConvolution = async (c: Convolution) => {
      const { batch, channels, filters, size, window, stride = 1, padding = 0, dilation = 1, groups = 1 } = c;
      const [inner, outer] = [channels / groups, filters / groups];
      const places = Math.floor((size + 2 * padding - dilation * (window - 1) - 1) / stride) + 1;
      const b = new KernelBuilder('convolution');
      const x = b.operand('float32', batch * channels * size * size, 'read');
      const w = b.operand('float32', filters * inner * window * window, 'read');
      const bias = b.operand('float32', filters, 'read');
      const out = b.operand('float32', batch * filters * places * places, 'write');
      const acc = b.accumulator('sum', 'float32');
      const [g, f] = [b.axis(groups), b.axis(outer)];
      const [z, oh, ow] = [b.axis(batch), b.axis(places), b.axis(places)];
      const [ic, kh, kw] = [b.axis(inner), b.axis(window), b.axis(window)];
      const along = (o: IndexExpr, t: IndexExpr) =>
        offset(add(scale(o, stride), scale(t, dilation)), -padding);
      const [row, column] = [along(oh.index, kh.index), along(ow.index, kw.index)];
      const guards = padding > 0 ? [row, column].map((index) => ({ index, lo: 0, hi: size })) : [];
      const plane = add(scale(row, size), column);
      const channel = add(scale(g.index, inner), ic.index);
      const xIndex = add(scale(add(scale(z.index, channels), channel), size * size), plane);
      const filter = add(scale(g.index, outer), f.index);
      const outIndex = add(
        scale(add(scale(z.index, filters), filter), places * places),
        add(scale(oh.index, places), ow.index),
      );
      const kernel = b.contract({
        batch: groups === 1 ? [] : [g.id],
        m: [f.id],
        n: [z.id, oh.id, ow.id],
        k: [ic.id, kh.id, kw.id],
        a: b.load(w, rowMajor([g, f, ic, kh, kw], [groups, outer, inner, window, window])),
        b: b.load(x, xIndex, guards),
        epilogue: [store(out, outIndex, b.binary('add', b.acc(acc), b.load(bias, filter)))],
      });
      const random = new SeededRandom(size);
      const counts = [batch * channels * size * size, filters * inner * window * window, filters];
      const contents = [...counts.map((count) => sample('float32', count, random, [-1, 1])), undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: TOLERANCE });
    };

    const CASES: readonly (readonly [string, Convolution])[] = [
      ['1x1', { batch: 2, channels: 5, filters: 7, size: 6, window: 1 }],
      ['3x3', { batch: 2, channels: 3, filters: 8, size: 9, window: 3 }],
      ['3x3, padded', { batch: 2, channels: 4, filters: 6, size: 8, window: 3, padding: 1 }],
      ['5x5, padded by 2', { batch: 1, channels: 2, filters: 20, size: 12, window: 5, padding: 2 }],
      ['3x3, stride 2', { batch: 1, channels: 3, filters: 17, size: 11, window: 3, stride: 2, padding: 1 }],
      ['3x3, dilation 2', { batch: 1, channels: 3, filters: 4, size: 10, window: 3, padding: 2, dilation: 2 }],
      ['2x2, stride 3', { batch: 3, channels: 1, filters: 2, size: 9, window: 2, stride: 3 }],
      ['grouped', { batch: 2, channels: 6, filters: 9, size: 7, window: 3, padding: 1, groups: 3 }],
      ['depthwise', { batch: 2, channels: 5, filters: 5, size: 7, window: 3, padding: 1, groups: 5 }],
      ['larger than its input', { batch: 1, channels: 2, filters: 3, size: 2, window: 3, padding: 2 }],
      ['a single place', { batch: 4, channels: 3, filters: 6, size: 5, window: 5 }],
    ]; // prettier-ignore
    it.each(CASES)('%s', (_, c) => checkConvolution(c));

    it('the gradient of the filters: summed over batch and places', async () => {
      const [batch, channels, filters, size] = [3, 2, 5, 7];
      const b = new KernelBuilder('filter gradient');
      const x = b.operand('float32', batch * channels * size * size, 'read');
      const dy = b.operand('float32', batch * filters * size * size, 'read');
      const dw = b.operand('float32', filters * channels * 9, 'write');
      const acc = b.accumulator('sum', 'float32');
      const [f, ic, kh, kw] = [b.axis(filters), b.axis(channels), b.axis(3), b.axis(3)];
      const [z, oh, ow] = [b.axis(batch), b.axis(size), b.axis(size)];
      const [row, column] = [offset(add(oh.index, kh.index), -1), offset(add(ow.index, kw.index), -1)];
      const plane = add(scale(row, size), column);
      const xIndex = add(scale(add(scale(z.index, channels), ic.index), size * size), plane);
      const kernel = b.contract({
        batch: [],
        m: [f.id],
        n: [ic.id, kh.id, kw.id],
        k: [z.id, oh.id, ow.id],
        a: b.load(dy, rowMajor([z, f, oh, ow], [batch, filters, size, size])),
        b: b.load(x, xIndex, [row, column].map((index) => ({ index, lo: 0, hi: size }))), // prettier-ignore
        epilogue: [store(dw, rowMajor([f, ic, kh, kw], [filters, channels, 3, 3]), b.acc(acc))],
      });
      const random = new SeededRandom(1);
      const counts = [batch * channels * size * size, batch * filters * size * size];
      const contents = [...counts.map((count) => sample('float32', count, random, [-1, 1])), undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: TOLERANCE });
    });

    it('a dot product: no rows and no columns at all', async () => {
      const b = new KernelBuilder('dot');
      const [x, y] = [b.operand('float32', 100, 'read'), b.operand('float32', 100, 'read')];
      const out = b.operand('float32', 1, 'write');
      const acc = b.accumulator('sum', 'float32');
      const l = b.axis(100);
      const kernel = b.contract({
        batch: [],
        m: [],
        n: [],
        k: [l.id],
        a: b.load(x, l.index),
        b: b.load(y, l.index),
        epilogue: [store(out, ZERO, b.acc(acc))],
      });
      const random = new SeededRandom(1);
      const contents = [sample('float32', 100, random), sample('float32', 100, random), undefined];
      await checkKernel(backendOf(), kernel, { contents }, { tolerance: TOLERANCE });
    });
  });
}
