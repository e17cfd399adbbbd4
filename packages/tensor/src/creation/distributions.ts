/**
 * Random numbers whose distribution the elements of tensors say: chances, weights, means and deviations.
 * Gradients do not pass through them, as in PyTorch.
 * https://pytorch.org/docs/stable/torch.html#random-sampling
 */

import {
  ArgumentError,
  DTypeError,
  ShapeError,
  broadcastShapes,
  computeType,
  formatShape,
  isFloat,
} from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import { Tensor } from '../core/tensor.ts';
import { reduceAxes } from '../ops/reduce-axes.ts';
import { unsqueeze } from '../ops/shape.ts';
import { sliceAxis } from '../ops/slice-axis.ts';
import { uniform } from '../random/bits.ts';
import { defaultGenerator } from '../random/generator.ts';
import type { Generator } from '../random/generator.ts';
import { randn } from './random.ts';
import type { RandomOptions } from './random.ts';

export interface DrawOptions {
  /** Where the numbers come from; the one that `manualSeed` sets when absent. */
  readonly generator?: Generator;
}

/**
 * 1 with the probability that each element of `self` says, or `p` for all, else 0; in the dtype of `self`. As
 * torch.bernoulli.
 */
export function bernoulli(self: Tensor, p?: number | Tensor, { generator }: DrawOptions = {}): Tensor {
  if (p === undefined && !isFloat(self.dtype))
    throw new DTypeError(
      `bernoulli: probabilities are floats, got ${self.dtype}; give p or cast with float()`,
    );
  const chance =
    p === undefined || p instanceof Tensor ? valueOf(p ?? self) : numberTensor(self.home, p, 'float32');
  const wide = castTo(chance, isFloat(chance.dtype) ? computeType(chance.dtype) : 'float32');
  const u = draw(wide, self.shape, generator);
  return castTo(raw.lt(u, expandTo(wide, self.shape)), self.dtype);
}

/** Normal numbers of the given means and standard deviations, tensors or numbers that broadcast. As torch.normal. */
export function normal(mean: Tensor, std?: Tensor | number, options?: DrawOptions): Tensor;
export function normal(mean: number, std: Tensor, options?: DrawOptions): Tensor;
/** Normal numbers of one mean and one standard deviation, of shape `size`. As torch.normal. */
export function normal(mean: number, std: number, size: Shape | number, options?: RandomOptions): Tensor;
export function normal(
  mean: Tensor | number,
  std: Tensor | number = 1,
  third: Shape | number | DrawOptions = {},
  options: RandomOptions = {},
): Tensor {
  const isSize = typeof third === 'number' || Array.isArray(third);
  if (isSize) {
    const noise = randn(third as Shape | number, { ...options, requiresGrad: false });
    return noise
      .mul(std)
      .add(mean)
      .requiresGrad_(options.requiresGrad ?? false);
  }
  const [first, second] = [mean, std].map((x) => (x instanceof Tensor ? valueOf(x) : x));
  const tensors = [first, second].filter((x) => x instanceof Tensor);
  if (tensors.length === 0)
    throw new ArgumentError('normal: both parameters are numbers; give a size, or tensors');
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes('normal', a, b));
  const [{ home, dtype }] = tensors;
  const { generator } = third as DrawOptions;
  const noise = randn(shape, { dtype, device: home.name, ...(generator && { generator }) });
  return noise.mul(second).add(first);
}

export interface MultinomialOptions extends DrawOptions {
  /** Whether a position may be drawn again. Default false. */
  readonly replacement?: boolean;
}

/**
 * Positions (int64) drawn with probabilities in proportion to `self`, a vector or the rows of a matrix. As
 * torch.multinomial. Without replacement `numSamples` are the firsts in a race of exponential times.
 * @throws ArgumentError for more samples than there are positions, without replacement.
 */
export function multinomial(
  self: Tensor,
  numSamples: number,
  { replacement = false, generator }: MultinomialOptions = {},
): Tensor {
  if (self.ndim < 1 || self.ndim > 2)
    throw new ShapeError(`multinomial: expected a vector or a matrix, got ${formatShape(self.shape)}`);
  if (!isFloat(self.dtype))
    throw new DTypeError(`multinomial: weights are floats, got ${self.dtype}; cast with float()`);
  const size = self.shape[self.ndim - 1];
  if (!Number.isInteger(numSamples) || numSamples < 1 || (!replacement && numSamples > size)) {
    throw new ArgumentError(
      `multinomial: ${numSamples} samples of ${size} positions; expected a whole number from 1` +
        (replacement ? '' : `, and at most ${size} without replacement`),
    );
  }
  const axis = self.ndim - 1;
  const weights = castTo(valueOf(self), computeType(self.dtype));
  if (!replacement) {
    const time = raw.neg(raw.log(raw.sub(literal(weights, 1), draw(weights, weights.shape, generator))));
    const order = apply('argsort', [raw.div(weights, time)], { axis, descending: true });
    return castTo(sliceAxis(order, axis, 0, numSamples), 'int64');
  }
  const sums = apply('scan', [weights], { kind: 'sum', axis });
  const total = sliceAxis(sums, axis, size - 1, 1);
  const shape = [...self.shape.slice(0, axis), numSamples];
  const mark = raw.mul(draw(weights, shape, generator), expandTo(total, shape));
  const wide = [...shape, size];
  const passed = raw.le(expandTo(unsqueeze(sums, -2), wide), expandTo(unsqueeze(mark, -1), wide));
  const position = reduceAxes('sum', castTo(passed, 'int32'), [axis + 1]);
  return castTo(raw.min(position, literal(position, size - 1)), 'int64');
}

/** Uniform numbers in the dtype and on the device of `like`. */
function draw(like: Tensor, shape: Shape, generator: Generator = defaultGenerator): Tensor {
  return uniform(like.home, shape, like.dtype, generator);
}

function valueOf(x: Tensor): Tensor {
  return apply('detach', [x], undefined);
}
