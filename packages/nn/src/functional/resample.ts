/**
 * Linear maps along one axis at a time in which each result depends on a few neighbours: interpolation and adaptive
 * averages. Which neighbours, and with what weights, are tables made on the host; elements are fetched by them, and the
 * gradient is the same with the tables of the transposed map, so nothing is scattered.
 */

import { computeType } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { customGrad, fromBuffer, indexSelect } from '@tenfold/tensor/base';
import { apply, castTo, expandTo } from '@tenfold/tensor/internal';

/** A sparse matrix: result `o` is the sum over `taps` of `weights[o, tap] · x[starts[o] + tap]`. */
export interface Band {
  /** Of the axis. */
  readonly length: number;
  /** Of the results. */
  readonly count: number;
  readonly taps: number;
  readonly starts: Int32Array<ArrayBuffer>;
  readonly weights: Float64Array<ArrayBuffer>;
}

/** A weight for an element. */
export type Tap = readonly [at: number, weight: number];

/** The band in which each result is a sum of these elements; one that is named twice counts twice. */
export function bandOf(length: number, count: number, tapsOf: (o: number) => readonly Tap[]): Band {
  const rows = Array.from({ length: count }, (_, o) => tapsOf(o));
  const firsts = rows.map((row) => row.reduce((least, [at]) => Math.min(least, at), length - 1));
  const spans = rows.map((row, o) => row.reduce((most, [at]) => Math.max(most, at - firsts[o] + 1), 1));
  const taps = spans.reduce((most, span) => Math.max(most, span), 1);
  const starts = Int32Array.from(firsts, (first) => Math.max(Math.min(first, length - taps), 0));
  const weights = new Float64Array(count * taps);
  rows.forEach((row, o) => {
    for (const [at, weight] of row) weights[o * taps + at - starts[o]] += weight;
  });
  return { length, count, taps, starts, weights };
}

function transposed({ length, count, taps, starts, weights }: Band): Band {
  const rows: Tap[][] = Array.from({ length }, () => []);
  starts.forEach((start, o) => {
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[o * taps + tap];
      if (weight !== 0) rows[start + tap].push([o, weight]);
    }
  });
  return bandOf(count, length, (i) => rows[i]);
}

/** Applies a band to each of the last axes. Halves are computed with in float32. */
export function resample(x: Tensor, bands: readonly Band[]): Tensor {
  const first = x.ndim - bands.length;
  // What shrinks most comes first.
  const order = [...bands.entries()].sort(([, a], [, b]) => a.count / a.length - b.count / b.length);
  const wide = castTo(x, computeType(x.dtype));
  return castTo(order.reduce((result, [i, band]) => along(result, first + i, band), wide), x.dtype);
} // prettier-ignore

function along(x: Tensor, axis: number, band: Band): Tensor {
  const { length, count, taps, starts, weights } = band;
  const isPlain = taps === 1 && weights.every((weight) => weight === 1);
  if (isPlain && count % length === 0) {
    const factor = count / length;
    if (starts.every((start, o) => start === Math.floor(o / factor))) return repeated(x, axis, factor);
  }
  return customGrad(
    [x],
    () => (isPlain ? fetched(x, axis, starts) : weighted(x, axis, band)),
    (gradient) => [along(gradient, axis, transposed(band))],
  );
}

/** Each element as many times as the factor says. */
function repeated(x: Tensor, axis: number, factor: number): Tensor {
  if (factor === 1) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const column = x.reshape([...before, x.shape[axis], 1, ...after]);
  const spread = expandTo(column, [...before, x.shape[axis], factor, ...after]);
  return spread.reshape([...before, x.shape[axis] * factor, ...after]);
}

function fetched(x: Tensor, axis: number, positions: Int32Array<ArrayBuffer>): Tensor {
  return indexSelect(x, axis, fromBuffer(positions, positions.length, { device: x.device }));
}

function weighted(x: Tensor, axis: number, { count, taps, starts, weights }: Band): Tensor {
  const positions = new Int32Array(count * taps);
  starts.forEach((start, o) => {
    for (let tap = 0; tap < taps; tap++) positions[o * taps + tap] = start + tap;
  });
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const elements = fetched(x, axis, positions).reshape([...before, count, taps, ...after]);
  const table = weightTable(x, weights).reshape([count, taps, ...after.map(() => 1)]);
  const products = elements.mul(table);
  return apply('reduce', [products], { kind: 'sum', axes: [axis + 1] });
}

function weightTable({ dtype, device }: Tensor, weights: Float64Array<ArrayBuffer>): Tensor {
  const isDouble: boolean = dtype === ('float64' satisfies DType);
  return fromBuffer(isDouble ? weights : Float32Array.from(weights), weights.length, { device });
}
