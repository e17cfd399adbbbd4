/**
 * The normal distribution of angles. Draws: Best & Fisher, "Efficient simulation of the von Mises distribution" (1979),
 * whose proposals are angles of a wrapped Cauchy distribution; a fixed number of them is made, and the first accepted one
 * taken, so that no loop depends on the numbers.
 */

import type { Shape } from '@tenfold/ir';
import { noGrad } from '../core/grad-mode.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';
import { i0e, i1e } from '../special/modified-bessel.ts';
import { Distribution } from './distribution.ts';
import { broadcastAll, positiveUniform, requirePositive, uniform } from './parameters.ts';

/** Proposals, each refused with at most 34 %: all are once in 10¹¹ draws. */
const ROUNDS = 24;

/**
 * Angles about `loc`, in radians, the nearer the greater `concentration` is. As torch.distributions.VonMises: mean and
 * variance are those of directions, and draws lie in [-π, π).
 */
export class VonMises extends Distribution {
  readonly loc: Tensor;
  readonly concentration: Tensor;

  constructor(loc: Operand, concentration: Operand) {
    requirePositive('VonMises', { concentration });
    const [place, kappa] = broadcastAll('VonMises', [loc, concentration]);
    super(place.shape);
    this.loc = place;
    this.concentration = kappa;
  }

  protected override rebuilt(f: (parameter: Tensor) => Tensor): VonMises {
    return new VonMises(f(this.loc), f(this.concentration));
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return i1e(this.concentration).div(i0e(this.concentration)).neg().add(1);
  }

  logProb(value: Tensor): Tensor {
    const { concentration: kappa } = this;
    const height = value.sub(this.loc).cos().sub(1).mul(kappa);
    return height.sub(i0e(kappa).log()).sub(Math.log(2 * Math.PI));
  }

  override sample(sampleShape: Shape = []): Tensor {
    return noGrad(() => {
      const angle = this.#turns(this.extended(sampleShape)).add(this.loc);
      return angle
        .add(Math.PI)
        .remainder(2 * Math.PI)
        .sub(Math.PI);
    });
  }

  /**
   * Draws about 0. With s = √(1 + 4κ²) and τ = 1 + s, the proposals' concentration is ρ = 2κ / (τ + √(2τ)), and an angle is
   * 2 atan((1 - ρ)/(1 + ρ) · tan(πu/2)) for u in (-1, 1). In this form, and with 1 - ρ as written here, nothing cancels for
   * small or great κ.
   */
  #turns(shape: Shape): Tensor {
    const { concentration: kappa } = this;
    const s = kappa.square().mul(4).add(1).sqrt();
    const root = s.add(1).mul(2).sqrt();
    const whole = s.add(1).add(root);
    const rho = kappa.mul(2).div(whole);
    const gap = s.add(kappa.mul(2)).reciprocal().add(1).add(root).div(whole);
    const proposals = [ROUNDS, ...shape];
    const u = uniform(kappa, proposals).mul(2).sub(1);
    const half = u
      .mul(Math.PI / 2)
      .tan()
      .mul(gap.div(rho.add(1)))
      .atan();
    const c = half
      .sin()
      .square()
      .mul(2)
      .add(gap.square().div(rho.mul(2)))
      .mul(kappa);
    const accepted = positiveUniform(kappa, proposals).log().le(c.log().add(1).sub(c));
    const first = accepted.to('int32').argmax(0, { keepdim: true });
    return half.mul(2).gather(0, first).squeeze(0);
  }
}
