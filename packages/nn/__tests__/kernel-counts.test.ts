/** How many kernels layers and losses take on the CPU backend. More than here means that something does not fuse. */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import { noGrad, randint, randn } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { countKernels } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';

const F = nn.functional;
const data = (...shape: number[]) => randn(shape).realize();
const leaf = (...shape: number[]) => data(...shape).requiresGrad_();
const labels = (classes: number, count: number) => randint(0, classes, [count]).realize();

/** Kernels of a result by itself. */
function forward(inputs: readonly Tensor[], call: () => Tensor): number {
  return countKernels(inputs[0].home, () => void call().realize());
}

/** Kernels of a result and all gradients. */
function training(inputs: readonly Tensor[], call: () => Tensor, gradient?: Tensor): number {
  return countKernels(inputs[0].home, () => call().backward(gradient));
}

describe('forward', () => {
  it('softmax is 1', () => {
    const x = data(32, 1000);
    expect(forward([x], () => F.softmax(x, -1))).toBe(1);
  });

  it('cross-entropy, from logits to the mean, is 1', () => {
    const x = data(64, 10);
    const y = labels(10, 64);
    expect(forward([x], () => F.crossEntropy(x, y))).toBe(1);
    expect(forward([x], () => F.nllLoss(F.logSoftmax(x, 1), y))).toBe(1);
  });

  it('layer norm is 1', () => {
    const [x, weight, bias] = [data(32, 256), data(256), data(256)];
    expect(forward([x], () => F.layerNorm(x, 256, { weight, bias }))).toBe(1);
  });

  it('linear + bias + GELU is 1', () => {
    const [x, weight, bias] = [data(32, 64), data(128, 64), data(128)];
    expect(forward([x], () => F.gelu(F.linear(x, weight, bias)))).toBe(1);
    expect(forward([x], () => F.gelu(F.linear(x, weight, bias), { approximate: 'tanh' }))).toBe(1);
  });

  it('convolution + bias + batch norm (evaluation) + ReLU is 1', () => {
    const model = new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { padding: 1 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
    );
    const x = data(2, 3, 16, 16);
    noGrad(() => model.eval().forward(x).realize());
    expect(forward([x], () => noGrad(() => model.forward(x)))).toBe(1);
  });

  it('dropout, its random numbers included, is 1', () => {
    const x = data(32, 256);
    expect(forward([x], () => F.dropout(x, 0.3))).toBe(1);
  });

  it('pooling is 1', () => {
    const x = data(2, 4, 16, 16);
    expect(forward([x], () => F.maxPool2d(x, 2))).toBe(1);
    expect(forward([x], () => F.maxPool2d(x, 3, { stride: 2, padding: 1 }))).toBe(1);
    expect(forward([x], () => F.avgPool2d(x, 2))).toBe(1);
    expect(forward([x], () => F.adaptiveMaxPool2d(x, 7))).toBe(1);
  });

  it('interpolation is 1 for each axis', () => {
    const x = data(2, 4, 16, 16);
    expect(forward([x], () => F.interpolate(x, { size: 20, mode: 'bicubic' }))).toBe(2);
    expect(forward([x], () => F.adaptiveAvgPool2d(x, 7))).toBe(2);
    expect(forward([x], () => F.interpolate(x, { scaleFactor: 2 }))).toBe(1);
  });

  it('sampling at a grid is 1', () => {
    const [x, grid] = [data(2, 4, 16, 16), data(2, 5, 5, 2)];
    expect(forward([x, grid], () => F.gridSample(x, grid))).toBe(1);
  });

  it('instance norm is 1, group norm 2', () => {
    const [x, weight, bias] = [data(2, 4, 16, 16), data(4), data(4)];
    expect(forward([x], () => F.instanceNorm(x, { weight, bias }))).toBe(1);
    expect(forward([x], () => F.groupNorm(x, 2, { weight, bias }))).toBe(2);
  });

  it('a transposed convolution is 1, and 1 more for what is cut off', () => {
    const [x, w, bias] = [data(2, 4, 8, 8), data(4, 3, 4, 4), data(3)];
    expect(forward([x, w], () => F.convTranspose2d(x, w, bias))).toBe(1);
    expect(forward([x, w], () => F.convTranspose2d(x, w, bias, { stride: 2, padding: 1 }))).toBe(2);
  });
});

describe('forward and backward', () => {
  it('cross-entropy is 2', () => {
    const x = leaf(64, 10);
    const y = labels(10, 64);
    expect(training([x], () => F.crossEntropy(x, y))).toBe(2);
  });

  it('layer norm is 3 at most', () => {
    const [x, weight, bias] = [leaf(32, 256), leaf(256), leaf(256)];
    const call = () => F.layerNorm(x, 256, { weight, bias });
    expect(training([x], call, data(32, 256))).toBeLessThanOrEqual(3);
  });

  it('batch norm in training, its running statistics included, is 3 at most', () => {
    const model = new nn.BatchNorm2d(4);
    const x = leaf(2, 4, 8, 8);
    model.forward(x).realize();
    expect(training([x], () => model.forward(x), data(2, 4, 8, 8))).toBeLessThanOrEqual(3);
  });

  it('pooling is 2, with a copy where windows overlap', () => {
    const x = leaf(2, 4, 16, 16);
    expect(training([x], () => F.maxPool2d(x, 2), data(2, 4, 8, 8))).toBe(2);
    expect(
      training([x], () => F.maxPool2d(x, 3, { stride: 2, padding: 1 }), data(2, 4, 8, 8)),
    ).toBeLessThanOrEqual(3);
    expect(training([x], () => F.avgPool2d(x, 2), data(2, 4, 8, 8))).toBe(2);
  });
});
