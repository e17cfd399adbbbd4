import { ArgumentError, DTypeError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import {
  aminmax, bincount, corrcoef, countNonzero, cov, cummax, cummin, diff, gradient, histc, histogram, logcumsumexp, median,
  mode, nanmean, nanmedian, nanquantile, nansum, quantile, renorm, tensor, trapezoid, varMean, zeros,
} from '../src/index.ts'; // prettier-ignore
import { expectClose, expectExactly } from './support.ts';

const x = tensor([[1, NaN, 3, 2], [4, 4, -1, 0.5]]); // prettier-ignore

describe('order statistics', () => {
  test('medians are the lower of two, and NaN where one is', () => {
    expectExactly(median(x, 1).values, [NaN, 0.5]);
    expectExactly(median(x, 1).indices, [1, 3], 'int64');
    expectExactly(nanmedian(x, 1).values, [2, 0.5]);
    expectExactly(median(tensor([3, 1, 2, 4])), 2);
    expectExactly(nanmedian(x), 2);
    expect(() => median(zeros([0, 2]), 0)).toThrow(ShapeError);
  });

  test('quantiles between elements', () => {
    const row = tensor([0.5, 4, 1, 2]);
    expectExactly(quantile(row, 0.5), 1.5);
    expectExactly(quantile(row, 0.5, 0, { interpolation: 'lower' }), 1);
    expectExactly(quantile(row, 0.5, 0, { interpolation: 'higher', keepdim: true }), [2]);
    expectClose(quantile(x, tensor([0, 1.5]).div(1.5), 1), [2, 2], [NaN, -1, NaN, 4]);
    expectClose(nanquantile(x, 0.5, 1), [2], [2, 2.25]);
    expect(() => quantile(row, 1.5)).toThrow(ArgumentError);
    expect(() => quantile(tensor([1, 2]), 0.5)).toThrow(DTypeError);
  });

  test('the most frequent element is the least of several', () => {
    const { values, indices } = mode(tensor([[3, 1, 3, 1], [2, 5, 5, 5]])); // prettier-ignore
    expectExactly(values, [1, 5], 'int64');
    expectExactly(indices, [3, 3]);
  });
});

describe('sums, counts, extrema', () => {
  test('NaN is left out', () => {
    expectExactly(nansum(x, 1), [6, 7.5]);
    expectExactly(nanmean(x, 1), [2, 1.875]);
    expectExactly(countNonzero(tensor([0, 2, -1])), 2, 'int64');
    const { min, max } = aminmax(tensor([3, -1, 2]), { dim: 0, keepdim: true });
    expectExactly(min, [-1]);
    expectExactly(max, [3]);
  });

  test('running extrema tell the latest position', () => {
    const { values, indices } = cummax(tensor([1, 3, 2, 3]), 0);
    expectExactly(values, [1, 3, 3, 3]);
    expectExactly(indices, [0, 1, 1, 3], 'int64');
    expectExactly(cummin(x, 1).indices, [[0, 1, 1, 1], [0, 1, 2, 2]]); // prettier-ignore
  });

  test('a running log-sum-exp neither overflows nor loses small terms', () => {
    expectClose(logcumsumexp(tensor([1000.5, 1000.5, -Infinity, 0]), 0), [4], [1000.5, 1001.1931, 1001.1931, 1001.1931]);
    expectExactly(logcumsumexp(tensor([-Infinity, 0.5]), 0), [-Infinity, 0.5]);
  }); // prettier-ignore
});

describe('covariance and histograms', () => {
  test('variables are rows', () => {
    const data = tensor([[0, 1, 2.5], [2, 1, 0]]); // prettier-ignore
    const [variance, mean] = varMean(data, 1);
    expectClose(mean, [2], [7 / 6, 1]);
    expectClose(variance, [2], [1.5833334, 1]);
    expectClose(cov(data), [2, 2], [1.5833334, -1.25, -1.25, 1]);
    expectClose(corrcoef(data), [2, 2], [1, -0.9933993, -0.9933993, 1]);
    expect(() => cov(data, { fweights: tensor([0.5, 1, 1]) })).toThrow(DTypeError);
  });

  test('the last interval includes its end', async () => {
    expectExactly(histc(tensor([1, 2, 1.5, 9]), { bins: 2, min: 1, max: 2 }), [1, 2]);
    const { hist, binEdges } = histogram(tensor([0, 0.5, 1, 2]), 2, { density: true });
    expectExactly(binEdges, [0, 1, 2]);
    expectExactly(hist, [0.5, 0.5]);
    expectExactly(await bincount(tensor([1, 3, 1])), [0, 2, 0, 1], 'int64');
    await expect(bincount(tensor([-1]))).rejects.toThrow(ArgumentError);
  });
});

describe('differences', () => {
  test('differences, integrals and slopes', () => {
    expectExactly(diff(tensor([1, 4, 9]), 2), [2]);
    expectExactly(diff(tensor([true, false, false])), [true, false]);
    expectExactly(trapezoid(tensor([1, 2, 4]), tensor([0, 1, 3])), 7.5);
    const [slope] = gradient(tensor([1, 4, 9, 16]), { edgeOrder: 2 });
    expectExactly(slope, [2, 4, 6, 8]);
    expect(() => gradient(tensor([1]))).toThrow(ShapeError);
  });

  test('renorm scales only what is too long', () => {
    expectClose(renorm(tensor([[3, 4.5], [0.3, 0.4]]).sub(tensor([[0, 0.5], [0, 0]])), 2, 0, 1), [2, 2], [0.6, 0.8, 0.3, 0.4]); // prettier-ignore
  });
});
