/**
 * The three products of a two-dimensional convolution, as sliding windows over images in NCHW and weights in
 * OIHW: nothing is copied into columns beforehand, packing does it block by block.
 */

import type { ProductShape } from './product.ts';

export interface ConvolutionShape {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly kernel: number;
  readonly padding: number;
  readonly stride: number;
  readonly dilation?: number;
}

export function outputSize(input: number, shape: ConvolutionShape): number {
  const reach = (shape.dilation ?? 1) * (shape.kernel - 1) + 1;
  return Math.floor((input + 2 * shape.padding - reach) / shape.stride) + 1;
}

/** Guards of the input at stride · output + dilation · window - padding. */
function inputGuards(
  shape: ConvolutionShape,
  over: { outer: 'output' | 'window' },
): ProductShape['b']['guards'] {
  const dilation = shape.dilation ?? 1;
  const output = { row: [0, shape.stride, 0], column: [0, 0, shape.stride] };
  const window = { row: [0, dilation, 0], column: [0, 0, dilation] };
  const [outer, k] = over.outer === 'output' ? [output, window] : [window, output];
  const guard = (part: 'row' | 'column', extent: number) => ({
    offset: -shape.padding,
    extent,
    batch: [],
    outer: outer[part],
    k: k[part],
  });
  return [guard('row', shape.height), guard('column', shape.width)];
}

/** y[image, filter, oh, ow] = sum over (channel, kh, kw): m = filter, n = (image, oh, ow). */
export function convolutionForward(shape: ConvolutionShape): ProductShape {
  const { images, channels, height, width, filters, kernel, padding, stride, dilation = 1 } = shape;
  const rows = outputSize(height, shape);
  const columns = outputSize(width, shape);
  const window = kernel * kernel;
  const plane = height * width;
  return {
    name: `convolution ${images}x${channels}x${height}x${width}, ${kernel}x${kernel}, ${filters} filters, stride ${stride}`,
    batch: [],
    m: [filters],
    n: [images, rows, columns],
    k: [channels, kernel, kernel],
    a: {
      type: 'float32',
      elements: filters * channels * window,
      batch: [],
      outer: [channels * window],
      k: [window, kernel, 1],
    },
    b: {
      type: 'float32',
      elements: images * channels * plane,
      offset: -padding * width - padding,
      batch: [],
      outer: [channels * plane, stride * width, stride],
      k: [plane, dilation * width, dilation],
      guards: inputGuards(shape, { outer: 'output' }),
    },
    c: {
      elements: images * filters * rows * columns,
      batch: [],
      m: [rows * columns],
      n: [filters * rows * columns, columns, 1],
    },
  };
}

/** dx[image, channel, ih, iw] = sum over (filter, kh, kw) of dy at ih + padding - kh: for stride 1. */
export function convolutionInputGradient(shape: ConvolutionShape): ProductShape {
  const { images, channels, height, width, filters, kernel, padding, dilation = 1 } = shape;
  const rows = outputSize(height, shape);
  const columns = outputSize(width, shape);
  const window = kernel * kernel;
  const guard = (part: 1 | 2, extent: number) => ({
    offset: padding,
    extent,
    batch: [],
    outer: [0, part === 1 ? 1 : 0, part === 2 ? 1 : 0],
    k: [0, part === 1 ? -dilation : 0, part === 2 ? -dilation : 0],
  });
  return {
    name: 'convolution, input gradient',
    batch: [],
    m: [channels],
    n: [images, height, width],
    k: [filters, kernel, kernel],
    a: {
      type: 'float32',
      elements: filters * channels * window,
      batch: [],
      outer: [window],
      k: [channels * window, kernel, 1],
    },
    b: {
      type: 'float32',
      elements: images * filters * rows * columns,
      offset: padding * columns + padding,
      batch: [],
      outer: [filters * rows * columns, columns, 1],
      k: [rows * columns, -dilation * columns, -dilation],
      guards: [guard(1, rows), guard(2, columns)],
    },
    c: {
      elements: images * channels * height * width,
      batch: [],
      m: [height * width],
      n: [channels * height * width, width, 1],
    },
  };
}

/** dw[filter, channel, kh, kw] = sum over (image, oh, ow) of dy · x. */
export function convolutionWeightGradient(shape: ConvolutionShape): ProductShape {
  const { images, channels, height, width, filters, kernel, padding, stride, dilation = 1 } = shape;
  const rows = outputSize(height, shape);
  const columns = outputSize(width, shape);
  const plane = height * width;
  const window = kernel * kernel;
  return {
    name: 'convolution, weight gradient',
    batch: [],
    m: [filters],
    n: [channels, kernel, kernel],
    k: [images, rows, columns],
    a: {
      type: 'float32',
      elements: images * filters * rows * columns,
      batch: [],
      outer: [rows * columns],
      k: [filters * rows * columns, columns, 1],
    },
    b: {
      type: 'float32',
      elements: images * channels * plane,
      offset: -padding * width - padding,
      batch: [],
      outer: [plane, dilation * width, dilation],
      k: [channels * plane, stride * width, stride],
      guards: inputGuards(shape, { outer: 'window' }),
    },
    c: { elements: filters * channels * window, batch: [], m: [channels * window], n: [window, kernel, 1] },
  };
}
