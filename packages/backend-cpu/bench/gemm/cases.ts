/** The shapes of the benchmark: every layout, the three products of a convolution, and the awkward ones. */

import { convolutionForward, convolutionInputGradient, convolutionWeightGradient } from './convolution.ts';
import type { ConvolutionShape } from './convolution.ts';
import { matrixProduct } from './product.ts';
import type { ProductShape } from './product.ts';

export interface Case {
  readonly name: string;
  readonly shape: ProductShape;
}

const resnet: ConvolutionShape = {
  images: 8,
  channels: 64,
  height: 56,
  width: 56,
  filters: 64,
  kernel: 3,
  padding: 1,
  stride: 1,
};

/** 8 products of 128 x 128 x 128 at once. */
function batched(): ProductShape {
  const size = 128;
  const square = size * size;
  const matrix = { type: 'float32', elements: 8 * square, batch: [square] } as const;
  return {
    ...matrixProduct('NN', size, size, size),
    batch: [8],
    a: { ...matrix, outer: [size], k: [1] },
    b: { ...matrix, outer: [1], k: [size] },
    c: { elements: 8 * square, batch: [square], m: [size], n: [1] },
  };
}

/** A 3x3 convolution of 8x64x28x28 in 4 groups of 16 channels each, the groups as the batch. */
function grouped(): ProductShape {
  const groups = 4;
  const shape = { ...resnet, height: 28, width: 28, channels: 16, filters: 16 };
  const one = convolutionForward(shape);
  const plane = shape.height * shape.width;
  return {
    ...one,
    batch: [groups],
    a: { ...one.a, elements: groups * one.a.elements, batch: [one.a.elements] },
    b: {
      ...one.b,
      elements: groups * one.b.elements,
      batch: [16 * plane],
      outer: [groups * 16 * plane, ...one.b.outer.slice(1)],
      guards: one.b.guards?.map((guard) => ({ ...guard, batch: [0] })),
    },
    c: {
      elements: groups * one.c.elements,
      batch: [16 * plane],
      m: [plane],
      n: [groups * 16 * plane, shape.width, 1],
    },
  };
}

export const cases: readonly Case[] = [
  { name: 'NN 1024', shape: matrixProduct('NN', 1024, 1024, 1024) },
  { name: 'NT 1024', shape: matrixProduct('NT', 1024, 1024, 1024) },
  { name: 'TN 512', shape: matrixProduct('TN', 512, 512, 512) },
  { name: 'TT 512', shape: matrixProduct('TT', 512, 512, 512) },
  { name: 'convolution 8x64x56x56 3x3', shape: convolutionForward(resnet) },
  { name: '… its input gradient', shape: convolutionInputGradient(resnet) },
  { name: '… its weight gradient', shape: convolutionWeightGradient(resnet) },
  { name: 'K = 64: 512x512x64', shape: matrixProduct('NN', 512, 512, 64) },
  { name: 'M = 5: 5x1001x512', shape: matrixProduct('NN', 5, 1001, 512) },
  { name: 'grouped convolution, 4 groups', shape: grouped() },
  { name: 'batched 8x128x128x128', shape: batched() },
  { name: 'tails: 509x253x301', shape: matrixProduct('NT', 509, 253, 301) },
];

/** Products that are bound by memory; their figure of merit is bytes. */
export const narrow: readonly Case[] = [
  { name: '1x3072x768 NT', shape: matrixProduct('NT', 1, 3072, 768) },
  { name: '1x3072x768 NN', shape: matrixProduct('NN', 1, 3072, 768) },
  { name: '3072x1x768 NN', shape: matrixProduct('NN', 3072, 1, 768) },
  { name: '4x3072x768 NT', shape: matrixProduct('NT', 4, 3072, 768) },
  { name: '4x3072x768 NN', shape: matrixProduct('NN', 4, 3072, 768) },
];
