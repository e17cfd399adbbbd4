/** What the transforms of functions share: their inputs as variables of their own, and results of one kind or a list. */

import { ArgumentError, GradError, ShapeError, formatShape, isFloat, sameShape } from '@tenfold/ir';
import { Tensor, enableGrad } from '@tenfold/tensor/base';
import { apply, fromNode } from '@tenfold/tensor/internal';
import { grad } from '../grad.ts';

/** A differentiable function of tensors. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/** One tensor, or several. */
export type OneOrMore = Tensor | readonly Tensor[];

/** A result for the one input, or one for each. */
export type Like<I extends OneOrMore> = I extends Tensor ? Tensor : Tensor[];

export interface TransformOptions {
  /** Make the result itself differentiable, also with respect to the inputs. Default false. */
  readonly createGraph?: boolean;
  /** Raise where the result does not depend on an input, instead of giving zeros. Default false. */
  readonly strict?: boolean;
}

export function listOf(inputs: OneOrMore): readonly Tensor[] {
  return inputs instanceof Tensor ? [inputs] : inputs;
}

/** A list of results in the form of the inputs. */
export function inFormOf<I extends OneOrMore>(inputs: I, results: readonly Tensor[]): Like<I> {
  return (inputs instanceof Tensor ? results[0] : [...results]) as Like<I>;
}

/**
 * Variables with the values of `inputs`, with respect to which a function is differentiated. With `connected` gradients
 * flow on to what the inputs were computed from. Nothing is computed for it.
 */
export function variablesFor(op: string, inputs: OneOrMore, connected = false): Tensor[] {
  const list = listOf(inputs);
  if (list.length === 0) throw new ArgumentError(`${op}: at least one input is needed`);
  return list.map((input, i) => {
    if (!isFloat(input.dtype))
      throw new GradError(`${op}: input ${i} is ${input.dtype}; only floats can be differentiated with respect to, cast it first`); // prettier-ignore
    const copy = connected
      ? enableGrad(() => apply('reshape', [input], { shape: input.shape }))
      : apply('detach', [input], undefined);
    const { graph } = copy.home;
    const node = copy.resolve();
    graph.tracked[node] = true;
    return fromNode(copy.home, node);
  });
}

/** The function's value at the variables, as one tensor that may or may not depend on them. */
export function valueAt(op: string, func: TensorFunction, variables: readonly Tensor[]): Tensor {
  const value = enableGrad(() => func(...variables));
  if (value instanceof Tensor) return value;
  throw new ArgumentError(`${op}: the function must return one tensor; stack or concatenate several`);
}

/** The vector-Jacobian product, with zeros (or, when `strict`, an error) where the value does not depend on a variable. */
export function pullBack(
  op: string,
  value: Tensor,
  variables: readonly Tensor[],
  vector: Tensor | undefined,
  { createGraph = false, strict = false }: TransformOptions,
): Tensor[] {
  const found = value.requiresGrad
    ? grad(value, variables, { gradOutputs: [vector], createGraph, allowUnused: true })
    : variables.map(() => null);
  return found.map((gradient, i) => {
    if (!gradient && strict)
      throw new GradError(`${op}: the value does not depend on input ${i}; without { strict: true } its derivative is zero`); // prettier-ignore
    return gradient ?? apply('sub', [variables[i], variables[i]], undefined).detach();
  });
}

/** Raises ShapeError unless each vector has the shape and dtype of its partner. */
export function checkVectors(
  op: string,
  what: string,
  vectors: readonly Tensor[],
  of: readonly Tensor[],
): void {
  if (vectors.length !== of.length)
    throw new ArgumentError(`${op}: ${vectors.length} vectors for ${of.length} ${what}s; give one for each`);
  vectors.forEach((vector, i) => {
    const partner = of[i];
    if (sameShape(vector.shape, partner.shape) && vector.dtype === partner.dtype) return;
    throw new ShapeError(
      `${op}: a ${vector.dtype} vector of shape ${formatShape(vector.shape)} does not fit ${what} ${i}, which is ` +
        `${partner.dtype} of shape ${formatShape(partner.shape)}`,
    );
  });
}
