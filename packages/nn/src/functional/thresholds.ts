/** Activation functions that leave elements alone on one side of a threshold and replace or shrink them on the other. */

import { ArgumentError } from '@tenfold/ir';
import { rand, where, hardshrink as hardshrinkOf } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, literal, numberTensor } from '@tenfold/tensor/internal';
import { leakyRelu } from './activations.ts';

/** `x` above `threshold`, `value` elsewhere, as torch.nn.functional.threshold. NaN stays. */
export function threshold(input: Tensor, threshold: number, value: number): Tensor {
  return composed(input, () =>
    where(input.le(threshold), numberTensor(input.home, value, input.dtype), input),
  );
}

/** 0 where `|x| <= lambd`, `x` elsewhere, as torch.nn.functional.hardshrink. */
export function hardshrink(input: Tensor, lambd = 0.5): Tensor {
  return composed(input, () => hardshrinkOf(input, lambd));
}

/** `x` moved towards 0 by `lambd`, and 0 where that would cross it, as torch.nn.functional.softshrink. */
export function softshrink(input: Tensor, lambd = 0.5): Tensor {
  return composed(input, () => {
    if (!(lambd >= 0))
      throw new ArgumentError(`softshrink: lambd is ${lambd}, expected a number of at least 0`);
    const below = where(input.lt(-lambd), input.add(lambd), literal(input, 0));
    return where(input.gt(lambd), input.sub(lambd), below);
  });
}

/** `x - tanh(x)`, as torch.nn.functional.tanhshrink. */
export function tanhshrink(input: Tensor): Tensor {
  return composed(input, () => input.sub(input.tanh()));
}

export interface RreluOptions {
  /** The least slope. Default 1/8. */
  readonly lower?: number;
  /** The greatest slope. Default 1/3. */
  readonly upper?: number;
  /** Whether to draw a slope for each element; else it is the mean of the two. Default false. */
  readonly training?: boolean;
}

/** As leakyRelu with a random slope, as torch.nn.functional.rrelu. https://arxiv.org/abs/1505.00853 */
export function rrelu(input: Tensor, options: RreluOptions = {}): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false } = options;
  return composed(input, () => {
    checkSlopes('rrelu', lower, upper);
    if (!training) return leakyRelu(input, (lower + upper) / 2);
    const slope = rand(input.shape, { device: input.device, dtype: input.dtype })
      .mul(upper - lower)
      .add(lower);
    return where(input.gt(literal(input, 0)), input, input.mul(slope));
  });
}

/** Raises ArgumentError unless the slopes are finite numbers in order. */
export function checkSlopes(op: string, lower: number, upper: number): void {
  if (Number.isFinite(lower) && Number.isFinite(upper) && lower <= upper) return;
  throw new ArgumentError(
    `${op}: slopes from ${lower} to ${upper}; expected finite numbers with lower <= upper`,
  );
}
