/** Convolution, pooling and resampling: what the comparison with PyTorch's results leaves out. */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import {
  ArgumentError,
  ShapeError,
  arange,
  autocast,
  manualSeed,
  ones,
  randn,
  tensor,
  zeros,
} from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';

const F = nn.functional;

async function largestDifference(a: Tensor, b: Tensor): Promise<number> {
  expect(a.shape).toEqual(b.shape);
  return a.sub(b).abs().reshape([-1]).max().item();
}

describe('layers of several tensors', () => {
  it('a transposed convolution gives the size that is asked for', () => {
    const down = new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1 });
    const up = new nn.ConvTranspose2d(3, 2, 3, { stride: 2, padding: 1 });
    const x = randn([1, 2, 12, 11]);
    const small = down.forward(x);
    expect(up.forward(small).shape).toEqual([1, 2, 11, 11]);
    expect(up.forward(small, [12, 11]).shape).toEqual(x.shape);
    expect(up.forward(small, x.shape).shape).toEqual(x.shape);
    expect(() => up.forward(small, [13, 11])).toThrow(
      'ConvTranspose2d: outputSize [13, 11] asks for 13, but an input [1, 3, 6, 6] can give 11 to 12 there',
    );
  });

  it('unpooling undoes pooling', async () => {
    const pool = new nn.MaxPool2d(2, { returnIndices: true });
    const unpool = new nn.MaxUnpool2d(2);
    const x = arange(16).reshape([1, 4, 4]).float();
    const [values, indices] = pool.forward(x);
    expect(await indices.tolist()).toEqual([[[5, 7], [13, 15]]]); // prettier-ignore
    const back = unpool.forward(values, indices);
    expect(await back.sum().item()).toBe(5 + 7 + 13 + 15);
    expect(unpool.forward(values, indices, [1, 5, 4]).shape).toEqual([1, 5, 4]);
  });

  it('fractional pooling takes whole windows, the last at the end', async () => {
    manualSeed(3);
    const pool = new nn.FractionalMaxPool2d(3, { outputRatio: 0.5, returnIndices: true });
    const x = arange(100).reshape([1, 1, 10, 10]).float();
    const [values, indices] = pool.forward(x);
    expect(values.shape).toEqual([1, 1, 5, 5]);
    expect(await largestDifference(values, indices.float())).toBe(0);
    expect(await values.reshape([-1]).max().item()).toBe(99);
  });

  it('cross-map normalisation of an odd size is local response normalisation', async () => {
    const x = randn([2, 6, 3, 3]);
    const options = { alpha: 0.3, beta: 0.6, k: 1.5 };
    const [a, b] = [new nn.CrossMapLRN2d(3, options), new nn.LocalResponseNorm(3, options)];
    expect(await largestDifference(a.forward(x), b.forward(x))).toBeLessThan(1e-6);
  });

  it('instance norm without a batch axis is that of one example', async () => {
    const norm = new nn.InstanceNorm2d(3, { trackRunningStats: true });
    const x = randn([3, 4, 5]);
    expect(await largestDifference(norm.forward(x), norm.eval().forward(x))).toBeGreaterThan(0);
    expect(() => norm.forward(randn([2, 4, 5]))).toThrow(ShapeError);
  });
});

describe('resampling', () => {
  it('of large images takes memory in proportion', async () => {
    const x = ones([1, 1, 2048, 8]);
    const y = F.interpolate(x, { size: [4096, 9], mode: 'bilinear' });
    expect(await y.mean().item()).toBeCloseTo(1, 5);
  });

  it('by an identity leaves the image as it is', async () => {
    const x = randn([1, 2, 4, 5]);
    const grid = F.affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]], { dtype: 'float32' }), x.shape); // prettier-ignore
    expect(await largestDifference(F.gridSample(x, grid), x)).toBeLessThan(1e-5);
  });

  it('keeps halves', () => {
    const x = randn([1, 1, 4, 4]).to('float16');
    expect(F.interpolate(x, { size: 3, mode: 'bilinear' }).dtype).toBe('float16');
    expect(F.gridSample(x, zeros([1, 1, 1, 2], { dtype: 'float16' })).dtype).toBe('float16');
  });
});

describe('dtypes', () => {
  it('of convolutions are those of autocast', () => {
    const [x, w, bias] = [randn([1, 2, 4, 4]), randn([2, 2, 3, 3]), randn([2])];
    autocast(
      () => {
        expect(F.conv2d(x, w, bias).dtype).toBe('bfloat16');
        expect(F.convTranspose2d(x, w, bias).dtype).toBe('bfloat16');
      },
      { dtype: 'bfloat16' },
    );
    expect(() => F.conv2d(x, w, bias.to('float64'))).toThrow(
      'conv2d: the input is float32, the bias float64; cast one of them with to()',
    );
  });

  it('of images that are enlarged may be whole numbers', async () => {
    const x = arange(4).reshape([1, 1, 2, 2]);
    expect(await F.interpolate(x, { size: [3, 2] }).tolist()).toEqual([[[[0, 1], [0, 1], [2, 3]]]]); // prettier-ignore
    expect(await F.avgPool2d(x.mul(-3), 2).item()).toBe(-4);
  });
});

it('an empty batch gives an empty batch', () => {
  const x = zeros([0, 4, 6, 5]);
  const shapes = [
    F.convTranspose2d(x, zeros([4, 2, 3, 3]), null, { stride: 2 }),
    F.adaptiveMaxPool2d(x, 4),
    F.instanceNorm(x),
    F.interpolate(x, { size: 7, mode: 'bilinear' }),
    F.gridSample(x, zeros([0, 2, 3, 2])),
  ].map(({ shape }) => shape);
  expect(shapes).toEqual([[0, 2, 13, 11], [0, 4, 4, 4], [0, 4, 6, 5], [0, 4, 7, 7], [0, 4, 2, 3]]); // prettier-ignore
});

describe('errors', () => {
  const image = zeros([1, 4, 5, 6]);
  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    ['outputPadding', () => F.convTranspose2d(image, zeros([4, 1, 3, 3]), null, { outputPadding: 1 }), ArgumentError, 'convTranspose2d: outputPadding 1 must be smaller than stride 1 or dilation 1'],
    ['channels', () => F.convTranspose2d(image, zeros([3, 1, 3, 3])), ShapeError, 'convTranspose2d: the input has 4 channels (shape [1, 4, 5, 6]), but the weight [3, 1, 3, 3] with groups 1 expects 3'],
    ['axes', () => F.conv3d(image, zeros([1, 4, 1, 1, 1])), ShapeError, 'conv3d: the input has 1 channels (shape [1, 1, 4, 5, 6])'],
    ['pool', () => F.maxPool1d(image, 2), ShapeError, 'maxPool1d: the input has shape [1, 4, 5, 6], expected [N, C, L] or [C, L]'],
    ['reflect', () => F.pad(image, [6, 0, 0, 0], { mode: 'reflect' }), ShapeError, 'pad: reflect padding of 6 and 0 does not fit axis 3 of shape [1, 4, 5, 6]; expected 5 at most'],
    ['size', () => F.interpolate(image), ArgumentError, 'interpolate: give either size or scaleFactor'],
    ['mode', () => F.interpolate(image, { size: 3, mode: 'linear' }), ArgumentError, "interpolate: mode 'linear' takes 3 axes, got an input with 4"],
    ['corners', () => F.interpolate(image, { size: 3, alignCorners: true }), ArgumentError, "interpolate: alignCorners is for linear, bilinear, bicubic and trilinear, not for 'nearest'"],
    ['grid', () => F.gridSample(image, zeros([2, 3, 3, 2])), ShapeError, 'gridSample: the input has shape [1, 4, 5, 6], the grid [2, 3, 3, 2]'],
    ['groups', () => F.groupNorm(image, 3), ArgumentError, 'groupNorm: numGroups is 3, expected a whole number that divides the 4 channels'],
    ['instance', () => F.instanceNorm(zeros([2, 3, 1])), ShapeError, 'instanceNorm: the input [2, 3, 1] has one element a channel'],
    ['fold', () => F.fold(zeros([1, 5, 4]), 4, 2), ShapeError, 'fold: the input has shape [1, 5, 4], expected [N, C · 4, 9]'],
    ['shuffle', () => F.pixelShuffle(image, 3), ShapeError, 'pixelShuffle: the input [1, 4, 5, 6] has 4 channels, expected a multiple of 9'],
    ['padding layer', () => new nn.ReflectionPad2d([1, 2]), ArgumentError, 'ReflectionPad2d: padding is [1,2], expected a whole number or 4 of them'],
    ['ratio', () => F.fractionalMaxPool2d(image, 2, { outputRatio: 2 }), ArgumentError, 'fractionalMaxPool2d: outputRatio is 2, expected numbers between 0 and 1'],
  ])('%s', (_, call, error, message) => {
    expect(call).toThrow(error);
    expect(call).toThrow(message);
  }); // prettier-ignore
});
