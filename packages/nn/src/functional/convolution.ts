/**
 * Convolution (cross-correlation, as everywhere in deep learning): one contraction that reads the input at
 * `stride · o + dilation · k - padding`. Reads outside of the input give zeros, so nothing is padded or unfolded.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { AffineIndex, ContractHint, ContractSpec, ConvolutionAlgorithm, Shape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, composed } from '@tenfold/tensor/internal';
import { pair, requireOneOf, requireSameDType, requireShape } from './checks.ts';
import type { Size2d } from './checks.ts';

export interface Conv2dFunctionOptions {
  /** Default 1. */
  readonly stride?: Size2d;
  /** Zeros on each side; `'valid'` is 0, `'same'` keeps the size (for stride 1). Default 0. */
  readonly padding?: Size2d | 'valid' | 'same';
  /** Default 1. */
  readonly dilation?: Size2d;
  /** Into how many parts the channels are divided, each convolved by itself. Default 1. */
  readonly groups?: number;
  /** How the backend shall compute it and its gradients; an error where it cannot. Default `'auto'`: what it estimates to be fastest. */
  readonly algorithm?: 'auto' | ConvolutionAlgorithm;
  /** `'high'` leaves out algorithms that round more than plain sums (Winograd). Default `'default'`. */
  readonly precision?: 'default' | 'high';
}

const ALGORITHMS = ['auto', 'direct', 'im2col', 'implicit-gemm', 'winograd2', 'winograd4'] as const;
const PRECISIONS = ['default', 'high'] as const;

/** Along one spatial axis. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Convolves `[N, C, H, W]` or `[C, H, W]` with a weight `[O, C / groups, kH, kW]` and adds a bias `[O]`, as
 * torch.nn.functional.conv2d.
 * @throws ShapeError when channels do not agree, or the kernel is larger than the padded input.
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dFunctionOptions = {},
): Tensor {
  return composed(input, () => {
    if (input.ndim === 3) return conv2d(input.unsqueeze(0), weight, bias, options).squeeze(0);
    const groups = options.groups ?? 1;
    checkOperands(input, weight, groups);
    const axes = spatialAxes(input, weight, options);
    const [batch, channels, ...sizes] = input.shape;
    const [outChannels, perGroup, ...kernel] = weight.shape;
    const outSizes = axes.map((axis) => outputSize(input, axis));
    const x = groups === 1 ? input : input.reshape([batch, groups, channels / groups, ...sizes]);
    const w = groups === 1 ? weight : weight.reshape([groups, outChannels / groups, perGroup, ...kernel]);
    const spec = { ...contraction(x.shape, w.shape, axes, outSizes), hint: hintOf(options) };
    const product = apply('contract', [x, w], spec);
    const result = groups === 1 ? product : product.reshape([batch, outChannels, ...outSizes]);
    if (bias === null) return result;
    requireShape('conv2d', 'bias', bias, [outChannels]);
    return result.add(bias.reshape([outChannels, 1, 1]));
  });
}

function hintOf({
  algorithm = 'auto',
  precision = 'default',
}: Conv2dFunctionOptions): ContractHint | undefined {
  requireOneOf('conv2d', 'algorithm', algorithm, ALGORITHMS);
  requireOneOf('conv2d', 'precision', precision, PRECISIONS);
  if (algorithm === 'auto' && precision === 'default') return undefined;
  return {
    ...(algorithm !== 'auto' && { algorithm }),
    ...(precision === 'high' && { precision }),
  };
}

/**
 * The labels are batch, group (where the operands have an axis for it), output channel, output position, input
 * channel, tap. Operands are `[N, (G,) C, H, W]` and `[(G,) O, C, kH, kW]`.
 */
function contraction(
  input: Shape,
  weight: Shape,
  axes: readonly Axis[],
  outSizes: readonly number[],
): ContractSpec {
  const extents: number[] = [];
  const label = (extent: number) => extents.push(extent) - 1;
  const [outChannels, channels] = weight.slice(-2 - axes.length);
  const n = label(input[0]);
  const group = weight.length > 2 + axes.length ? [label(weight[0])] : [];
  const o = label(outChannels);
  const positions = outSizes.map(label);
  const c = label(channels);
  const taps = axes.map((axis) => label(axis.kernel));
  const spatial = axes.map(({ stride, dilation, before }, i) => ({
    terms: [
      { label: positions[i], coefficient: stride },
      { label: taps[i], coefficient: dilation },
    ],
    offset: 0 - before,
  }));
  return {
    extents,
    a: [...[n, ...group, c].map(plain), ...spatial],
    b: [...group, o, c, ...taps].map(plain),
    out: [n, ...group, o, ...positions],
  };
}

function plain(label: number): AffineIndex {
  return { terms: [{ label, coefficient: 1 }], offset: 0 };
}

function checkOperands(input: Tensor, weight: Tensor, groups: number): void {
  if (input.ndim !== 4 || weight.ndim !== 4) {
    throw new ShapeError(
      `conv2d: the input has shape ${formatShape(input.shape)}, the weight ${formatShape(weight.shape)}; ` +
        'expected [N, C, H, W] or [C, H, W], and [O, C / groups, kH, kW]',
    );
  }
  requireSameDType('conv2d', ['input', input], ['weight', weight]);
  const [outChannels, perGroup] = weight.shape;
  if (!Number.isInteger(groups) || groups < 1 || outChannels % groups !== 0) {
    throw new ArgumentError(
      `conv2d: groups is ${groups}, expected a whole number that divides the ${outChannels} output channels`,
    );
  }
  if (input.shape[1] !== perGroup * groups) {
    throw new ShapeError(
      `conv2d: the input has ${input.shape[1]} channels (shape ${formatShape(input.shape)}), but the weight ` +
        `${formatShape(weight.shape)} with groups ${groups} expects ${perGroup * groups}`,
    );
  }
}

function spatialAxes(input: Tensor, weight: Tensor, options: Conv2dFunctionOptions): Axis[] {
  const stride = pair('conv2d', 'stride', options.stride ?? 1, 1);
  const dilation = pair('conv2d', 'dilation', options.dilation ?? 1, 1);
  const { padding = 0 } = options;
  if (padding === 'same' && stride.some((n) => n !== 1)) {
    throw new ArgumentError(
      `conv2d: padding 'same' needs stride 1, got ${stride.join(' x ')}; give the padding as numbers`,
    );
  }
  const both = typeof padding === 'string' ? [0, 0] : pair('conv2d', 'padding', padding, 0);
  return both.map((pad, i) => {
    const kernel = weight.shape[2 + i];
    const total = padding === 'same' ? dilation[i] * (kernel - 1) : 2 * pad;
    const before = Math.floor(total / 2);
    return {
      size: input.shape[2 + i],
      kernel,
      stride: stride[i],
      dilation: dilation[i],
      before,
      after: total - before,
    };
  });
}

function outputSize(input: Tensor, { size, kernel, stride, dilation, before, after }: Axis): number {
  const span = dilation * (kernel - 1) + 1;
  const padded = size + before + after;
  if (span <= padded) return Math.floor((padded - span) / stride) + 1;
  throw new ShapeError(
    `conv2d: a kernel that spans ${span} does not fit into ${padded}, the padded size of the input ` +
      `${formatShape(input.shape)}; pad it, or make the kernel smaller`,
  );
}
