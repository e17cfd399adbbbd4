/** Drawing categories in a way that gradients pass through: the Gumbel-softmax distribution. */

import { ArgumentError } from '@tenfold/ir';
import { noGrad, rand } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, composed, expandTo, literal, source } from '@tenfold/tensor/internal';
import { axisOf, requireFloat } from './checks.ts';

export interface GumbelSoftmaxOptions {
  /** The temperature: the lower, the closer to one-hot. Default 1. */
  readonly tau?: number;
  /** Whether the result is one-hot, with the gradient of the soft sample. Default false. */
  readonly hard?: boolean;
  /** The axis of the categories. Default -1. */
  readonly dim?: number;
}

/** A lower bound of exponential samples, so that a logarithm can be taken: half of the least but 0. */
const LEAST_SAMPLE = 2 ** -25;

/**
 * Samples of the Gumbel-softmax distribution with unnormalised log-probabilities `logits`, in their shape, as
 * torch.nn.functional.gumbel_softmax. https://arxiv.org/abs/1611.00712
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { tau = 1, hard = false, dim = -1 } = options;
  return composed(logits, () => {
    requireFloat('gumbelSoftmax', 'logits', logits);
    if (!(tau > 0)) throw new ArgumentError(`gumbelSoftmax: tau is ${tau}, expected a number above 0`);
    const soft = logits.add(gumbelNoise(logits)).div(tau).softmax(dim);
    if (!hard) return soft;
    // The value is exactly one-hot: what is added has the value 0 and the gradient of the soft sample.
    return oneHotOfGreatest(soft, axisOf('gumbelSoftmax', dim, logits.ndim)).add(soft.sub(soft.detach()));
  });
}

/** `-log(e)` of exponential samples e, drawn in float32 for half-width logits. */
function gumbelNoise({ shape, device, dtype }: Tensor): Tensor {
  const uniform = rand(shape, { device, dtype: dtype === 'float64' ? dtype : 'float32' });
  const exponential = literal(uniform, 1).sub(uniform).log().neg();
  return castTo(exponential.maximum(literal(exponential, LEAST_SAMPLE)).log().neg(), dtype);
}

function oneHotOfGreatest(x: Tensor, axis: number): Tensor {
  return noGrad(() => {
    const winner = castTo(x.detach().argmax(axis, { keepdim: true }), 'int32');
    const position = source(x.home, 'iota', { shape: x.shape, axis });
    return castTo(apply('eq', [position, expandTo(winner, x.shape)], undefined), x.dtype);
  });
}
