/** Gradients as values: `grad`, without touching any `.grad`. What is built on it is in `transforms/`. */

import { ArgumentError, GradError } from '@tenfold/ir';
import { Tensor, enableGrad, noGrad } from '@tenfold/tensor/base';
import { inside } from '@tenfold/tensor/internal';
import { rootNode, seedFor } from './engine.ts';
import { identityOf } from './identity.ts';
import type { Identity } from './identity.ts';
import { traverse } from './traversal.ts';

export interface GradOptions {
  /** Gradients of the outputs, in order; may be left out for single numbers. */
  readonly gradOutputs?: readonly (Tensor | undefined)[];
  /** Keep the history for a further pass; the default is `createGraph`. */
  readonly retainGraph?: boolean;
  /** Make the gradients themselves differentiable. Default false. */
  readonly createGraph?: boolean;
  /** Give null for an input that the outputs do not depend on, instead of an error. Default false. */
  readonly allowUnused?: boolean;
}

type GradOf<O extends GradOptions> = O['allowUnused'] extends true ? Tensor | null : Tensor;

/**
 * The gradients of (the sum of) `outputs` with respect to `inputs`, as torch.autograd.grad.
 * https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 * @throws GradError when an input does not require gradients, or is unused and `allowUnused` is not set.
 */
export function grad<O extends GradOptions>(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options?: O,
): GradOf<O>[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  if (roots.length === 0 || inputs.length === 0)
    throw new ArgumentError('grad: at least one output and one input are needed');
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const device = roots[0].home;
  const pass = (): (Tensor | null)[] => {
    const seeds = new Map<number, Tensor>();
    roots.forEach((root, i) => {
      const seed = seedFor('grad', root, options.gradOutputs?.[i]);
      const node = rootNode('grad', root);
      const sofar = seeds.get(node);
      seeds.set(node, sofar ? sofar.add(seed) : seed);
    });
    const targets = inputs.map(targetOf);
    const result = traverse(device, seeds, { retainGraph, targets });
    return inputs.map((input, i) => {
      const { source } = input;
      const gradient = source.kind === 'storage' ? result.sources.get(source.storage) : result.targets[i];
      if (gradient) return gradient;
      if (options.allowUnused) return null;
      throw new GradError(
        `grad: input ${i} was not used to compute the outputs; pass { allowUnused: true } to get null for it`,
      );
    });
  };
  return inside(() => (createGraph ? enableGrad : noGrad)(pass));
}

function targetOf(input: Tensor, i: number): Identity {
  if (!input.requiresGrad)
    throw new GradError(`grad: input ${i} does not require gradients; set requiresGrad before computing`);
  const { source, home } = input;
  return source.kind === 'node' ? identityOf(source.graph, source.node) : { graph: home.graph, node: -1 };
}
