import { GradError } from '@tenfold/ir';
import { noGrad, tensor, zeros } from '@tenfold/tensor';
import { describe, expect, test } from 'vitest';
import '../src/index.ts';
import './support.ts';

describe('operations in place', () => {
  test('flow through what was written', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const h = w.mul(3);
    const before = h.square();
    h.mul_(w).add_(1);
    h.sum().add(before.sum()).backward();
    expect(w.grad?.tolistSync()).toEqual([6 + 18, 12 + 36]);
    const x = zeros([2]);
    x.add_(w);
    expect(x.requiresGrad).toBe(true);
    expect(() => noGrad(() => x.mul_(2))).toThrow(GradError);
  });
});
