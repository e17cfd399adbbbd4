/**
 * Numbers of the Poisson distribution. Small rates invert the distribution function, large ones take Hörmann's
 * transformed rejection (PTRS: "The transformed rejection method for generating Poisson random variables", 1993). No
 * loop depends on the numbers: a fixed number of proposals is made, all of which are refused once in 10⁹ draws.
 */

import { computeType } from '@tenfold/ir';
import { castTo, literal } from '../core/broadcast.ts';
import { noGrad } from '../core/grad-mode.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { lgamma } from '../ops/gamma.ts';
import { asFloat } from '../ops/numeric.ts';
import { floor } from '../ops/rounding.ts';
import { randLike } from './random.ts';
import type { RandomOptions } from './random.ts';

/** Rates below are inverted. */
const SMALL = 10;
/** A count above has a probability below 10⁻¹² at the rate 10. */
const GREATEST_SMALL = 44;
const ROUNDS = 9;

/** A whole number with mean `input` for each element, in its dtype. As torch.poisson. */
export function poisson(input: Tensor, { generator }: Pick<RandomOptions, 'generator'> = {}): Tensor {
  return noGrad(() => {
    const float = asFloat(input);
    const rate = castTo(float, computeType(float.dtype));
    const isSmall = raw.lt(rate, literal(rate, SMALL));
    const small = inverted(raw.where(isSmall, rate, literal(rate, 1)), { generator });
    const large = rejected(raw.where(isSmall, literal(rate, SMALL), rate), { generator });
    return castTo(raw.where(isSmall, small, large), float.dtype);
  });
}

/** How many values of the distribution function a uniform number exceeds. */
function inverted(rate: Tensor, options: RandomOptions): Tensor {
  const u = randLike(rate, options);
  let probability = raw.exp(raw.neg(rate));
  let cumulative = probability;
  let count = literal(rate, 0);
  for (let k = 1; k <= GREATEST_SMALL; k++) {
    count = raw.add(count, castTo(raw.le(cumulative, u), rate.dtype));
    probability = raw.mul(probability, raw.mul(rate, literal(rate, 1 / k)));
    cumulative = raw.add(cumulative, probability);
  }
  return count;
}

function rejected(rate: Tensor, options: RandomOptions): Tensor {
  const logRate = rate.log();
  const b = rate.sqrt().mul(2.53).add(0.931);
  const a = b.mul(0.02483).sub(0.059);
  const inverseAlpha = b.sub(3.4).reciprocal().mul(1.1328).add(1.1239);
  const vr = b.sub(2).reciprocal().mul(-3.6224).add(0.9277);
  let result = rate.add(0.5);
  for (let round = 0; round < ROUNDS; round++) {
    const u = randLike(rate, options).sub(0.5);
    const v = randLike(rate, options);
    const us = u.abs().neg().add(0.5);
    const k = floor(a.mul(2).div(us).add(b).mul(u).add(rate).add(0.43));
    const quick = raw.and(us.ge(0.07), v.le(vr));
    const possible = raw.and(k.ge(0), raw.not(raw.and(us.lt(0.013), us.lt(v))));
    const density = v.log().add(inverseAlpha.log()).sub(a.div(us.square()).add(b).log());
    const slow = density.le(
      k
        .mul(logRate)
        .sub(rate)
        .sub(lgamma(k.add(1))),
    );
    result = raw.where(raw.or(quick, raw.and(possible, slow)), k, result);
  }
  return floor(result);
}
