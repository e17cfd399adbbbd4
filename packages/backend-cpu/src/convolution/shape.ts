/** A two-dimensional convolution in the user's terms, and what its algorithms cost. */

import type { AlgorithmEstimate, ConvolutionProblem, Machine } from './algorithms.ts';
import { estimates } from './algorithms.ts';

export interface ConvolutionShape {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  /** Height and width of the windows. */
  readonly kernel: readonly [number, number];
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each side. Default 0. */
  readonly padding?: number;
  /** Default 1. */
  readonly dilation?: number;
  /** Default 1. */
  readonly groups?: number;
}

/** Height and width of the result. */
export function outputExtents(shape: ConvolutionShape): [number, number] {
  const { height, width, kernel, stride = 1, padding = 0, dilation = 1 } = shape;
  const along = (extent: number, taps: number) =>
    Math.floor((extent + 2 * padding - dilation * (taps - 1) - 1) / stride) + 1;
  return [along(height, kernel[0]), along(width, kernel[1])];
}

/**
 * What each algorithm costs for a forward pass, or why it cannot compute it: arithmetic, memory traffic, peak extra
 * memory, expected rounding and estimated time. Nothing is computed or allocated. By default for two threads with fused
 * multiply-add.
 */
export function convolutionAlgorithms(
  shape: ConvolutionShape,
  { threads = 2, tileRows = 6, tileColumns = 8 }: Partial<Machine> = {},
): AlgorithmEstimate[] {
  return estimates(problemOf(shape), { threads, tileRows, tileColumns });
}

function problemOf(shape: ConvolutionShape): ConvolutionProblem {
  const { batch, channels, height, width, filters, kernel, groups = 1 } = shape;
  const { stride = 1, padding = 0, dilation = 1 } = shape;
  const outputs = outputExtents(shape);
  const window = (axis: 0 | 1) => ({
    outputs: outputs[axis],
    taps: kernel[axis],
    stride,
    dilation,
    origin: -padding,
    extent: [height, width][axis],
  });
  return {
    groups,
    images: batch,
    channels: channels / groups,
    filters: filters / groups,
    rows: window(0),
    columns: window(1),
    imageColumnStep: 1,
    filterColumnStep: 1,
    float32: true,
  };
}
