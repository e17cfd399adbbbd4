/**
 * Gradients in float32 on one device against the same gradients in float64 on the reference engine, at the same inputs:
 * first derivatives of a weighted sum of the results, and second ones of a weighted sum of the first.
 */

import { grad } from '@tenfold/autograd';
import type { DType } from '@tenfold/ir';
import { setDefaultDevice } from '@tenfold/ir';
import { fromBytes } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { expect } from 'vitest';
import { encode } from '../number-format.ts';
import type { GradientCase } from './case.ts';
import { valuesOf } from './case.ts';

/** Of the largest magnitude among a case's gradients. */
const TOLERANCE = 1e-4;

/** All first derivatives, then all second ones, of each input in turn. */
type Derivatives = readonly (readonly number[])[];

export async function checkAgainstReference(each: GradientCase, device: string): Promise<void> {
  const expected = await derivativesOf(each, 'reference', 'float64');
  const actual = await derivativesOf(each, device, 'float32');
  for (const [order, gradients] of expected.entries()) {
    const scale = gradients.reduce((max, x) => Math.max(max, Math.abs(x)), 1e-3);
    const errors = gradients.map((x, i) => Math.abs(actual[order][i] - x));
    const worst = errors.indexOf(Math.max(...errors));
    const which = `derivative ${order + 1}, element ${worst}: ${actual[order][worst]} for ${gradients[worst]}`;
    expect(errors[worst] / scale, which).toBeLessThanOrEqual(TOLERANCE);
  }
}

async function derivativesOf(
  { shapes, fn, range = [-1.5, 1.5], smooth }: GradientCase,
  device: string,
  dtype: DType,
): Promise<Derivatives> {
  setDefaultDevice(device);
  const inputs = shapes.map((shape, i) => {
    // Values that float32 holds exactly, so that both start from the same.
    const values = Float32Array.from(valuesOf(shape, range, 11 * (i + 1)));
    return fromBytes(encode(dtype, [...values]), shape, dtype, { requiresGrad: true });
  });
  const results = fn(...inputs);
  const first = gradientsOf(weightedSum(Array.isArray(results) ? results : [results as Tensor]), inputs);
  const derivatives = [await numbersOf(first, inputs)];
  if (smooth) {
    const traced = first.filter((gradient) => gradient?.requiresGrad);
    const second = traced.length > 0 ? gradientsOf(weightedSum(traced), inputs) : inputs.map(() => null);
    derivatives.push(await numbersOf(second, inputs));
  }
  return derivatives;
}

function gradientsOf(sum: Tensor, inputs: readonly Tensor[]): readonly (Tensor | null)[] {
  return grad(sum, inputs, { createGraph: true, allowUnused: true });
}

/** Fixed weights, so that nothing is hidden by symmetry. */
function weightedSum(values: readonly (Tensor | null)[]): Tensor {
  const sums = values.flatMap((value) => {
    if (!value?.requiresGrad) return [];
    const weights = Array.from({ length: value.numel }, (_, i) => 0.5 + ((i * 7) % 11) / 8);
    return [value.mul(fromBytes(encode(value.dtype, weights), value.shape, value.dtype)).sum()];
  });
  return sums.reduce((total, sum) => total.add(sum));
}

/** The elements of all gradients, zeros for an input that has none. */
async function numbersOf(
  gradients: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
): Promise<number[]> {
  const lists = gradients.map(async (gradient, i) =>
    gradient ? Array.from(await gradient.data(), Number) : new Array<number>(inputs[i].numel).fill(0),
  );
  return (await Promise.all(lists)).flat();
}
