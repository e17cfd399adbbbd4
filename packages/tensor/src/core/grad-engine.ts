/**
 * The seam to automatic differentiation. Tensors know which of them require gradients; the rules live in
 * `@tenfold/autograd`, which registers its engine here when it is imported. Inference never downloads it.
 */

import { GradError } from '@tenfold/ir';
import type { Device, Graph, NodeId } from '@tenfold/ir';
import type { Tensor } from './tensor.ts';

export interface BackwardOptions {
  /** Keep the traced history, so that backward can pass through it again. */
  readonly retainGraph?: boolean;
  /** Make the gradients themselves differentiable; implies `retainGraph`. */
  readonly createGraph?: boolean;
}

export interface GradEngine {
  backward(root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void;
  /** Nodes of `graph` whose values a backward pass from `roots` would read: kept when a result is read before it. */
  savedFor(graph: Graph, roots: readonly NodeId[]): readonly NodeId[];
  /** Installs a hook on a result that is not a leaf. */
  hook(tensor: Tensor, hook: GradHook): () => void;
  retainGrad(tensor: Tensor): void;
}

/** Sees a gradient on its way; a tensor it returns takes the gradient's place. */
export type GradHook = (gradient: Tensor) => Tensor | void;

let engine: GradEngine | undefined;

export function registerGradEngine(implementation: GradEngine): void {
  engine = implementation;
}

export function gradEngine(op: string): GradEngine {
  if (!engine) {
    throw new GradError(`${op}: gradients need the package '@tenfold/autograd'; install it and import it once`);
  }
  return engine;
}

/** What a read must keep so that a later backward does not compute the forward pass again. */
export function savedForBackward(device: Device, node: NodeId): readonly NodeId[] {
  const { graph } = device;
  return engine && graph.tracked[node] ? engine.savedFor(graph, [node]) : [];
}
