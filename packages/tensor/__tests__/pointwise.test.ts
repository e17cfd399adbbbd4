import { ArgumentError, DTypeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import {
  acosh, copysign, digamma, erfc, erfinv, fmod, frac, frexp, gcd, isin, lcm, lerp, lgamma, logaddexp, logit, nanToNum,
  nextafter, polygamma, ones, round, signbit, sinc, tensor, xlogy, zeros,
} from '../src/index.ts'; // prettier-ignore
import { expectClose, expectExactly } from './support.ts';

const doubles = (data: number[]) => tensor(data, { dtype: 'float64' });

/** References to 17 digits (mpmath). */
describe('special values to the last digits of float64', () => {
  test('lgamma next to its zeros and far away', () => {
    const x = [1.0009765625, 1.9990234375, 0.0009765625, 2.5, 7.5, 100.25, -1.5, 1e10];
    const y = [
      -0.00056290317999120463, -0.0004125677359714894, 6.9309089024194619, 0.28468287047291916, 7.534364236758733, 360.28455963776423, 0.86004701537648101, 220258509288.81058,
    ]; // prettier-ignore
    expectClose(lgamma(doubles(x)), [8], y, 1e-14);
    expectClose(lgamma(tensor(x)), [8], y, 1e-6);
    // Relative to the small values next to the zeros themselves.
    const near = lgamma(doubles(x.slice(0, 2))).dataSync();
    for (const i of [0, 1]) expect(Number(near[i]) / y[i]).toBeCloseTo(1, 12);
  });

  test('lgamma and digamma at poles and infinity', () => {
    expectExactly(lgamma(tensor([0, -1, Infinity, -Infinity, NaN])), [Infinity, Infinity, Infinity, Infinity, NaN]);
    expectExactly(digamma(tensor([0, -0, -1, Infinity])), [-Infinity, Infinity, NaN, Infinity]);
  }); // prettier-ignore

  test('erfc keeps its digits in the tail, erfinv up to the ends', () => {
    const tail = erfc(doubles([0.5, 3, 10, 25])).dataSync();
    const expected = [
      0.47950012218695346, 2.2090496998585441e-5, 2.088487583762545e-45, 8.3001725711965228e-274,
    ];
    expected.forEach((value, i) => expect(Number(tail[i]) / value).toBeCloseTo(1, 12));
    expectClose(erfinv(doubles([-0.5, 0.9, 1 - 1e-15])), [3], [-0.47693627620446987, 1.1630871536766742, 5.6759157397447132], 1e-14); // prettier-ignore
    expectExactly(erfinv(tensor([1, -1, 2])), [Infinity, -Infinity, NaN]);
  });

  test('polygamma on both sides of 0', () => {
    expectClose(polygamma(2, doubles([0.5, 10.5, -0.25])), [3], [-16.82879664423432, -0.0099751442477151693, 122.69736678366236], 1e-12); // prettier-ignore
    expect(() => polygamma(-1, ones([1]))).toThrow(ArgumentError);
  });
});

describe('functions that are defined by cases', () => {
  test('outside of the domain', () => {
    expectExactly(acosh(tensor([-1e5, 0.5, 1])), [NaN, NaN, 0]);
    expectExactly(logit(tensor([-0.5, 0, 0.5, 1])), [NaN, -Infinity, 0, Infinity]);
    expectExactly(xlogy(tensor([0, 0, 1]), tensor([0, NaN, 1])), [0, NaN, 0]);
    expectExactly(logaddexp(tensor([-Infinity, Infinity]), tensor([-Infinity, Infinity])), [-Infinity, Infinity]);
    expectExactly(sinc(tensor([0, 1.5]).mul(2)).abs().lt(1e-6), [false, true].map(Number).map(Boolean));
  }); // prettier-ignore

  test('remainders take the sign of the dividend, divisors are positive', () => {
    expectExactly(fmod(tensor([-5, 5, -6]), tensor([3, -3, 3])), [-2, 2, 0], 'int64');
    expectExactly(gcd(tensor([12, -18, 0, 0]), tensor([18, 12, 5, 0])), [6, 6, 5, 0], 'int64');
    expectExactly(lcm(tensor([4, -3, 0]), tensor([6, 5, 0])), [12, 15, 0], 'int64');
    expect(() => gcd(ones([2]), 2)).toThrow(DTypeError);
    expect(() => frac(zeros([2], { dtype: 'int32' }))).toThrow(DTypeError);
  });

  test('signs and neighbours come from the bits', () => {
    expectExactly(signbit(tensor([-0, 0, -1, NaN])), [true, false, true, false]);
    expectExactly(copysign(tensor([1, 2]), tensor([-0, 0.5])), [-1, 2]);
    expectExactly(nextafter(tensor([1, 0, 1.5]), tensor([2, -1, 1.5])), [1 + 2 ** -23, -(2 ** -149), 1.5]);
    const { mantissa, exponent } = frexp(tensor([0.75, 12, 0, -0.1]));
    expectExactly(exponent, [0, 4, 0, -3], 'int32');
    expectClose(mantissa, [4], [0.75, 0.75, 0, -0.8], 1e-6);
  });

  test('a weight of 1 gives the end exactly', () => {
    expectExactly(lerp(tensor([1e8, 0.1]), tensor([0.3, 0.7]), 1), Array.from(Float32Array.of(0.3, 0.7)));
  });

  test('rounding to digits, numbers for NaN, membership', () => {
    expectClose(round(tensor([2.345, -1.255]), { decimals: 1 }), [2], [2.3, -1.3], 1e-6);
    expectExactly(round(tensor([1249.5, 1350]), { decimals: -2 }), [1200, 1400]);
    expectExactly(nanToNum(tensor([NaN, Infinity, 1]), { posinf: 9 }), [0, 9, 1]);
    expectExactly(isin(tensor([1, 2, 3]), tensor([3, 1])), [true, false, true]);
  });
});
