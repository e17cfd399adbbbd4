/**
 * Special functions, as torch.special: gamma, error and Bessel functions, orthogonal polynomials, the normal distribution.
 * https://pytorch.org/docs/stable/special.html
 */

export { erf, exp2, expm1, log1p, sigmoid as expit } from '../ops/exponential.ts';
export { sinc } from '../ops/angles.ts';
export { erfc, erfcx, erfinv } from '../ops/error-function.ts';
export {
  digamma,
  digamma as psi,
  lgamma as gammaln,
  mvlgamma as multigammaln,
  polygamma,
} from '../ops/gamma.ts';
export { logit, xlog1py, xlogy } from '../ops/log-space.ts';
export { round } from '../ops/rounding.ts';
export { logSoftmax, logsumexp, softmax } from '../ops/softmax.ts';
export { zeta } from '../ops/zeta.ts';
export { airyAi } from './airy.ts';
export * from './bessel.ts';
export { gammainc, gammaincc } from './incomplete-gamma.ts';
export * from './modified-bessel.ts';
export * from './normal-distribution.ts';
export * from './orthogonal-polynomials.ts';
