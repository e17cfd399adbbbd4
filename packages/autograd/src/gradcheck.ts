/**
 * Numerical gradient checks: central differences against the gradient rules, every element of the Jacobian.
 * https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.html
 */

import { ArgumentError, GradError, formatShape } from '@tenfold/ir';
import { enableGrad, fromBytes, noGrad } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { grad } from './grad.ts';

export interface GradcheckOptions {
  /** Step of the central difference. */
  readonly eps?: number;
  /** Absolute tolerance of an element of the Jacobian. */
  readonly atol?: number;
  /** Tolerance relative to the largest magnitude in the Jacobian. */
  readonly rtol?: number;
}

export type DifferentiableFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * Compares the gradients of `fn` at `inputs` with central differences. Inputs must be float64 (float32 is too coarse
 * for the default step; pass larger `eps` and tolerances for it); those with `requiresGrad` are checked.
 * @throws GradError naming input, output and the two numbers that differ.
 */
export async function gradcheck(
  fn: DifferentiableFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<true> {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-4 } = options;
  const checked = inputs.flatMap((input, i) => (input.requiresGrad ? [i] : []));
  if (checked.length === 0)
    throw new ArgumentError('gradcheck: no input requires gradients; set requiresGrad on one');
  const values = await Promise.all(inputs.map((input) => numbersOf(input)));
  const fresh = (i: number, data: Float64Array): Tensor => rebuild(inputs[i], data);
  const outputsAt = (of: readonly Tensor[]): readonly Tensor[] => listOf(fn(...of));

  const leaves = inputs.map((input, i) => (input.requiresGrad ? fresh(i, values[i]).requiresGrad_() : input));
  const outputs = outputsAt(leaves);
  for (const [o, output] of outputs.entries()) {
    const analytic = await analyticJacobian(
      output,
      checked.map((i) => leaves[i]),
    );
    for (const [k, i] of checked.entries()) {
      const numeric = await numericJacobian(values[i], eps, (data) =>
        noGrad(() => outputsAt(inputs.map((input, j) => (j === i ? fresh(j, data) : input)))[o]),
      );
      compare(analytic[k], numeric, { input: i, output: o, columns: output.numel, atol, rtol });
    }
  }
  return true;
}

/**
 * `gradcheck` of the gradient itself: second derivatives. The gradients of the outputs are weighted by fixed numbers,
 * so that no second derivative is hidden by symmetry.
 */
export async function gradgradcheck(
  fn: DifferentiableFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<true> {
  const first = (...xs: Tensor[]): readonly Tensor[] =>
    enableGrad(() => {
      // Inside a numeric difference the inputs are plain, but the first derivative still has to be taken.
      const traced = xs.map((x, i) => (inputs[i].requiresGrad && !x.requiresGrad ? x.requiresGrad_() : x));
      const outputs = listOf(fn(...traced)).filter((output) => output.requiresGrad);
      const wanted = traced.filter((x) => x.requiresGrad);
      return grad(outputs, wanted, { gradOutputs: outputs.map(weights), createGraph: true });
    });
  return gradcheck(first, inputs, options);
}

function weights(output: Tensor): Tensor {
  const data = Float64Array.from({ length: output.numel }, (_, i) => 0.5 + ((i * 7) % 11) / 11);
  return rebuild(output, data);
}

function listOf(value: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(value) ? value : [value as Tensor];
}

async function numbersOf(tensor: Tensor): Promise<Float64Array> {
  const bytes = await tensor.bytes();
  if (tensor.dtype === 'float64') return new Float64Array(bytes.buffer, bytes.byteOffset, tensor.numel);
  if (tensor.dtype === 'float32')
    return Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, tensor.numel));
  return new Float64Array(tensor.numel);
}

function rebuild(like: Tensor, data: Float64Array): Tensor {
  const array = like.dtype === 'float32' ? Float32Array.from(data) : data.slice();
  return fromBytes(new Uint8Array(array.buffer), like.shape, like.dtype, { device: like.device });
}

/** Rows of inputs' elements, columns of the output's. */
async function analyticJacobian(output: Tensor, inputs: readonly Tensor[]): Promise<Float64Array[]> {
  const columns = output.numel;
  const jacobians = inputs.map((input) => new Float64Array(input.numel * columns));
  for (let column = 0; column < columns; column++) {
    const seed = rebuild(
      output,
      Float64Array.from({ length: columns }, (_, i) => (i === column ? 1 : 0)),
    );
    if (!output.requiresGrad) break;
    const gradients = grad(output, inputs, { gradOutputs: [seed], retainGraph: true, allowUnused: true });
    for (const [k, gradient] of gradients.entries()) {
      if (!gradient) continue;
      const numbers = await numbersOf(gradient);
      numbers.forEach((value, row) => (jacobians[k][row * columns + column] = value));
    }
  }
  return jacobians;
}

async function numericJacobian(
  at: Float64Array,
  eps: number,
  evaluate: (data: Float64Array) => Tensor,
): Promise<Float64Array> {
  const rows: number[] = [];
  for (let i = 0; i < at.length; i++) {
    const shifted = (by: number) => numbersOf(evaluate(at.map((x, j) => (j === i ? x + by : x))));
    const above = await shifted(eps);
    const below = await shifted(-eps);
    above.forEach((value, column) => rows.push((value - below[column]) / (2 * eps)));
  }
  return Float64Array.from(rows);
}

interface Comparison {
  readonly input: number;
  readonly output: number;
  readonly columns: number;
  readonly atol: number;
  readonly rtol: number;
}

function compare(
  analytic: Float64Array,
  numeric: Float64Array,
  { input, output, columns, atol, rtol }: Comparison,
): void {
  const scale = numeric.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  for (let i = 0; i < numeric.length; i++) {
    const error = Math.abs(analytic[i] - numeric[i]);
    if (error <= atol + rtol * scale) continue;
    const where = formatShape([Math.floor(i / columns), i % columns]);
    throw new GradError(
      `gradcheck: d output ${output} / d input ${input} at ${where} (element of input, element of output): the rule gives ` +
        `${analytic[i]}, the difference quotient ${numeric[i]}`,
    );
  }
}
