/** The three products of a convolution as kernels, with their definitions in float64. */

import type { ContractHint, ContractKernel, IndexExpr, ValueId } from '@tenfold/ir';
import { add, offset, scale } from '@tenfold/ir';
import type { Axis } from '@tenfold/testing';
import { KernelBuilder } from '@tenfold/testing';
import { outputExtents } from '../../src/convolution/shape.ts';
import type { ConvolutionShape } from '../../src/convolution/shape.ts';

/** y from x and w; dx from dy and w; dw from dy and x. */
export type Product = 'forward' | 'inputGradient' | 'weightGradient';

interface Sizes {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
}

/** All with an axis for the groups: [batch, group, channel, row, column], [group, filter, channel, row, column]. */
export function sizesOf(shape: ConvolutionShape): Sizes {
  const { batch, channels, filters, height, width, kernel, groups = 1 } = shape;
  const [rows, columns] = outputExtents(shape);
  return {
    x: [batch, groups, channels / groups, height, width],
    w: [groups, filters / groups, channels / groups, ...kernel],
    y: [batch, groups, filters / groups, rows, columns],
  };
}

export function elementsOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

function rowMajor(indices: readonly IndexExpr[], sizes: readonly number[]): IndexExpr {
  return indices.reduce((sum, index, i) => add(scale(sum, sizes[i]), index));
}

export interface KernelOptions {
  readonly hint?: ContractHint;
  /** Adds a bias of each filter and takes the maximum with zero. */
  readonly activated?: boolean;
  /** Adds the position of the column: an epilogue that no template takes. */
  readonly positioned?: boolean;
}

/** Operands: the product's two inputs, the result, and the bias where there is one. */
export function convolutionKernel(
  shape: ConvolutionShape,
  product: Product,
  { hint, activated = false, positioned = false }: KernelOptions = {},
): ContractKernel {
  const { stride = 1, padding = 0, dilation = 1 } = shape;
  const sizes = sizesOf(shape);
  const { x, w, y } = sizes;
  const b = new KernelBuilder(product);
  const [first, second, result] = {
    forward: [x, w, y] as const,
    inputGradient: [y, w, x] as const,
    weightGradient: [y, x, w] as const,
  }[product];
  const left = b.operand('float32', elementsOf(first), 'read');
  const right = b.operand('float32', elementsOf(second), 'read');
  const out = b.operand('float32', elementsOf(result), 'write');
  const acc = b.accumulator('sum', 'float32');
  const axes = (extents: readonly number[]) => extents.map((extent) => b.axis(extent));
  const [n, g, f, c] = axes([x[0], x[1], w[1], x[2]]);
  const taps = axes(w.slice(3));
  const ids = (list: readonly Axis[]) => list.map(({ id }) => id);

  const places = axes(product === 'inputGradient' ? x.slice(3) : y.slice(3));
  const inner = places.map((place, i): IndexExpr =>
    product === 'inputGradient'
      ? offset(add(place.index, scale(taps[i].index, -dilation)), padding)
      : offset(add(scale(place.index, stride), scale(taps[i].index, dilation)), -padding),
  );
  const limits = product === 'inputGradient' ? y.slice(3) : x.slice(3);
  const guards = inner.flatMap((index, i) =>
    index.min < 0 || index.max >= limits[i] ? [{ index, lo: 0, hi: limits[i] }] : [],
  );
  const load = (
    operand: number,
    indices: readonly IndexExpr[],
    of: readonly number[],
    guarded: boolean,
  ): ValueId => b.load(operand, rowMajor(indices, of), guarded ? guards : []);

  const image = product === 'inputGradient' ? f : c;
  const plain = places.map(({ index }) => index);
  const weightAt = [g.index, f.index, c.index, ...taps.map(({ index }) => index)];
  const outAt = {
    forward: [n.index, g.index, f.index, ...plain],
    inputGradient: [n.index, g.index, c.index, ...plain],
    weightGradient: weightAt,
  }[product];
  const windowed = [n.index, g.index, image.index, ...inner];
  const epilogue = () => {
    let value = b.acc(acc);
    if (activated) {
      const bias = b.operand('float32', x[1] * w[1], 'read');
      value = b.binary('add', value, b.load(bias, add(scale(g.index, w[1]), f.index)));
      value = b.binary('max', value, b.constant(0, 'float32'));
    }
    if (positioned) value = b.binary('add', value, b.cast(b.index(plain[1]), 'float32'));
    return [{ kind: 'store', operand: out, index: rowMajor(outAt, result), guards: [], value }] as const;
  };
  const shared = { batch: x[1] === 1 ? [] : [g.id], hint };
  if (product === 'weightGradient') {
    return b.contract({
      ...shared,
      m: [f.id],
      n: [c.id, ...ids(taps)],
      k: [n.id, ...ids(places)],
      a: load(left, [n.index, g.index, f.index, ...plain], y, false),
      b: load(right, windowed, x, true),
      epilogue: epilogue(),
    });
  }
  const forward = product === 'forward';
  return b.contract({
    ...shared,
    m: [n.id, ...ids(places)],
    n: [forward ? f.id : c.id],
    k: [forward ? c.id : f.id, ...ids(taps)],
    a: load(left, windowed, first, true),
    b: load(right, weightAt, w, false),
    epilogue: epilogue(),
  });
}

/** The product by its definition: `left` and `right` are the kernel's first two operands. */
export function convolutionReference(
  shape: ConvolutionShape,
  product: Product,
  left: Float32Array,
  right: Float32Array,
): Float64Array {
  const { stride = 1, padding = 0, dilation = 1 } = shape;
  const { x, w, y } = sizesOf(shape);
  const of = { forward: y, inputGradient: x, weightGradient: w }[product];
  const out = new Float64Array(elementsOf(of));
  const at = (index: readonly number[], sizes: readonly number[]) =>
    index.reduce((sum, i, axis) => sum * sizes[axis] + i, 0);
  const each = (
    sizes: readonly number[],
    visit: (index: readonly number[]) => void,
    index: number[] = [],
  ): void => {
    if (index.length === sizes.length) return visit(index);
    for (let i = 0; i < sizes[index.length]; i++) each(sizes, visit, [...index, i]);
  };
  each([...w], ([g, f, c, kh, kw]) => {
    const wAt = at([g, f, c, kh, kw], w);
    for (let n = 0; n < x[0]; n++) {
      for (let oh = 0; oh < y[3]; oh++) {
        const ih = stride * oh + dilation * kh - padding;
        if (ih < 0 || ih >= x[3]) continue;
        for (let ow = 0; ow < y[4]; ow++) {
          const iw = stride * ow + dilation * kw - padding;
          if (iw < 0 || iw >= x[4]) continue;
          const xAt = at([n, g, c, ih, iw], x);
          const yAt = at([n, g, f, oh, ow], y);
          if (product === 'forward') out[yAt] += left[xAt] * right[wAt];
          else if (product === 'inputGradient') out[xAt] += left[yAt] * right[wAt];
          else out[wAt] += left[yAt] * right[xAt];
        }
      }
    }
  });
  return out;
}
