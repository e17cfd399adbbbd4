/**
 * Kullback-Leibler divergences in closed form, by the classes of the two distributions, as
 * torch.distributions.kl. `registerKl` adds others.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { Categorical, OneHotCategorical } from './categorical.ts';
import { Wishart, wishartKl } from './correlation.ts';
import { Bernoulli, Binomial, Geometric, Poisson } from './discrete.ts';
import type { Distribution } from './distribution.ts';
import { Beta, Dirichlet, Exponential, Gamma } from './gamma.ts';
import { Cauchy, Gumbel, Laplace, Uniform } from './location-scale.ts';
import { NormalVector, multivariateKl } from './multivariate-normal.ts';
import { HalfNormal, LogNormal, Normal } from './normal.ts';
import { sumRightmost } from './parameters.ts';
import { Pareto } from './positive.ts';
import { Independent } from './transformed.ts';

type Class<D extends Distribution> = abstract new (...args: never[]) => D;
type Divergence = (p: Distribution, q: Distribution) => Tensor | undefined;

/**
 * Gives `klDivergence` a formula for two classes (and what extends them), as torch.distributions.kl.register_kl. Later
 * ones come first.
 */
export function registerKl<P extends Distribution, Q extends Distribution>(
  typeP: Class<P>,
  typeQ: Class<Q>,
  divergence: (p: P, q: Q) => Tensor,
): void {
  registry.unshift(between(typeP, typeQ, divergence));
}

function between<P extends Distribution, Q extends Distribution>(
  typeP: Class<P>,
  typeQ: Class<Q>,
  divergence: (p: P, q: Q) => Tensor,
): Divergence {
  return (p, q) => (p instanceof typeP && q instanceof typeQ ? divergence(p, q) : undefined);
}

/**
 * KL(p ‖ q) in nats, of the batches' shape. As torch.distributions.kl_divergence.
 * @throws ArgumentError where there is no formula for the two classes.
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  for (const divergence of registry) {
    const result = divergence(p, q);
    if (result) return result;
  }
  throw new ArgumentError(
    `klDivergence: there is no closed form for ${p.constructor.name} and ${q.constructor.name}; give one with registerKl(), or ` +
      'average p.logProb(x) - q.logProb(x) over draws of p',
  );
}

function normals(p: Normal, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale).square();
  const shift = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.add(shift).sub(1).sub(ratio.log()).mul(0.5);
}

function categoricals(p: Categorical, q: Categorical): Tensor {
  const terms = p.probs.mul(p.logits.sub(q.logits));
  const impossible = q.probs.eq(0).logicalAnd(p.probs.ne(0));
  return terms.maskedFill(p.probs.eq(0), 0).maskedFill(impossible, Infinity).sum(-1);
}

function bernoullis(p: Bernoulli, q: Bernoulli): Tensor {
  const one = p.probs.xlogy(p.probs.div(q.probs));
  const rest = p.probs.neg().add(1);
  return one.add(rest.xlogy(rest.div(q.probs.neg().add(1))));
}

function gammas(p: Gamma, q: Gamma): Tensor {
  const first = q.concentration.mul(p.rate.div(q.rate).log());
  const second = q.concentration.lgamma().sub(p.concentration.lgamma());
  const third = p.concentration.sub(q.concentration).mul(p.concentration.digamma());
  return first
    .add(second)
    .add(third)
    .add(q.rate.sub(p.rate).mul(p.concentration.div(p.rate)));
}

function dirichlets(p: Dirichlet, q: Dirichlet): Tensor {
  const [a, b] = [p.concentration, q.concentration];
  const total = a.sum(-1, { keepdim: true });
  const normalisers = total
    .squeeze(-1)
    .lgamma()
    .sub(b.sum(-1).lgamma())
    .sub(a.lgamma().sub(b.lgamma()).sum(-1));
  return normalisers.add(a.sub(b).mul(a.digamma().sub(total.digamma())).sum(-1));
}

function betas(p: Beta, q: Beta): Tensor {
  const [total, other] = [p, q].map((of) => of.concentration1.add(of.concentration0));
  const first = q.concentration1.lgamma().add(q.concentration0.lgamma()).add(total.lgamma());
  const second = p.concentration1.lgamma().add(p.concentration0.lgamma()).add(other.lgamma());
  const third = p.concentration1.sub(q.concentration1).mul(p.concentration1.digamma());
  const fourth = p.concentration0.sub(q.concentration0).mul(p.concentration0.digamma());
  return first.sub(second).add(third).add(fourth).add(other.sub(total).mul(total.digamma()));
}

function laplaces(p: Laplace, q: Laplace): Tensor {
  const ratio = p.scale.div(q.scale);
  const distance = p.loc.sub(q.loc).abs();
  const near = ratio.mul(distance.neg().div(p.scale).exp());
  return ratio.log().neg().add(distance.div(q.scale)).add(near).sub(1);
}

function gumbels(p: Gumbel, q: Gumbel): Tensor {
  const ratio = p.scale.div(q.scale);
  const shift = q.loc.div(q.scale);
  const mean = p.loc.div(q.scale);
  const power = shift.sub(mean).add(ratio.add(1).lgamma());
  return ratio
    .log()
    .neg()
    .sub(shift)
    .add(mean)
    .add(ratio.mul(EULER))
    .add(power.exp())
    .sub(1 + EULER);
}

const EULER = 0.577215664901532860606512090082402431;

function uniforms(p: Uniform, q: Uniform): Tensor {
  const gain = q.high.sub(q.low).div(p.high.sub(p.low)).log();
  return gain.maskedFill(q.low.gt(p.low).logicalOr(q.high.lt(p.high)), Infinity);
}

function cauchys(p: Cauchy, q: Cauchy): Tensor {
  const spread = p.scale.add(q.scale).square().add(p.loc.sub(q.loc).square());
  return spread.log().sub(p.scale.mul(q.scale).mul(4).log());
}

function paretos(p: Pareto, q: Pareto): Tensor {
  const scales = p.scale.div(q.scale);
  const ratio = q.alpha.div(p.alpha);
  const gain = q.alpha.mul(scales.log()).sub(ratio.log()).add(ratio).sub(1);
  return gain.maskedFill(p.scale.lt(q.scale), Infinity);
}

const registry: Divergence[] = [
  between(Uniform, Normal, (p, q) => {
    const width = p.high.sub(p.low);
    const middle = p.high.add(p.low).sub(q.loc.mul(2)).mul(0.5).square();
    const spread = width.square().div(12).add(middle).div(q.scale.square()).mul(0.5);
    return q.scale
      .mul(Math.sqrt(2 * Math.PI))
      .div(width)
      .log()
      .add(spread);
  }),
  between(Exponential, Gamma, (p, q) => {
    const ratio = q.rate.div(p.rate);
    return q.concentration
      .mul(ratio.log())
      .neg()
      .add(ratio)
      .add(q.concentration.lgamma())
      .add(q.concentration.mul(EULER))
      .sub(1 + EULER);
  }),
  between(Gamma, Exponential, (p, q) => {
    const rest = q.rate.div(p.rate).mul(p.concentration).sub(q.rate.log());
    return p.entropy().neg().add(rest);
  }),
  between(Normal, Laplace, (p, q) => {
    const shift = p.loc.sub(q.loc);
    const x = shift.div(p.scale.mul(Math.SQRT2));
    const distance = p.scale
      .mul(Math.sqrt(2 / Math.PI))
      .mul(x.square().neg().exp())
      .add(shift.mul(x.erf()));
    return distance.div(q.scale).add(q.scale.mul(2).log()).sub(p.entropy());
  }),
  between(Laplace, Normal, (p, q) => {
    const variance = q.scale.square();
    const spread = p.scale.square().mul(2).add(p.loc.sub(q.loc).square()).div(variance.mul(2));
    return spread
      .add(variance.log().mul(0.5))
      .add(0.5 * Math.log(2 * Math.PI))
      .sub(p.entropy());
  }),
  between(Normal, Normal, normals),
  between(NormalVector, NormalVector, multivariateKl),
  between(Wishart, Wishart, wishartKl),
  between(LogNormal, LogNormal, (p, q) => normals(p.base, q.base)),
  between(HalfNormal, HalfNormal, (p, q) => normals(p.base, q.base)),
  between(Bernoulli, Bernoulli, bernoullis),
  between(Binomial, Binomial, (p, q) => {
    if (p.totalCount > q.totalCount) return p.probs.add(q.probs).mul(0).add(Infinity);
    if (p.totalCount < q.totalCount)
      throw new ArgumentError(
        'klDivergence: Binomial with fewer tries against one with more has no closed form',
      );
    return p.probs
      .mul(p.logits.sub(q.logits))
      .add(p.probs.neg().log1p())
      .sub(q.probs.neg().log1p())
      .mul(p.totalCount);
  }),
  between(Geometric, Geometric, (p, q) =>
    p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits),
  ),
  between(Poisson, Poisson, (p, q) => p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate))),
  between(Exponential, Exponential, (p, q) => {
    const ratio = q.rate.div(p.rate);
    return ratio.sub(ratio.log()).sub(1);
  }),
  between(Categorical, Categorical, categoricals),
  between(OneHotCategorical, OneHotCategorical, (p, q) =>
    categoricals(new Categorical({ logits: p.logits }), new Categorical({ logits: q.logits })),
  ),
  between(Gamma, Gamma, gammas),
  between(Beta, Beta, betas),
  between(Dirichlet, Dirichlet, dirichlets),
  between(Laplace, Laplace, laplaces),
  between(Gumbel, Gumbel, gumbels),
  between(Uniform, Uniform, uniforms),
  between(Cauchy, Cauchy, cauchys),
  between(Pareto, Pareto, paretos),
  between(Independent, Independent, (p, q) => {
    if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims)
      throw new ArgumentError(
        'klDivergence: the two Independent distributions take different numbers of axes together',
      );
    return sumRightmost(klDivergence(p.base, q.base), p.reinterpretedBatchNdims);
  }),
];
