/** Activation functions. Gradients at kinks are PyTorch's; where one is short in terms of the result, it is given. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { customGrad, erf, expm1, log1p, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, composed, literal } from '@tenfold/tensor/internal';
import { axisOf, requireShape } from './checks.ts';

/** `max(x, 0)`; the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return composed(x, () =>
    customGrad(
      [x],
      () => x.maximum(literal(x, 0)),
      (gradient, output) => [where(output.gt(literal(output, 0)), gradient, literal(gradient, 0))],
    ),
  );
}

/** `min(max(x, 0), 6)`. */
export function relu6(x: Tensor): Tensor {
  return hardtanh(x, { minVal: 0, maxVal: 6 });
}

/** `x` where positive, `negativeSlope · x` elsewhere. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return composed(x, () => where(x.gt(literal(x, 0)), x, x.mul(negativeSlope)));
}

/** As leakyRelu with learned slopes: `weight` has one, or one for each channel (axis 1) of `x`. */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  return composed(x, () => {
    if (weight.numel !== 1) requireShape('prelu', 'weight', weight, [x.shape[1] ?? 1]);
    const slopes =
      weight.numel === 1 ? weight.reshape([]) : weight.reshape(x.shape.map((n, i) => (i === 1 ? n : 1)));
    return where(x.gt(literal(x, 0)), x, x.mul(slopes));
  });
}

/** `x` where positive, `α · (eˣ - 1)` elsewhere. */
export function elu(x: Tensor, alpha = 1): Tensor {
  return composed(x, () => where(x.gt(literal(x, 0)), x, expm1(negativePart(x)).mul(alpha)));
}

/** The self-normalising ELU of https://arxiv.org/abs/1706.02515. */
export function selu(x: Tensor): Tensor {
  return composed(x, () => {
    const scale = literal(x, 1.0507009873554804934193349852946);
    const scaledAlpha = literal(x, 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717);
    return where(x.gt(literal(x, 0)), x.mul(scale), expm1(negativePart(x)).mul(scaledAlpha));
  });
}

/** `x` where positive, `α · (e^(x/α) - 1)` elsewhere. */
export function celu(x: Tensor, alpha = 1): Tensor {
  return composed(x, () => where(x.gt(literal(x, 0)), x, expm1(negativePart(x).div(alpha)).mul(alpha)));
}

export interface GeluOptions {
  /** `'none'` (exact, by erf; the default), or `'tanh'`. */
  readonly approximate?: 'none' | 'tanh';
}

/** `x · Φ(x)`, with the distribution function of the normal distribution or its tanh approximation. */
export function gelu(x: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  return composed(x, () => {
    const half = x.mul(literal(x, 0.5));
    if (approximate === 'none') return half.mul(erf(x.mul(literal(x, Math.SQRT1_2))).add(literal(x, 1)));
    const cube = x.mul(x).mul(x).mul(literal(x, 0.044715));
    const inner = x.add(cube).mul(literal(x, Math.sqrt(2 / Math.PI)));
    return half.mul(inner.tanh().add(literal(x, 1)));
  });
}

/** `x · sigmoid(x)`, also called swish. */
export function silu(x: Tensor): Tensor {
  return composed(x, () => x.mul(x.sigmoid()));
}

/** `x · tanh(softplus(x))`. */
export function mish(x: Tensor): Tensor {
  return composed(x, () => x.mul(softplus(x).tanh()));
}

/** `1 / (1 + e⁻ˣ)`. */
export function sigmoid(x: Tensor): Tensor {
  return x.sigmoid();
}

/** `log(sigmoid(x))`, without overflow. */
export function logSigmoid(x: Tensor): Tensor {
  return composed(x, () =>
    customGrad(
      [x],
      () => x.minimum(literal(x, 0)).sub(log1p(x.abs().neg().exp())),
      (gradient) => [gradient.mul(x.neg().sigmoid())],
    ),
  );
}

/** `x / 6 + 1 / 2`, bounded to 0 and 1. */
export function hardsigmoid(x: Tensor): Tensor {
  return composed(x, () => {
    const line = x.div(literal(x, 6)).add(literal(x, 0.5));
    return bounded(x, line, -3, 3, literal(x, 0), literal(x, 1));
  });
}

/** `x · hardsigmoid(x)`. */
export function hardswish(x: Tensor): Tensor {
  return composed(x, () => {
    const line = x.div(literal(x, 6)).add(literal(x, 0.5));
    return where(x.lt(literal(x, -3)), literal(x, 0), where(x.le(literal(x, 3)), x.mul(line), x));
  });
}

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return x.tanh();
}

export interface HardtanhOptions {
  /** Default -1. */
  readonly minVal?: number;
  /** Default 1. */
  readonly maxVal?: number;
}

/** `x`, bounded; the gradient at the bounds is 0. */
export function hardtanh(x: Tensor, { minVal = -1, maxVal = 1 }: HardtanhOptions = {}): Tensor {
  return composed(x, () => {
    const bound = (value: number) => literal(x, value);
    return bounded(x, x, minVal, maxVal, bound(minVal), bound(maxVal));
  });
}

/** `x / (1 + |x|)`. */
export function softsign(x: Tensor): Tensor {
  return composed(x, () => x.div(x.abs().add(literal(x, 1))));
}

export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: number;
  /** Above this value of `β · x` the function is taken for linear. Default 20. */
  readonly threshold?: number;
}

/** `log(1 + e^(β·x)) / β`. */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  return composed(x, () => {
    const scaled = () => x.mul(beta);
    return customGrad(
      [x],
      () => {
        const z = scaled();
        const smooth = log1p(z.abs().neg().exp()).add(z.maximum(literal(z, 0)));
        return where(z.gt(threshold), x, smooth.div(beta));
      },
      (gradient) => [where(scaled().gt(threshold), gradient, gradient.mul(scaled().sigmoid()))],
    );
  });
}

/** `exp(x)`, scaled to a sum of 1 along an axis. */
export function softmax(x: Tensor, dim: number): Tensor {
  return x.softmax(dim);
}

/** The logarithm of softmax, in one piece so that it does not overflow. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return x.logSoftmax(dim);
}

/** The first half of an axis, times the sigmoid of the second half. */
export function glu(x: Tensor, dim = -1): Tensor {
  return composed(x, () => {
    const axis = axisOf('glu', dim, x.ndim);
    const size = x.shape[axis];
    if (size % 2 !== 0) {
      throw new ShapeError(
        `glu: axis ${dim} of shape ${formatShape(x.shape)} has an odd length; it is cut into two halves`,
      );
    }
    const half = (start: number) =>
      apply('slice', [x], {
        start: x.shape.map((_, i) => (i === axis ? start : 0)),
        step: x.shape.map(() => 1),
        shape: x.shape.map((n, i) => (i === axis ? size / 2 : n)),
      });
    return half(0).mul(half(size / 2).sigmoid());
  });
}

/** `x` where it is not positive, else 0: what an exponential may be taken of where its result will not be used. */
function negativePart(x: Tensor): Tensor {
  return where(x.gt(literal(x, 0)), literal(x, 0), x);
}

/** `low` up to `from`, `high` from `to` on, `line` between them. */
function bounded(x: Tensor, line: Tensor, from: number, to: number, low: Tensor, high: Tensor): Tensor {
  return where(x.le(literal(x, from)), low, where(x.lt(literal(x, to)), line, high));
}
