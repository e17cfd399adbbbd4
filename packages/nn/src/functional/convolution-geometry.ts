/**
 * Where a convolution reads: its sizes along each spatial axis, and the index maps of the contractions that compute it,
 * its transpose and the gradient of its weight, in any number of dimensions. An operand is `[N, (G,) C, ...space]`, a
 * weight `[(G,) O, C, ...taps]`; the axis G of groups stands only where there are several.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { AffineIndex, ContractSpec, Shape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { requireSameDType, sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { requireSpatial } from './spatial.ts';

/** Along one spatial axis: the output at `o` reads tap `k` at `stride · o + dilation · k - before`. */
export interface ConvolvedAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  /** Of the output. */
  readonly out: number;
}

export interface ConvolutionSizes {
  readonly stride: Sizes;
  readonly padding: Sizes | 'valid' | 'same';
  readonly dilation: Sizes;
}

/** The spatial axes of a convolution. Raises ShapeError where the kernel does not fit. */
export function convolvedAxes(
  op: string,
  { shape }: Tensor,
  kernel: readonly number[],
  { stride, padding, dilation }: ConvolutionSizes,
): ConvolvedAxis[] {
  const rank = kernel.length;
  const strides = sizesOf(op, 'stride', stride, rank, 1);
  const dilations = sizesOf(op, 'dilation', dilation, rank, 1);
  if (padding === 'same' && strides.some((n) => n !== 1)) {
    throw new ArgumentError(
      `${op}: padding 'same' needs stride 1, got ${strides.join(' x ')}; give the padding as numbers`,
    );
  }
  const pads = typeof padding === 'string' ? kernel.map(() => 0) : sizesOf(op, 'padding', padding, rank, 0);
  return kernel.map((taps, i) => {
    const size = shape[2 + i];
    const span = dilations[i] * (taps - 1) + 1;
    const total = padding === 'same' ? span - 1 : 2 * pads[i];
    if (span > size + total) {
      throw new ShapeError(
        `${op}: a kernel that spans ${span} does not fit into ${size + total}, the padded size of the input ` +
          `${formatShape(shape)}; pad it, or make the kernel smaller`,
      );
    }
    return {
      size,
      kernel: taps,
      stride: strides[i],
      dilation: dilations[i],
      before: Math.floor(total / 2),
      out: Math.floor((size + total - span) / strides[i]) + 1,
    };
  });
}

/** Checks shapes and dtypes of a convolution, or of a transposed one, whose weight begins with the input's channels. */
export function checkConvolution(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  groups: number,
  transposed = false,
): void {
  requireSpatial(op, rank, input);
  if (weight.ndim !== rank + 2) {
    const form = transposed ? '[C, O / groups, ...kernel]' : '[O, C / groups, ...kernel]';
    throw new ShapeError(
      `${op}: the weight has shape ${formatShape(weight.shape)}, expected ${rank + 2} axes, ${form}`,
    );
  }
  requireSameDType(op, ['input', input], ['weight', weight]);
  if (!Number.isInteger(groups) || groups < 1 || weight.shape[0] % groups !== 0) {
    const kind = transposed ? 'input' : 'output';
    throw new ArgumentError(
      `${op}: groups is ${groups}, expected a whole number that divides the ${weight.shape[0]} ${kind} channels`,
    );
  }
  const channels = transposed ? weight.shape[0] : weight.shape[1] * groups;
  if (input.shape[1] !== channels) {
    throw new ShapeError(
      `${op}: the input has ${input.shape[1]} channels (shape ${formatShape(input.shape)}), but the weight ` +
        `${formatShape(weight.shape)} with groups ${groups} expects ${channels}`,
    );
  }
}

/** Cuts an axis of channels into groups, unless there is only one. */
export function inGroups(x: Tensor, axis: number, groups: number): Tensor {
  if (groups === 1) return x;
  const { shape } = x;
  return x.reshape([...shape.slice(0, axis), groups, shape[axis] / groups, ...shape.slice(axis + 1)]);
}

/** Hands out labels, and remembers how far each one runs. */
class Labels {
  readonly extents: number[] = [];

  add(extent: number): number {
    return this.extents.push(extent) - 1;
  }

  addAll(extents: readonly number[]): number[] {
    return extents.map((extent) => this.add(extent));
  }
}

function plain(label: number): AffineIndex {
  return { terms: [{ label, coefficient: 1 }], offset: 0 };
}

function sumOf(
  terms: readonly (readonly [label: number, coefficient: number])[],
  offset: number,
): AffineIndex {
  return { terms: terms.map(([label, coefficient]) => ({ label, coefficient })), offset: 0 + offset };
}

/** Splits the shape of a weight into groups (none or one extent), filters, channels. */
function weightExtents(weight: Shape, rank: number) {
  const at = weight.length - rank - 2;
  return { groups: weight.slice(0, at), filters: weight[at], channels: weight[at + 1] };
}

/** Along one spatial axis: position `p` of the result reads tap `k` at `step · p + reach · k + offset`. */
interface SlidAxis {
  readonly positions: number;
  readonly taps: number;
  readonly step: number;
  readonly reach: number;
  readonly offset: number;
}

/** Sums over the taps and over one axis of the weight; the other, of filters or of channels, is `kept` in the result. */
function slide(
  input: Shape,
  weight: Shape,
  axes: readonly SlidAxis[],
  kept: 'filters' | 'channels',
): ContractSpec {
  const labels = new Labels();
  const sizes = weightExtents(weight, axes.length);
  const n = labels.add(input[0]);
  const group = labels.addAll(sizes.groups);
  const keptAxis = labels.add(sizes[kept]);
  const positions = labels.addAll(axes.map((axis) => axis.positions));
  const summed = labels.add(sizes[kept === 'filters' ? 'channels' : 'filters']);
  const taps = labels.addAll(axes.map((axis) => axis.taps));
  const [o, c] = kept === 'filters' ? [keptAxis, summed] : [summed, keptAxis];
  const read = axes.map(({ step, reach, offset }, i) =>
    sumOf([[positions[i], step], [taps[i], reach]], offset),
  ); // prettier-ignore
  return {
    extents: labels.extents,
    a: [...[n, ...group, summed].map(plain), ...read],
    b: [...group, o, c, ...taps].map(plain),
    out: [n, ...group, keptAxis, ...positions],
  };
}

/** out[n, o, p] = Σ input[n, c, stride · p + dilation · k - before] · weight[o, c, k]. */
export function convolution(input: Shape, weight: Shape, axes: readonly ConvolvedAxis[]): ContractSpec {
  const slid = axes.map(({ out, kernel, stride, dilation, before }) => {
    return { positions: out, taps: kernel, step: stride, reach: dilation, offset: -before };
  });
  return slide(input, weight, slid, 'filters');
}

/**
 * The transpose, out[n, c, h] = Σ input[n, o, p] · weight[o, c, k] over stride · p + dilation · k - before = h, from the
 * input with `stride - 1` zeros between neighbours.
 */
export function spreadTranspose(input: Shape, weight: Shape, axes: readonly ConvolvedAxis[]): ContractSpec {
  const slid = axes.map(({ size, kernel, dilation, before }) => {
    return { positions: size, taps: kernel, step: 1, reach: -dilation, offset: before };
  });
  return slide(input, weight, slid, 'channels');
}

/** How many positions of each axis `phaseTranspose` computes for every phase of the stride, beginning with which. */
export function phases({ size, stride, before }: ConvolvedAxis): { first: number; count: number } {
  const first = Math.floor(before / stride);
  return { first, count: Math.ceil((before + size) / stride) - first };
}

/**
 * The transpose without zeros in between, for dilation 1: output stride · q + r - before collects from input q - j
 * through tap stride · j + r, so every phase r is a dense convolution of its own taps. The result is
 * `[N, (G,) C, ...(q, r)]`; q begins at `phases().first`. See Shi et al., https://arxiv.org/abs/1609.07009.
 */
export function phaseTranspose(input: Shape, weight: Shape, axes: readonly ConvolvedAxis[]): ContractSpec {
  const labels = new Labels();
  const sizes = weightExtents(weight, axes.length);
  const n = labels.add(input[0]);
  const group = labels.addAll(sizes.groups);
  const c = labels.add(sizes.channels);
  const places = axes.map((axis) => [labels.add(phases(axis).count), labels.add(axis.stride)] as const);
  const o = labels.add(sizes.filters);
  const taps = labels.addAll(axes.map(({ kernel, stride }) => Math.ceil(kernel / stride)));
  const read = axes.map((axis, i) => sumOf([[places[i][0], 1], [taps[i], -1]], phases(axis).first)); // prettier-ignore
  const through = axes.map(({ stride }, i) => sumOf([[taps[i], stride], [places[i][1], 1]], 0)); // prettier-ignore
  return {
    extents: labels.extents,
    a: [...[n, ...group, o].map(plain), ...read],
    b: [...[...group, o, c].map(plain), ...through],
    out: [n, ...group, c, ...places.flat()],
  };
}

/** The gradient of the weight, weight[o, c, k] = Σ input[n, c, stride · p + dilation · k - before] · gradient[n, o, p]. */
export function weightGradient(input: Shape, weight: Shape, axes: readonly ConvolvedAxis[]): ContractSpec {
  const labels = new Labels();
  const sizes = weightExtents(weight, axes.length);
  const group = labels.addAll(sizes.groups);
  const o = labels.add(sizes.filters);
  const c = labels.add(sizes.channels);
  const taps = labels.addAll(axes.map(({ kernel }) => kernel));
  const n = labels.add(input[0]);
  const positions = labels.addAll(axes.map(({ out }) => out));
  const read = axes.map(({ stride, dilation, before }, i) =>
    sumOf([[positions[i], stride], [taps[i], dilation]], -before),
  ); // prettier-ignore
  return {
    extents: labels.extents,
    a: [...[n, ...group, c].map(plain), ...read],
    b: [n, ...group, o, ...positions].map(plain),
    out: [...group, o, c, ...taps],
  };
}
