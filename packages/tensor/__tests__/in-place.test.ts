import { DTypeError, GradError, ShapeError } from '@tenfold/ir';
import { describe, expect, test } from 'vitest';
import { noGrad, ones, tensor, zeros } from '../src/index.ts';
import { expectExactly } from './support.ts';

describe('the tensor gets the value of the operation', () => {
  test('and is what the method returns', () => {
    const x = tensor([1, -2.5]);
    const y = x.mul(2);
    expect(x.add_(1)).toBe(x);
    expectExactly(x, [2, -1.5]);
    expectExactly(y, [2, -5]);
    expectExactly(x.clamp_(0).mul_(3).sub_(x, { alpha: 0.5 }), [3, 0]);
    expectExactly(y.neg_().relu_(), [0, 5]);
  });

  test('computed values, zeros, and constants', () => {
    const x = zeros([2, 2]);
    expectExactly(x.add_(1).fill_(2).tril_(), [[2, 0], [2, 2]]); // prettier-ignore
    expectExactly(ones([2]).copy_(tensor([3, 4])), [3, 4], 'float32');
    expectExactly(tensor([1, 2]).zero_(), [0, 0], 'int64');
    expectExactly(zeros([3]).indexAdd_(0, tensor([1]), ones([1])), [0, 1, 0]);
    expectExactly(tensor([1, 2, 3]).maskedFill_(tensor([true, false, true]), 9), [9, 2, 9]);
    expectExactly(tensor([0.5, 2]).lt_(1), [1, 0], 'float32');
  });

  test('in a loop', () => {
    const total = zeros([2]);
    for (let i = 0; i < 5; i++) total.add_(tensor([i, 0.5]));
    expectExactly(total, [10, 2.5]);
  });

  test('the dtype stays, and must be able to hold the result', () => {
    const x = tensor([1, 2]);
    expect(() => x.add_(0.5)).toThrow(DTypeError);
    expect(() => x.div_(2)).toThrow(DTypeError);
    expect(() => x.gt(1).add_(1)).toThrow(DTypeError);
    expectExactly(x.mul_(true), [1, 2], 'int64');
    expect(() => tensor([1]).add_(x)).toThrow(ShapeError);
  });
});

describe('views', () => {
  test('of a leaf change the leaf, again and again', () => {
    const x = tensor([[1.5, 2], [3, 4]]).realize(); // prettier-ignore
    const row = x.slice(0, 1, 2);
    row.mul_(10);
    row.add_(1);
    expectExactly(row, [[31, 41]]);
    x.t().zero_();
    row.add_(7);
    expectExactly(x, [[0, 0], [7, 7]]); // prettier-ignore
  });

  test('detached ones too', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    w.detach().mul_(3);
    w.detach().slice(0, 0, 1).zero_();
    expectExactly(w, [0, 6]);
  });

  test('of a computed value are refused', () => {
    const y = tensor([1.5, 2]).mul(2);
    expect(() => y.slice(0, 0, 1).zero_()).toThrow(GradError);
  });
});

describe('leaves that require gradients', () => {
  test('are written only inside noGrad', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    expect(() => w.add_(1)).toThrow(GradError);
    expect(() => w.slice(0, 0, 1).add_(1)).toThrow(GradError);
    noGrad(() => w.sub_(0.5));
    noGrad(() => w.slice(0, 0, 1).zero_());
    expectExactly(w, [0, 1.5]);
    expect(w.requiresGrad).toBe(true);
  });
});
