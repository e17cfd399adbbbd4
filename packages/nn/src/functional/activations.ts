/** Activation functions. Gradients at kinks are PyTorch's; where one is short in terms of the result, it is given. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import {
  customGrad,
  erf,
  expm1,
  log1p,
  prelu as preluOf,
  relu as rectified,
  where,
} from '@tenfold/tensor/base';
import type { DType, Tensor } from '@tenfold/tensor/base';
import { apply, composed, literal } from '@tenfold/tensor/internal';
import { axisOf } from './checks.ts';

/** `max(x, 0)`; the gradient at 0 is 0. */
export function relu(input: Tensor): Tensor {
  return composed(input, () => rectified(input));
}

/** `min(max(x, 0), 6)`. */
export function relu6(input: Tensor): Tensor {
  return hardtanh(input, { minVal: 0, maxVal: 6 });
}

/** `x` where positive, `negativeSlope · x` elsewhere. */
export function leakyRelu(input: Tensor, negativeSlope = 0.01): Tensor {
  return composed(input, () => where(input.gt(literal(input, 0)), input, input.mul(negativeSlope)));
}

/** As leakyRelu with learned slopes: `weight` has one, or one for each channel (axis 1) of `x`. */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  return composed(input, () => preluOf(input, weight));
}

/** `x` where positive, `α · (eˣ - 1)` elsewhere. */
export function elu(input: Tensor, alpha = 1): Tensor {
  return composed(input, () =>
    where(input.le(literal(input, 0)), expm1(negativePart(input)).mul(alpha), input),
  );
}

/** The self-normalising ELU of https://arxiv.org/abs/1706.02515. */
export function selu(input: Tensor): Tensor {
  return composed(input, () => {
    const scale = literal(input, 1.0507009873554804934193349852946);
    const scaledAlpha = literal(input, 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717);
    return where(input.le(literal(input, 0)), expm1(negativePart(input)).mul(scaledAlpha), input.mul(scale));
  });
}

/** `x` where positive, `α · (e^(x/α) - 1)` elsewhere. */
export function celu(input: Tensor, alpha = 1): Tensor {
  return composed(input, () =>
    where(input.le(literal(input, 0)), expm1(negativePart(input).div(alpha)).mul(alpha), input),
  );
}

export interface GeluOptions {
  /** `'none'` (exact, by erf; the default), or `'tanh'`. */
  readonly approximate?: 'none' | 'tanh';
}

/** `x · Φ(x)`, with the distribution function of the normal distribution or its tanh approximation. */
export function gelu(input: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  if (approximate !== 'none' && approximate !== 'tanh')
    throw new ArgumentError(`gelu: approximate is '${String(approximate)}', expected 'none' or 'tanh'`);
  return composed(input, () => {
    const half = input.mul(literal(input, 0.5));
    if (approximate === 'none')
      return half.mul(erf(input.mul(literal(input, Math.SQRT1_2))).add(literal(input, 1)));
    const cube = input.mul(input).mul(input).mul(literal(input, 0.044715));
    const inner = input.add(cube).mul(literal(input, Math.sqrt(2 / Math.PI)));
    return half.mul(inner.tanh().add(literal(input, 1)));
  });
}

/** `x · sigmoid(x)`, also called swish. */
export function silu(input: Tensor): Tensor {
  return composed(input, () => input.mul(input.sigmoid()));
}

/** `x · tanh(softplus(x))`. */
export function mish(input: Tensor): Tensor {
  return composed(input, () => input.mul(softplus(input).tanh()));
}

/** `1 / (1 + e⁻ˣ)`. */
export function sigmoid(input: Tensor): Tensor {
  return input.sigmoid();
}

/** `log(sigmoid(x))`, without overflow. */
export function logsigmoid(input: Tensor): Tensor {
  return composed(input, () =>
    customGrad(
      [input],
      () => input.minimum(literal(input, 0)).sub(log1p(input.abs().neg().exp())),
      (gradient) => [gradient.mul(input.neg().sigmoid())],
    ),
  );
}

/** `x / 6 + 1 / 2`, bounded to 0 and 1. */
export function hardsigmoid(input: Tensor): Tensor {
  return composed(input, () => {
    const line = input.div(literal(input, 6)).add(literal(input, 0.5));
    return bounded(input, line, -3, 3, literal(input, 0), literal(input, 1));
  });
}

/** `x · hardsigmoid(x)`. */
export function hardswish(input: Tensor): Tensor {
  return composed(input, () => {
    const line = input.div(literal(input, 6)).add(literal(input, 0.5));
    return where(
      input.lt(literal(input, -3)),
      literal(input, 0),
      where(input.le(literal(input, 3)), input.mul(line), input),
    );
  });
}

/** Hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return input.tanh();
}

export interface HardtanhOptions {
  /** Default -1. */
  readonly minVal?: number;
  /** Default 1. */
  readonly maxVal?: number;
}

/** `x`, bounded; the gradient at the bounds is 0. */
export function hardtanh(input: Tensor, { minVal = -1, maxVal = 1 }: HardtanhOptions = {}): Tensor {
  return composed(input, () => {
    const bound = (value: number) => literal(input, value);
    // The upper bound wins where the bounds are crossed.
    return bounded(input, input, minVal, maxVal, bound(Math.min(minVal, maxVal)), bound(maxVal));
  });
}

/** `x / (1 + |x|)`. */
export function softsign(input: Tensor): Tensor {
  return composed(input, () => input.div(input.abs().add(literal(input, 1))));
}

export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: number;
  /** Above this value of `β · x` the function is taken for linear. Default 20. */
  readonly threshold?: number;
}

/** `log(1 + e^(β·x)) / β`. */
export function softplus(input: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  return composed(input, () => {
    const scaled = () => input.mul(beta);
    return customGrad(
      [input],
      () => {
        const z = scaled();
        const smooth = log1p(z.abs().neg().exp()).add(z.maximum(literal(z, 0)));
        return where(z.gt(threshold), input, smooth.div(beta));
      },
      (gradient) => [where(scaled().gt(threshold), gradient, gradient.mul(scaled().sigmoid()))],
    );
  });
}

export interface SoftmaxFunctionOptions {
  /** Cast to this dtype before computing. */
  readonly dtype?: DType;
}

/** `exp(x)`, scaled to a sum of 1 along an axis. */
export function softmax(input: Tensor, dim: number, options: SoftmaxFunctionOptions = {}): Tensor {
  return input.softmax(dim, options);
}

/** The logarithm of softmax, in one piece so that it does not overflow. */
export function logSoftmax(input: Tensor, dim: number, options: SoftmaxFunctionOptions = {}): Tensor {
  return input.logSoftmax(dim, options);
}

/** The softmax of `-x`: the least element has the greatest share. */
export function softmin(input: Tensor, dim: number, options: SoftmaxFunctionOptions = {}): Tensor {
  return composed(input, () => input.neg().softmax(dim, options));
}

/** The first half of an axis, times the sigmoid of the second half. */
export function glu(input: Tensor, dim = -1): Tensor {
  return composed(input, () => {
    const axis = axisOf('glu', dim, input.ndim);
    const size = input.shape[axis];
    if (size % 2 !== 0) {
      throw new ShapeError(
        `glu: axis ${dim} of shape ${formatShape(input.shape)} has an odd length; it is cut into two halves`,
      );
    }
    const half = (start: number) =>
      apply('slice', [input], {
        start: input.shape.map((_, i) => (i === axis ? start : 0)),
        step: input.shape.map(() => 1),
        shape: input.shape.map((n, i) => (i === axis ? size / 2 : n)),
      });
    return half(0).mul(half(size / 2).sigmoid());
  });
}

/** `x` where it is at most 0, else 0: what an exponential may be taken of where its result will not be used. */
function negativePart(input: Tensor): Tensor {
  return where(input.le(literal(input, 0)), input, literal(input, 0));
}

/** `low` up to `from`, `high` from `to` on, `line` between them. */
function bounded(input: Tensor, line: Tensor, from: number, to: number, low: Tensor, high: Tensor): Tensor {
  return where(input.le(literal(input, from)), low, where(input.lt(literal(input, to)), line, high));
}
