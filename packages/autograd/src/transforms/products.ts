/**
 * Products of Jacobians and Hessians with vectors, without the matrices. Forward mode is two backward passes: the
 * vector-Jacobian product is linear in its vector, so its own derivative with respect to that is the product from the
 * other side; of the first pass nothing is computed but what the second one reads.
 * https://pytorch.org/docs/stable/autograd.html#functional-higher-level-api
 */

import type { Tensor } from '@tenfold/tensor/base';
import { inside, literal } from '@tenfold/tensor/internal';
import { seedFor } from '../engine.ts';
import { checkVectors, inFormOf, listOf, pullBack, valueAt, variablesFor } from './variables.ts';
import type { Like, OneOrMore, TensorFunction, TransformOptions } from './variables.ts';

const settled = (x: Tensor, { createGraph = false }: TransformOptions): Tensor =>
  createGraph ? x : x.detach();

/**
 * The value of `func` at `inputs`, and the vector-Jacobian product `vᵀ J` with respect to each of them, as
 * torch.autograd.functional.vjp. `v` has the shape of the value, and may be left out when that is a single number.
 */
export function vjp<I extends OneOrMore>(
  func: TensorFunction,
  inputs: I,
  v?: Tensor,
  options: TransformOptions = {},
): { value: Tensor; gradients: Like<I> } {
  return inside(() => {
    const variables = variablesFor('vjp', inputs, options.createGraph);
    const value = valueAt('vjp', func, variables);
    const vector = value.requiresGrad ? seedFor('vjp', value, v) : v;
    const gradients = pullBack('vjp', value, variables, vector, options);
    return { value: settled(value, options), gradients: inFormOf(inputs, gradients) };
  });
}

/**
 * The value of `func` at `inputs`, and the Jacobian-vector product `J v` (forward mode), as
 * torch.autograd.functional.jvp: how the value changes when the inputs move along `v`, one vector for each input.
 */
export function jvp(
  func: TensorFunction,
  inputs: OneOrMore,
  v: OneOrMore,
  options: TransformOptions = {},
): { value: Tensor; tangent: Tensor } {
  return inside(() => {
    const variables = variablesFor('jvp', inputs, options.createGraph);
    checkVectors('jvp', 'input', listOf(v), variables);
    const value = valueAt('jvp', func, variables);
    const tangent = pushForward('jvp', value, variables, listOf(v), options);
    return { value: settled(value, options), tangent };
  });
}

/** How `value` changes when the variables move along `vectors`. */
export function pushForward(
  op: string,
  value: Tensor,
  variables: readonly Tensor[],
  vectors: readonly Tensor[],
  options: TransformOptions,
): Tensor {
  const [probe] = variablesFor(op, literal(value, 0));
  const products = pullBack(op, value, variables, probe, { ...options, createGraph: true });
  const [first, ...rest] = products.flatMap((product, i) =>
    product.requiresGrad ? [product.mul(vectors[i]).sum()] : [],
  );
  if (!first) return literal(value, 0);
  return pullBack(
    op,
    rest.reduce((sum, next) => sum.add(next), first),
    [probe],
    undefined,
    { createGraph: options.createGraph },
  )[0];
}

/**
 * The value of `func`, a single number, at `inputs`, and the product of its Hessian with `v`, as
 * torch.autograd.functional.hvp: a backward pass through the product of the gradient with `v`.
 */
export function hvp<I extends OneOrMore>(
  func: TensorFunction,
  inputs: I,
  v: OneOrMore,
  options: TransformOptions = {},
): { value: Tensor; products: Like<I> } {
  return inside(() => {
    const variables = variablesFor('hvp', inputs, options.createGraph);
    checkVectors('hvp', 'input', listOf(v), variables);
    const value = valueAt('hvp', func, variables);
    const gradients = pullBack('hvp', value, variables, undefined, { ...options, createGraph: true });
    const along = listOf(v);
    const slopes = gradients.flatMap((gradient, i) =>
      gradient.requiresGrad ? [gradient.mul(along[i]).sum()] : [],
    );
    const [first, ...rest] = slopes;
    const slope = first ? rest.reduce((sum, next) => sum.add(next), first) : literal(value, 0);
    const products = pullBack('hvp', slope, variables, undefined, options);
    return { value: settled(value, options), products: inFormOf(inputs, products) };
  });
}

/** As `hvp`, with `v` from the left, as torch.autograd.functional.vhp: Hessians are symmetric, so the numbers are the same. */
export function vhp<I extends OneOrMore>(
  func: TensorFunction,
  inputs: I,
  v: OneOrMore,
  options: TransformOptions = {},
): { value: Tensor; products: Like<I> } {
  return hvp(func, inputs, v, options);
}
