import { describe, expect, test } from 'vitest';
import { noGrad, ones } from '../src/index.ts';
import './support.ts';

describe('without @tenfold/autograd', () => {
  const w = ones([2], { requiresGrad: true });

  test('tensors know whether gradients are wanted of them', () => {
    const y = w.mul(2);
    expect([w.requiresGrad, w.isLeaf, y.requiresGrad, y.isLeaf]).toEqual([true, true, true, false]);
    expect(noGrad(() => w.mul(2)).requiresGrad).toBe(false);
    expect(y.detach().requiresGrad).toBe(false);
  });

  test('what needs the rules names the package to install', () => {
    const message = "gradients need the package '@tenfold/autograd'; install it and import it once";
    expect(() => w.sum().backward()).toThrow(`backward: ${message}`);
    expect(() => w.mul(2).registerHook(() => {})).toThrow(`registerHook: ${message}`);
    expect(() => w.mul(2).retainGrad()).toThrow(`retainGrad: ${message}`);
  });
});
