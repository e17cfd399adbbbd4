/** Distributions of positive numbers and shares whose quantiles are powers. */

import type { Shape } from '@tenfold/ir';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { where } from '../ops/where.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, positiveUniform, requirePositive } from './parameters.ts';

const EULER = 0.577215664901532860606512090082402431;

/** Two positive parameters, and draws as quantiles of uniform numbers. */
abstract class ByQuantiles extends Distribution {
  protected readonly first: Tensor;
  protected readonly second: Tensor;

  constructor(parameters: Readonly<Record<string, Operand>>) {
    requirePositive(new.target.name, parameters);
    const [first, second] = Object.values(parameters);
    const [a, b] = broadcastAll(new.target.name, [first, second]);
    super(a.shape);
    this.first = a;
    this.second = b;
  }

  override get hasRsample(): boolean {
    return true;
  }

  override rsample(sampleShape: Shape = []): Tensor {
    return this.icdf(positiveUniform(this.first, this.extended(sampleShape)).mul(1 - 2 ** -23));
  }
}

/** Times until the weakest of many parts fails. As torch.distributions.Weibull. */
export class Weibull extends ByQuantiles {
  constructor(scale: Operand, concentration: Operand) {
    super({ scale, concentration });
  }

  get scale(): Tensor {
    return this.first;
  }

  get concentration(): Tensor {
    return this.second;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Weibull {
    return new Weibull(f(this.scale), f(this.concentration));
  }

  #moment(order: number): Tensor {
    return this.concentration.reciprocal().mul(order).add(1).lgamma().exp();
  }

  override get mean(): Tensor {
    return this.scale.mul(this.#moment(1));
  }

  override get mode(): Tensor {
    const k = this.concentration;
    return this.scale.mul(k.sub(1).div(k).pow(k.reciprocal()));
  }

  override get variance(): Tensor {
    return this.scale.square().mul(this.#moment(2).sub(this.#moment(1).square()));
  }

  logProb(value: Tensor): Tensor {
    const { scale, concentration: k } = this;
    const ratio = value.div(scale);
    return k.div(scale).log().add(k.sub(1).mul(ratio.log())).sub(ratio.pow(k));
  }

  override cdf(value: Tensor): Tensor {
    return value.div(this.scale).pow(this.concentration).neg().expm1().neg();
  }

  override icdf(value: Tensor): Tensor {
    return value.neg().log1p().neg().pow(this.concentration.reciprocal()).mul(this.scale);
  }

  override entropy(): Tensor {
    const k = this.concentration;
    return k.reciprocal().neg().add(1).mul(EULER).add(this.scale.div(k).log()).add(1);
  }
}

/** Density that falls with a power from `scale` on. As torch.distributions.Pareto. */
export class Pareto extends ByQuantiles {
  constructor(scale: Operand, alpha: Operand) {
    super({ scale, alpha });
  }

  get scale(): Tensor {
    return this.first;
  }

  get alpha(): Tensor {
    return this.second;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Pareto {
    return new Pareto(f(this.scale), f(this.alpha));
  }

  override get mean(): Tensor {
    const { alpha } = this;
    return where(alpha.gt(1), alpha.mul(this.scale).div(alpha.sub(1)), Infinity);
  }

  override get mode(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    const { alpha } = this;
    const finite = this.scale
      .square()
      .mul(alpha)
      .div(alpha.sub(1).square().mul(alpha.sub(2)));
    return where(alpha.gt(2), finite, Infinity);
  }

  logProb(value: Tensor): Tensor {
    const { alpha, scale } = this;
    return alpha.log().add(alpha.mul(scale.log())).sub(alpha.add(1).mul(value.log()));
  }

  override cdf(value: Tensor): Tensor {
    return value.div(this.scale).pow(this.alpha.neg()).neg().add(1);
  }

  override icdf(value: Tensor): Tensor {
    return value.neg().add(1).pow(this.alpha.reciprocal().neg()).mul(this.scale);
  }

  override entropy(): Tensor {
    return this.scale.div(this.alpha).log().add(this.alpha.reciprocal()).add(1);
  }
}

/** A share with a distribution function in closed form. As torch.distributions.Kumaraswamy. */
export class Kumaraswamy extends ByQuantiles {
  constructor(concentration1: Operand, concentration0: Operand) {
    super({ concentration1, concentration0 });
  }

  get concentration1(): Tensor {
    return this.first;
  }

  get concentration0(): Tensor {
    return this.second;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): Kumaraswamy {
    return new Kumaraswamy(f(this.concentration1), f(this.concentration0));
  }

  #moment(order: number): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const x = a.reciprocal().mul(order).add(1);
    return b.log().add(x.lgamma()).add(b.lgamma()).sub(x.add(b).lgamma()).exp();
  }

  override get mean(): Tensor {
    return this.#moment(1);
  }

  override get mode(): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const inside = a.sub(1).div(a.mul(b).sub(1)).pow(a.reciprocal());
    return inside.maskedFill(a.lt(1).logicalOr(b.lt(1)), NaN);
  }

  override get variance(): Tensor {
    return this.#moment(2).sub(this.#moment(1).square());
  }

  logProb(value: Tensor): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const rest = b.sub(1).mul(value.pow(a).neg().log1p());
    return a.mul(b).log().add(a.sub(1).mul(value.log())).add(rest);
  }

  override cdf(value: Tensor): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    return value.pow(a).neg().log1p().mul(b).expm1().neg();
  }

  override icdf(value: Tensor): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    return value.neg().log1p().div(b).expm1().neg().pow(a.reciprocal());
  }

  override entropy(): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const harmonic = b.add(1).digamma().add(EULER);
    return b
      .reciprocal()
      .neg()
      .add(1)
      .add(a.reciprocal().neg().add(1).mul(harmonic))
      .sub(a.log())
      .sub(b.log());
  }
}
