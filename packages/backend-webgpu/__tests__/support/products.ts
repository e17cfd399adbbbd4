/** Contractions that between them have every layout, edge, guard, prologue and epilogue, and what they start from. */

import type { ContractKernel, DType, Extent, IndexExpr } from '@tenfold/ir';
import { add, offset, scale } from '@tenfold/ir';
import type { Axis, LaunchCase } from '@tenfold/testing';
import { KernelBuilder, SeededRandom, sample, store } from '@tenfold/testing';

export interface ProductCase {
  readonly name: string;
  readonly kernel: ContractKernel;
  readonly launch: LaunchCase;
}

interface Product {
  readonly batch?: number;
  readonly m: Extent;
  readonly n: Extent;
  readonly k: Extent;
  /** Of each factor: whether its rows are contiguous (N) or its columns (T). */
  readonly layout?: string;
  readonly dtype?: DType;
  readonly epilogue?: 'none' | 'GELU and residual' | 'in place';
  /** The extents of this launch, of those that are parameters. */
  readonly extents?: readonly number[];
}

const greatest = (extent: Extent) => (typeof extent === 'number' ? extent : extent.max);

/** The position in a row-major array. */
function rowMajor(axes: readonly Axis[], extents: readonly number[]): IndexExpr {
  return axes.map(({ index }) => index).reduce((at, index, i) => add(scale(at, extents[i]), index));
}

export function product({ batch = 1, layout = 'NN', dtype = 'float32', epilogue = 'none', extents, ...sides }: Product): ProductCase {
  const [m, n, k] = [sides.m, sides.n, sides.k].map(greatest);
  const name = [layout, `${batch}x${m}x${n}x${k}`, dtype, epilogue, extents ? `of ${extents}` : ''].join(' ');
  const b = new KernelBuilder(name);
  const sizes = [batch * m * k, batch * k * n, batch * m * n, n, batch * m * n];
  const [left, right] = [b.operand(dtype, sizes[0], 'read'), b.operand(dtype, sizes[1], 'read')];
  const out = b.operand('float32', sizes[2], epilogue === 'in place' ? 'readwrite' : 'write');
  const acc = b.acc(b.accumulator('sum', 'float32'));
  const [z, i, j, l] = [b.axis(batch), b.axis(sides.m), b.axis(sides.n), b.axis(sides.k)];
  const at = rowMajor([z, i, j], [batch, m, n]);
  const read = (operand: number, index: IndexExpr) => {
    const value = b.load(operand, index);
    return dtype === 'float32' ? value : b.cast(value, 'float32');
  };
  const a = read(left, layout[0] === 'N' ? rowMajor([z, i, l], [batch, m, k]) : rowMajor([z, l, i], [batch, k, m]));
  const c = read(right, layout[1] === 'N' ? rowMajor([z, l, j], [batch, k, n]) : rowMajor([z, j, l], [batch, n, k]));
  let result = acc;
  if (epilogue === 'in place') result = b.binary('add', b.load(out, at), acc);
  if (epilogue === 'GELU and residual') {
    const x = b.binary('add', acc, b.load(b.operand('float32', n, 'read'), j.index));
    const cdf = b.binary('add', b.constant(1, 'float32'), b.unary('erf', b.binary('mul', x, b.constant(Math.SQRT1_2, 'float32'))));
    const gelu = b.binary('mul', b.binary('mul', x, b.constant(0.5, 'float32')), cdf);
    result = b.binary('add', gelu, b.load(b.operand('float32', sizes[4], 'read'), at));
  }
  const kernel = b.contract({
    batch: batch === 1 ? [] : [z.id],
    m: [i.id],
    n: [j.id],
    k: [l.id],
    a,
    b: c,
    epilogue: [store(out, at, result)],
  });
  return { name, kernel, launch: { ...launchOf(kernel, m + n + k), ...(extents && { extents }) } };
} // prettier-ignore

export interface Convolution {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: number;
  readonly window: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** A convolution padded by half a window, and the gradient of its filters. */
export function convolution(
  { batch, channels, filters, size, window, stride = 1, groups = 1 }: Convolution,
  result: 'output' | 'filters',
): ProductCase {
  const name = `${result} of ${window}x${window} ${groups} ${channels} to ${filters}, stride ${stride}`;
  const padding = window >> 1;
  const places = Math.floor((size + 2 * padding - window) / stride) + 1;
  const [inner, outer] = [channels / groups, filters / groups];
  const b = new KernelBuilder(name);
  const [imageSize, filterSize, outputSize] = [
    batch * channels * size * size,
    filters * inner * window * window,
    batch * filters * places * places,
  ];
  const image = b.operand('float32', imageSize, 'read');
  const [read, written] = result === 'output' ? [filterSize, outputSize] : [outputSize, filterSize];
  const factor = b.operand('float32', read, 'read');
  const out = b.operand('float32', written, 'write');
  const acc = b.acc(b.accumulator('sum', 'float32'));
  const [g, f, ic, kh, kw] = [groups, outer, inner, window, window].map((extent) => b.axis(extent));
  const [z, oh, ow] = [batch, places, places].map((extent) => b.axis(extent));
  const along = (o: Axis, t: Axis) => offset(add(scale(o.index, stride), t.index), -padding);
  const [row, column] = [along(oh, kh), along(ow, kw)];
  const channel = add(scale(g.index, inner), ic.index);
  const plane = add(scale(row, size), column);
  const imageAt = add(scale(add(scale(z.index, channels), channel), size * size), plane);
  const guards = [row, column].map((index) => ({ index, lo: 0, hi: size }));
  const window2 = b.load(image, imageAt, padding > 0 ? guards : []);
  const filterAt = rowMajor([g, f, ic, kh, kw], [groups, outer, inner, window, window]);
  const outputAt = rowMajor([z, g, f, oh, ow], [batch, groups, outer, places, places]);
  const [places_, taps] = [[z.id, oh.id, ow.id], [ic.id, kh.id, kw.id]]; // prettier-ignore
  const kernel = b.contract({
    batch: groups === 1 ? [] : [g.id],
    m: [f.id],
    n: result === 'output' ? places_ : taps,
    k: result === 'output' ? taps : places_,
    a: b.load(factor, result === 'output' ? filterAt : outputAt),
    b: window2,
    epilogue: [store(out, result === 'output' ? outputAt : filterAt, acc)],
  });
  return { name, kernel, launch: launchOf(kernel, size) };
}

function launchOf(kernel: ContractKernel, seed: number): LaunchCase {
  const random = new SeededRandom(seed);
  const contents = kernel.operands.map(({ dtype, elements, access }) =>
    access === 'write' ? undefined : sample(dtype, elements, random, dtype === 'int8' ? undefined : [-1, 1]),
  );
  return { contents };
}

const param = (index: number, max: number): Extent => ({ param: index, max });

/** With edges on all sides, and with sides that are multiples of four, which are read and written as vectors. */
export const PRODUCTS: readonly ProductCase[] = [
  ...['NN', 'NT', 'TN', 'TT'].flatMap((layout) => [
    product({ m: 33, n: 17, k: 65, layout }),
    product({ m: 36, n: 72, k: 20, layout }),
  ]),
  product({ batch: 3, m: 13, n: 40, k: 11, layout: 'NT' }),
  product({ m: 40, n: 36, k: 24, layout: 'NT', epilogue: 'GELU and residual' }),
  product({ m: 19, n: 37, k: 23, epilogue: 'GELU and residual' }),
  product({ m: 20, n: 36, k: 24, epilogue: 'in place' }),
  product({ m: 9, n: 40, k: 36, dtype: 'float16', layout: 'NT' }),
  product({ m: 9, n: 40, k: 36, dtype: 'bfloat16' }),
  product({ m: 9, n: 36, k: 40, dtype: 'int8', layout: 'TN' }),
  product({ m: param(0, 50), n: 20, k: param(1, 40), extents: [37, 21] }),
  product({ m: 6, n: param(0, 64), k: 32, layout: 'NT', extents: [41] }),
  product({ m: 6, n: 24, k: param(0, 64), layout: 'NT', extents: [0] }),
  convolution({ batch: 2, channels: 4, filters: 20, size: 7, window: 3 }, 'output'),
  convolution({ batch: 2, channels: 3, filters: 17, size: 11, window: 3, stride: 2 }, 'output'),
  convolution({ batch: 3, channels: 4, filters: 8, size: 8, window: 3 }, 'filters'),
  convolution({ batch: 2, channels: 6, filters: 12, size: 8, window: 3, groups: 3 }, 'output'),
];

/** With few rows, for shapes in which lanes share sums. */
export const FEW_ROWS: readonly ProductCase[] = [
  ...['NN', 'NT', 'TN'].flatMap((layout) => [
    product({ m: 1, n: 100, k: 64, layout }),
    product({ m: 3, n: 37, k: 41, layout }),
  ]),
  product({ m: 70, n: 2, k: 48 }),
  product({ m: 1, n: 1, k: 300 }),
  product({ batch: 3, m: 4, n: 24, k: 40, layout: 'NT', epilogue: 'GELU and residual' }),
  product({ m: 5, n: 40, k: 36, dtype: 'float16', layout: 'NT' }),
  product({ m: 2, n: 40, k: 36, dtype: 'int8', layout: 'NT' }),
  product({ m: 2, n: 40, k: 36, dtype: 'int8', layout: 'NN' }),
  product({ m: param(0, 8), n: 20, k: param(1, 80), layout: 'NT', extents: [3, 61] }),
  product({ m: 2, n: 24, k: param(0, 64), extents: [0] }),
  convolution({ batch: 2, channels: 4, filters: 3, size: 8, window: 3 }, 'output'),
  convolution({ batch: 2, channels: 5, filters: 5, size: 8, window: 3, groups: 5 }, 'filters'),
];
