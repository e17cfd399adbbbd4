/**
 * Probability distributions, as torch.distributions: draws, densities, entropies and divergences, all differentiable.
 *
 *     import { Normal, klDivergence } from '@tenfold/tensor/distributions';
 *
 * https://pytorch.org/docs/stable/distributions.html
 */

export {
  Categorical,
  Multinomial,
  OneHotCategorical,
  OneHotCategoricalStraightThrough,
} from './categorical.ts';
export type { ClassProbabilities } from './categorical.ts';
export {
  CatTransform,
  ComposeTransform,
  CumulativeDistributionTransform,
  IndependentTransform,
  ReshapeTransform,
  StackTransform,
} from './composed-transforms.ts';
export { LKJCholesky, Wishart } from './correlation.ts';
export { Bernoulli, Binomial, Geometric, NegativeBinomial, Poisson } from './discrete.ts';
export type { Spread } from './covariance.ts';
export { Distribution } from './distribution.ts';
export { Beta, Chi2, Dirichlet, Exponential, FisherSnedecor, Gamma, StudentT } from './gamma.ts';
export { GeneralizedPareto, InverseGamma } from './heavy-tails.ts';
export { klDivergence, registerKl } from './kl.ts';
export { Cauchy, Gumbel, HalfCauchy, Laplace, Uniform } from './location-scale.ts';
export { LowRankMultivariateNormal } from './low-rank-normal.ts';
export { MixtureSameFamily } from './mixture.ts';
export { MultivariateNormal } from './multivariate-normal.ts';
export { HalfNormal, LogNormal, LogisticNormal, Normal } from './normal.ts';
export { Kumaraswamy, Pareto, Weibull } from './positive.ts';
export type { ProbsOrLogits } from './probabilities.ts';
export { ContinuousBernoulli, RelaxedBernoulli, RelaxedOneHotCategorical } from './relaxed.ts';
export { Independent, TransformedDistribution } from './transformed.ts';
export {
  AbsTransform,
  AffineTransform,
  ExpTransform,
  PowerTransform,
  SigmoidTransform,
  SoftmaxTransform,
  SoftplusTransform,
  StickBreakingTransform,
  TanhTransform,
  Transform,
} from './transforms.ts';
export { CorrCholeskyTransform, LowerCholeskyTransform } from './triangle-transforms.ts';
export { VonMises } from './von-mises.ts';
