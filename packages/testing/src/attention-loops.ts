/**
 * The primitive `attention` as plain loops in double precision, row by row, after its definition in the op table: what
 * the reference engine and the interpreter backend compute it with.
 */

import type { AttentionSpec, DType, Shape } from '@tenfold/ir';
import { numel } from '@tenfold/ir';
import type { Scalar } from './number-format.ts';
import { conform } from './number-format.ts';

/** An input: its elements in row-major order. */
export interface AttentionInput {
  readonly shape: Shape;
  readonly data: readonly Scalar[];
}

/** The sizes of one attention. */
interface Sizes {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  readonly width: number;
}

/** Inputs in the order of the primitive's; the result's elements in row-major order, each of `dtype`. */
export function attentionLoops(
  { result, causal }: AttentionSpec,
  inputs: readonly AttentionInput[],
  dtype: DType,
): Scalar[] {
  const [query, key, value, scaleInput, ...rest] = inputs;
  const gradients = result === 'output' ? [] : rest.splice(0, 3);
  const [mask] = rest;
  const rank = query.shape.length;
  const sizes: Sizes = {
    batch: numel(query.shape.slice(0, -2)),
    queries: query.shape[rank - 2],
    keys: key.shape[rank - 2],
    depth: query.shape[rank - 1],
    width: value.shape[rank - 1],
  };
  const { batch, queries, keys, depth, width } = sizes;
  const scale = Number(scaleInput.data[0]);
  const dot = (a: AttentionInput, from: number, b: AttentionInput, at: number, count: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Number(a.data[from + i]) * Number(b.data[at + i]);
    return sum;
  };
  const score = (b: number, l: number, s: number) => {
    if (causal && s > l) return -Infinity;
    const product = dot(query, (b * queries + l) * depth, key, (b * keys + s) * depth, depth);
    return scale * product + (mask ? Number(mask.data[(b * queries + l) * keys + s]) : 0);
  };
  const out = new Array<number>(outputSize(result, sizes)).fill(0);
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < queries; l++) {
      const row = b * queries + l;
      const scores = Array.from({ length: keys }, (_, s) => score(b, l, s));
      if (result === 'output') {
        const greatest = scores.reduce((x, y) => Math.max(x, y), -Infinity);
        const weights = scores.map((x) => Math.exp(x - greatest));
        const sum = weights.reduce((x, y) => x + y, 0);
        const at = row * (width + 1);
        weights.forEach((weight, s) => {
          for (let v = 0; v < width; v++)
            out[at + v] += (weight / sum) * Number(value.data[(b * keys + s) * width + v]);
        });
        // A row that may look at nothing has no weights, and the log of an empty sum.
        out[at + width] = greatest === -Infinity ? greatest : greatest + Math.log(sum);
        continue;
      }
      const [gradient, logSumExp, delta] = gradients;
      scores.forEach((x, s) => {
        const weight = Math.exp(x - Number(logSumExp.data[row]));
        const [from, pair] = [row * width, b * keys + s];
        const change = weight * (dot(gradient, from, value, pair * width, width) - Number(delta.data[row]));
        const start = b * (queries * depth + keys * (depth + width));
        const ofQuery = start + l * depth;
        const ofKey = start + (queries + s) * depth;
        const ofValue = start + (queries + keys) * depth + s * width;
        for (let e = 0; e < depth; e++) {
          out[ofQuery + e] += scale * change * Number(key.data[pair * depth + e]);
          out[ofKey + e] += scale * change * Number(query.data[row * depth + e]);
        }
        for (let v = 0; v < width; v++) out[ofValue + v] += weight * Number(gradient.data[from + v]);
      });
    }
  }
  return out.map((x) => conform(dtype, x));
}

function outputSize(result: AttentionSpec['result'], { batch, queries, keys, depth, width }: Sizes): number {
  return batch * (result === 'output' ? queries * (width + 1) : queries * depth + keys * (depth + width));
}
