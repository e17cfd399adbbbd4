/**
 * Normalisation of each example by itself, over its space and some of its channels: instance norm over one, group norm
 * over several. Both are the same reductions over rows, in two passes, which fuse with the arithmetic around them.
 */

import { ArgumentError, ShapeError, computeType, formatShape, numel } from '@tenfold/ir';
import { noGrad, variance as varianceOf } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { castTo, composed, literal } from '@tenfold/tensor/internal';
import { requireFloat, requireShape } from './checks.ts';
import { asInput, batchNorm, blend } from './normalization.ts';

export interface GroupNormFunctionOptions {
  /** A factor for each channel, `[C]`. */
  readonly weight?: Tensor | null;
  /** A summand for each channel, `[C]`. */
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalises `[N, C, ...]` over groups of neighbouring channels, as torch.nn.functional.group_norm.
 * https://arxiv.org/abs/1803.08494
 * @throws ArgumentError unless `numGroups` divides the channels.
 */
export function groupNorm(
  input: Tensor,
  numGroups: number,
  { weight = null, bias = null, eps = 1e-5 }: GroupNormFunctionOptions = {},
): Tensor {
  const channels = checkChannels('groupNorm', input, { weight, bias });
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ArgumentError(
      `groupNorm: numGroups is ${numGroups}, expected a whole number that divides the ${channels} channels`,
    );
  }
  return composed(input, () => {
    const x = castTo(input, computeType(input.dtype));
    const grouped = x.reshape([input.shape[0], numGroups, channels / numGroups, ...input.shape.slice(2)]);
    const { normalized } = normalizedOver(grouped, [...grouped.shape.keys()].slice(2), eps);
    return asInput(perChannel(normalized.reshape(input.shape), weight, bias), input);
  });
}

export interface InstanceNormFunctionOptions extends GroupNormFunctionOptions {
  /** `[C]`, updated by the call where the input's statistics are used. */
  readonly runningMean?: Tensor | null;
  readonly runningVar?: Tensor | null;
  /** Whether to normalise by the input and not by the running statistics. Default true. */
  readonly useInputStats?: boolean;
  /** The share of the input in the new running statistics. Default 0.1. */
  readonly momentum?: number;
}

/**
 * Normalises each channel of each example of `[N, C, ...space]`, as torch.nn.functional.instance_norm.
 * https://arxiv.org/abs/1607.08022
 * @throws ShapeError when there is only one element a channel.
 */
export function instanceNorm(
  input: Tensor,
  {
    runningMean = null,
    runningVar = null,
    weight = null,
    bias = null,
    useInputStats = true,
    momentum = 0.1,
    eps = 1e-5,
  }: InstanceNormFunctionOptions = {},
): Tensor {
  const channels = checkChannels('instanceNorm', input, { weight, bias, runningMean, runningVar });
  if (!useInputStats) {
    if (runningMean && runningVar) return batchNorm(input, runningMean, runningVar, { weight, bias, eps });
    throw new ArgumentError('instanceNorm: without the statistics of the input it needs running ones');
  }
  const count = numel(input.shape.slice(2));
  if (count === 1) {
    throw new ShapeError(
      `instanceNorm: the input ${formatShape(input.shape)} has one element a channel, expected several`,
    );
  }
  return composed(input, () => {
    const x = castTo(input, computeType(input.dtype));
    const { normalized, mean, variance } = normalizedOver(x, [...x.shape.keys()].slice(2), eps);
    if (runningMean && runningVar) {
      const overBatch = (statistic: Tensor) => statistic.reshape([input.shape[0], channels]).mean(0);
      noGrad(() => {
        blend(runningMean, overBatch(mean), momentum);
        blend(runningVar, overBatch(variance.mul(literal(variance, count / (count - 1)))), momentum);
      });
    }
    return castTo(perChannel(normalized, weight, bias), input.dtype);
  });
}

function normalizedOver(x: Tensor, axes: readonly number[], eps: number) {
  const mean = x.mean(axes, { keepdim: true });
  const variance = varianceOf(x, axes, { correction: 0, keepdim: true });
  return { normalized: x.sub(mean).mul(variance.add(eps).rsqrt()), mean, variance };
}

function checkChannels(op: string, input: Tensor, others: Readonly<Record<string, Tensor | null>>): number {
  requireFloat(op, 'input', input);
  if (input.ndim < 2) {
    throw new ShapeError(`${op}: the input has shape ${formatShape(input.shape)}, expected [N, C, ...]`);
  }
  for (const [name, tensor] of Object.entries(others)) {
    if (tensor) requireShape(op, name, tensor, [input.shape[1]]);
  }
  return input.shape[1];
}

function perChannel(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const aligned = (tensor: Tensor) =>
    castTo(tensor, x.dtype).reshape(x.shape.map((size, axis) => (axis === 1 ? size : 1)));
  const scaled = weight ? x.mul(aligned(weight)) : x;
  return bias ? scaled.add(aligned(bias)) : scaled;
}
