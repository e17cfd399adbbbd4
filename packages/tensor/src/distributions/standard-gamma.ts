/**
 * Draws of the gamma distribution with rate 1, and how they move with its shape parameter. Draws: Marsaglia & Tsang, "A
 * simple method for generating gamma variables" (2000), whose proposals are accepted with at least 95 %; a fixed number
 * of them is made, so that no loop depends on the numbers. Gradients: implicit reparameterization (Figurnov, Mohamed &
 * Mnih, 2018), dz/dα = -(∂F(z; α)/∂α) / p(z; α), with the integral in it by Gauss-Legendre quadrature.
 */

import type { Shape } from '@tenfold/ir';
import { customGrad } from '../core/custom-grad.ts';
import type { Tensor } from '../core/tensor.ts';
import { tensor } from '../creation/from-data.ts';
import { where } from '../ops/where.ts';
import { LEAST_NORMAL, positiveUniform, standardNormal } from './parameters.ts';

/** Proposals; all are refused once in 10¹⁰ draws. */
const ROUNDS = 8;

/** Draws of shape `shape`, which `concentration` broadcasts to. */
export function standardGamma(concentration: Tensor, shape: Shape): Tensor {
  const alpha = concentration.expand(shape);
  return customGrad(
    [alpha],
    () => draw(alpha, shape),
    (gradient, z) => [gradient.mul(shapeDerivative(alpha.detach(), z.detach()))],
  );
}

/** Below 1 the shape is raised by 1, and the draw multiplied by u^(1/α). */
function draw(alpha: Tensor, shape: Shape): Tensor {
  const isSmall = alpha.lt(1);
  const raised = where(isSmall, alpha.add(1), alpha);
  const d = raised.sub(1 / 3);
  const c = d.mul(9).rsqrt();
  let result: Tensor | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const x = standardNormal(alpha, shape);
    const v = x.mul(c).add(1).pow(3);
    const bound = x
      .square()
      .mul(0.5)
      .add(d)
      .sub(d.mul(v))
      .add(d.mul(v.clamp(1e-30).log()));
    const accepted = v.gt(0).logicalAnd(positiveUniform(alpha, shape).log().lt(bound));
    result = where(accepted, v, result ?? v.abs());
  }
  const boost = positiveUniform(alpha, shape).log().div(alpha).exp();
  const z = d.mul(result ?? d);
  return where(isSmall, z.mul(boost), z).clamp(LEAST_NORMAL);
}

/**
 * Nodes and weights of Gauss-Legendre quadrature on [0, 1], by Newton's method on the Legendre polynomial, with the variable
 * squared: integrands here change fastest near 0.
 */
function gaussLegendre(count: number): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 60; step++) {
      let [before, now] = [1, x];
      for (let n = 2; n <= count; n++) [before, now] = [now, ((2 * n - 1) * x * now - (n - 1) * before) / n];
      slope = (count * (x * now - before)) / (x * x - 1);
      x -= now / slope;
    }
    const node = (1 - x) / 2;
    nodes.push(node * node);
    weights.push((2 * node) / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}

const QUADRATURE = gaussLegendre(40);
/** An integrand is followed until it has fallen to e⁻²⁰. */
const FALL = 20;

/**
 * dz/dα. With F the distribution function, -∂F/∂α / p(z) is -∫₀ᶻ r(t) (log t - ψ(α)) dt, r(t) = (t/z)^(α-1) e^(z-t), or
 * ∫_z^∞ of the same, since both together are 0: taken on the side where the density falls, nothing cancels. There
 * t = z·e^(σs), with σ = -1 below the centre and 1 above, and r(t) dt = σ z e^(σαs - z(e^(σs) - 1)) ds.
 */
export function shapeDerivative(alpha: Tensor, z: Tensor): Tensor {
  const [a, x] = [alpha.unsqueeze(-1), z.unsqueeze(-1)];
  const { dtype, device } = alpha;
  const sigma = where(x.lt(a), -1, 1).to(dtype);
  const slope = x.sub(a).abs();
  const parabola = slope
    .square()
    .add(x.mul((4 / 3) * FALL))
    .sqrt()
    .add(slope)
    .reciprocal()
    .mul(2 * FALL);
  // Below, the parabola is a bound up to s = 1; above, the exponential soon falls faster than it does.
  const below = where(parabola.lt(1), parabola, x.add(FALL).div(a));
  const above = parabola.minimum(a.mul(parabola).add(FALL).div(x).log1p());
  const reach = where(x.lt(a), below, above);
  const s = reach.mul(tensor(QUADRATURE.nodes, { dtype, device })).mul(sigma);
  const values = a
    .mul(s)
    .sub(x.mul(s.expm1()))
    .exp()
    .mul(s.add(x.log().sub(a.digamma())));
  const integral = values.mul(tensor(QUADRATURE.weights, { dtype, device })).sum(-1);
  return integral.mul(reach.mul(sigma).squeeze(-1)).mul(z);
}
