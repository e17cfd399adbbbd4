/** Draws of distributions: their moments, their gradients, their shapes. Densities are compared with PyTorch elsewhere. */

import { ArgumentError, distributions as D, manualSeed, tensor } from 'tenfold';
import type { Tensor } from 'tenfold';
import { beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => manualSeed(5));

const COUNT = 20_000;
const probs = tensor([0.1, 0.2, 0.7]);
const logits = tensor([0.3, -1, 1]);

const families: Readonly<Record<string, D.Distribution>> = {
  Normal: new D.Normal(tensor([1, -2]), tensor([0.5, 2])),
  LogNormal: new D.LogNormal(0.2, 0.4),
  HalfNormal: new D.HalfNormal(2),
  Laplace: new D.Laplace(1, 0.5),
  Gumbel: new D.Gumbel(-1, 0.7),
  Uniform: new D.Uniform(tensor([-1.5, 2]), tensor([0.5, 4])),
  Gamma: new D.Gamma(tensor([0.2, 0.9, 3, 40]), tensor([1, 2, 0.5, 4])),
  Chi2: new D.Chi2(3),
  Exponential: new D.Exponential(2.5),
  Beta: new D.Beta(tensor([0.4, 3]), tensor([0.7, 2])),
  Dirichlet: new D.Dirichlet(tensor([0.5, 2.5, 4])),
  StudentT: new D.StudentT(12, 1, 2),
  FisherSnedecor: new D.FisherSnedecor(5, 20),
  Weibull: new D.Weibull(2, 1.5),
  Pareto: new D.Pareto(1, 6),
  Kumaraswamy: new D.Kumaraswamy(2, 3),
  Bernoulli: new D.Bernoulli({ probs }),
  Geometric: new D.Geometric({ probs: 0.4 }),
  Binomial: new D.Binomial(7, { logits }),
  NegativeBinomial: new D.NegativeBinomial(3, { probs: 0.3 }),
  Poisson: new D.Poisson(tensor([0.3, 4, 9.5, 30, 700])),
  OneHotCategorical: new D.OneHotCategorical({ probs }),
  Multinomial: new D.Multinomial(4, { probs }),
  ContinuousBernoulli: new D.ContinuousBernoulli({ probs: tensor([0.2, 0.5, 0.8]) }),
  InverseGamma: new D.InverseGamma(tensor([12, 30]), tensor([2, 0.5])),
  GeneralizedPareto: new D.GeneralizedPareto(1, 2, tensor([-0.5, 0, 0.1])),
  MultivariateNormal: new D.MultivariateNormal(tensor([1.5, -1]), {
    scaleTril: tensor([
      [1, 0],
      [0.5, 2],
    ]),
  }),
  LowRankMultivariateNormal: new D.LowRankMultivariateNormal(
    tensor([1.5, -1, 0]),
    tensor([[1], [-2], [0.5]]),
    tensor([0.5, 1, 2]),
  ),
  Wishart: new D.Wishart(7, {
    scaleTril: tensor([
      [1, 0],
      [0.5, 2],
    ]),
  }),
  MixtureSameFamily: new D.MixtureSameFamily(
    new D.Categorical({ probs: tensor([0.3, 0.7]) }),
    new D.Normal(tensor([-2, 3]), tensor([0.5, 1])),
  ),
};

describe('draws have the mean and the variance of', () => {
  test.each(Object.entries(families))('%s', async (_, distribution) => {
    const draws = distribution.sample([COUNT]);
    expect(draws.shape).toEqual([COUNT, ...distribution.batchShape, ...distribution.eventShape]);
    const [mean, variance] = [await numbers(distribution.mean), await numbers(distribution.variance)];
    const [found, spread] = [await numbers(draws.mean(0)), await numbers(draws.var(0))];
    mean.forEach((value, i) => {
      expect(Math.abs(found[i] - value)).toBeLessThan(5 * Math.sqrt(variance[i] / COUNT));
      expect(spread[i] / variance[i]).toBeGreaterThan(0.8);
      expect(spread[i] / variance[i]).toBeLessThan(1.25);
    });
  });
});

async function numbers(x: Tensor): Promise<number[]> {
  return Array.from(await x.data(), Number);
}

test('classes come up as often as they should', async () => {
  const draws = await numbers(new D.Categorical({ probs }).sample([COUNT]));
  [0.1, 0.2, 0.7].forEach((p, i) => {
    const share = draws.filter((x) => x === i).length / COUNT;
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / COUNT));
  });
});

test('the Cauchy distributions have their quartiles', async () => {
  const whole = (await numbers(new D.Cauchy(2, 3).sample([COUNT]))).sort((a, b) => a - b);
  expect(whole[COUNT / 4]).toBeCloseTo(-1, 0);
  expect(whole[COUNT / 2]).toBeCloseTo(2, 0);
  const half = (await numbers(new D.HalfCauchy(3).sample([COUNT]))).sort((a, b) => a - b);
  expect(half[0]).toBeGreaterThanOrEqual(0);
  expect(half[COUNT / 2]).toBeCloseTo(3, 0);
});

test.each([1e-4, 0.3, 4, 1e4])(
  'angles of concentration %d have the mean direction and the spread',
  async (kappa) => {
    const distribution = new D.VonMises(3, kappa);
    const draws = distribution.sample([COUNT]);
    const turned = await numbers(draws.sub(3));
    const spread = Number(await distribution.variance.item());
    const off = (f: (x: number) => number) => turned.reduce((sum, x) => sum + f(x), 0) / COUNT;
    expect(Math.abs(off(Math.sin))).toBeLessThan(5 / Math.sqrt(2 * COUNT));
    const tolerance = 5 * Math.min(1 / Math.sqrt(2 * COUNT), spread / Math.sqrt(COUNT / 2));
    expect(Math.abs(off((x) => 1 - Math.cos(x)) - spread)).toBeLessThan(tolerance + 1e-6);
    const all = await numbers(draws);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(-Math.PI - 1e-6);
    expect(Math.max(...all)).toBeLessThanOrEqual(Math.PI);
  },
);

test('correlations of LKJ factors are spread as beta numbers', async () => {
  const [dim, concentration] = [4, 1.5];
  const factors = new D.LKJCholesky(dim, concentration).sample([COUNT]);
  expect(factors.shape).toEqual([COUNT, dim, dim]);
  const matrices = factors.matmul(factors.mT);
  (await numbers(matrices.diagonal(0, -2, -1).sub(1).abs().max())).forEach((x) =>
    expect(x).toBeLessThan(1e-5),
  );
  const spread = await numbers(matrices.var(0));
  const expected = 1 / (2 * (concentration - 1 + dim / 2) + 1);
  for (const place of [1, 2, 3, 6, 7, 11]) expect(spread[place] / expected).toBeCloseTo(1, 1);
});

test('logistic normal shares sum to 1', async () => {
  const shares = new D.LogisticNormal(tensor([0.5, -1]), tensor([1, 2])).sample([8]);
  expect(shares.shape).toEqual([8, 3]);
  (await numbers(shares.sum(-1))).forEach((sum) => expect(sum).toBeCloseTo(1, 5));
});

describe('rsample lets gradients through to the parameters of', () => {
  const leaf = (value: number) => tensor([value], { dtype: 'float32', requiresGrad: true });
  const [loc, scale] = [() => leaf(0.5), () => leaf(1.5)];
  // The derivative of the mean by the last parameter.
  const cases: Readonly<Record<string, [(p: Tensor) => D.Distribution, () => Tensor, number]>> = {
    Normal: [(p) => new D.Normal(p, 2), loc, 1],
    Laplace: [(p) => new D.Laplace(p, 2), loc, 1],
    'Gamma by its shape': [(p) => new D.Gamma(p, 2), scale, 0.5],
    'Gamma by its rate': [(p) => new D.Gamma(2, p), scale, -2 / 1.5 ** 2],
    Exponential: [(p) => new D.Exponential(p), scale, -1 / 1.5 ** 2],
    'Beta by its first': [(p) => new D.Beta(p, 2), scale, 2 / 3.5 ** 2],
    Uniform: [(p) => new D.Uniform(0, p), scale, 0.5],
    LogNormal: [(p) => new D.LogNormal(p, 0.5), loc, Math.exp(0.5 + 0.125)],
    Gumbel: [(p) => new D.Gumbel(0, p), scale, 0.5772],
    Weibull: [(p) => new D.Weibull(p, 2), scale, Math.sqrt(Math.PI) / 2],
  };
  test.each(Object.entries(cases))('%s', async (_, [build, parameter, expected]) => {
    const p = parameter();
    build(p).rsample([COUNT]).mean().backward();
    expect(await p.grad!.item()).toBeCloseTo(expected, 1);
  });

  test('a straight-through choice', async () => {
    const logits = tensor([0.5, 1, -1], { requiresGrad: true });
    const draw = new D.OneHotCategoricalStraightThrough({ logits }).rsample();
    draw
      .mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect((await numbers(logits.grad!)).every((x) => x !== 0)).toBe(true);
    expect((await numbers(draw)).reduce((a, b) => a + b)).toBeCloseTo(1);
  });
});

test('a relaxed choice is nearly discrete at a low temperature', async () => {
  const share = await new D.RelaxedBernoulli(0.1, { probs: 0.3 }).rsample([COUNT]).round().mean().item();
  expect(share).toBeCloseTo(0.3, 1);
  const shares = await numbers(
    new D.RelaxedOneHotCategorical(0.1, { probs }).rsample([COUNT]).round().mean(0),
  );
  expect(shares[2]).toBeCloseTo(0.7, 1);
});

describe('shapes', () => {
  test('expand, and event axes', () => {
    const wide = families.Dirichlet.expand([4, 2]);
    expect([wide.batchShape, wide.eventShape]).toEqual([[4, 2], [3]]);
    const one = new D.Independent(new D.Normal(tensor([0, 1, 2]), 1), 1);
    expect([one.batchShape, one.eventShape, one.logProb(tensor([0, 0, 0])).shape]).toEqual([[], [3], []]);
    expect(one.expand([5]).sample([2]).shape).toEqual([2, 5, 3]);
    const sticks = new D.TransformedDistribution(
      new D.Normal(tensor([0, 0]), 1),
      new D.StickBreakingTransform(),
    );
    expect([sticks.batchShape, sticks.eventShape, sticks.sample([4]).shape]).toEqual([[], [3], [4, 3]]);
    expect(families.MixtureSameFamily.expand([3]).sample().shape).toEqual([3]);
  });
});

test('a transform and its inverse undo each other', async () => {
  const x = tensor([[0.3, -1.2], [0.7, 0.1]]); // prettier-ignore
  const chain = new D.ComposeTransform([
    new D.AffineTransform(1, 2, 1),
    new D.CatTransform([new D.ExpTransform(), new D.TanhTransform()], -1),
    new D.IndependentTransform(
      new D.StackTransform([new D.SigmoidTransform(), new D.SoftplusTransform()], 1),
      1,
    ),
    new D.ReshapeTransform([2], [2, 1]),
  ]);
  const y = chain.forward(x);
  expect(y.shape).toEqual([2, 2, 1]);
  const [back, there] = [await numbers(chain.inverse(y)), await numbers(x)];
  back.forEach((value, i) => expect(value).toBeCloseTo(there[i], 4));
  const [log, inverse] = [chain.logAbsDetJacobian(x, y), chain.inv.logAbsDetJacobian(y, x)];
  expect(log.shape).toEqual([2]);
  expect(await numbers(log.add(inverse))).toEqual([0, 0]);
});

describe('MultivariateNormal', () => {
  const covariance = [[2, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 0.8]]; // prettier-ignore
  const value = tensor([[0, 0, 0], [1, -1, 2]], { dtype: 'float32' }); // prettier-ignore
  const build = () => {
    const loc = tensor([1, -2, 0.5], { requiresGrad: true });
    const covarianceMatrix = tensor(covariance, { requiresGrad: true });
    return { loc, covarianceMatrix, distribution: new D.MultivariateNormal(loc, { covarianceMatrix }) };
  };
  const expectNear = async (x: Tensor, expected: readonly number[]) =>
    expect(await numbers(x)).toEqual(expected.map((e) => expect.closeTo(e, 3)));

  test('is PyTorch’s, with gradients', async () => {
    const { loc, covarianceMatrix, distribution } = build();
    await expectNear(distribution.logProb(value), [-6.1516495, -6.2052212]);
    await expectNear(distribution.entropy(), [4.3134799]);
    await expectNear(distribution.variance, [2, 1, 0.8]);
    distribution.logProb(value).sum().backward();
    await expectNear(loc.grad!, [-2.1785715, 5.2142859, 3.75]);
    const symmetric = covarianceMatrix.grad!.add(covarianceMatrix.grad!.t()).mul(0.5);
    await expectNear(
      symmetric,
      [0.59664, -2.48728, -1.50042, -2.48728, 5.48095, 3.96066, -1.50042, 3.96066, 3.14941],
    );
    const precisionMatrix = tensor([[1, 0, 0], [0, 2, 0], [0, 0, 4]], { dtype: 'float32' }); // prettier-ignore
    const other = new D.MultivariateNormal(tensor([0, 0, 0], { dtype: 'float32' }), { precisionMatrix });
    await expectNear(other.logProb(value), [-1.7170949, -11.2170954]);
    await expectNear(D.klDivergence(distribution, other), [6.0036154]);
    await expectNear(other.precisionMatrix.diagonal(), [1, 2, 4]);
  });

  test('draws with its covariance', async () => {
    const draws = build().distribution.sample([COUNT]);
    const found = await numbers(draws.t().cov());
    covariance.flat().forEach((c, i) => expect(Math.abs(found[i] - c)).toBeLessThan(0.08));
    expect(build().distribution.expand([4]).sample([2]).shape).toEqual([2, 4, 3]);
    expect(() => new D.MultivariateNormal(tensor([0.5]), {})).toThrow('expected one of');
  });
});

describe('misuse', () => {
  test('is an error that says what to do', () => {
    expect(() => new D.Normal(0, -1)).toThrow('Normal: scale is -1, expected a number above 0');
    expect(() => new D.Bernoulli({})).toThrow('expected either probs or logits, got neither');
    expect(() => new D.Categorical({ probs, logits })).toThrow(ArgumentError);
    expect(() => new D.Bernoulli({ probs: 0.5 }).rsample()).toThrow('Bernoulli: there is no rsample');
    expect(() => D.klDivergence(new D.Poisson(1), new D.Normal(0, 1))).toThrow('registerKl');
    expect(() => new D.Binomial(2.5, { probs: 0.5 })).toThrow('totalCount');
  });

  test('a divergence can be added', async () => {
    class Point extends D.Normal {}
    D.registerKl(Point, D.Normal, (p) => p.loc.mul(0).add(42));
    expect(await D.klDivergence(new Point(0, 1), new D.Normal(0, 1)).item()).toBe(42);
  });
});
