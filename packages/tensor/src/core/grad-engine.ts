/**
 * The seam to automatic differentiation. Tensors know which of them require gradients; the rules live in
 * `@tenfold/autograd`, which registers its engine here when it is imported. Inference never downloads it.
 * The types are open in the tensor, `T`, because `tensor.ts` is built on this file.
 */

import { GradError } from '@tenfold/ir';
import type { Graph, NodeId } from '@tenfold/ir';

export interface BackwardOptionsOf<T> {
  /** Keep the traced history, so that backward can pass through it again. Default `createGraph`. */
  readonly retainGraph?: boolean;
  /** Make the gradients themselves differentiable; implies `retainGraph`. Default false. */
  readonly createGraph?: boolean;
  /** The leaves whose gradients are wanted; all that the result was computed from when absent. */
  readonly inputs?: readonly T[];
}

/** Sees a gradient on its way; a tensor it returns takes the gradient's place. */
export type Hook<T> = (gradient: T) => T | void;

export interface Engine<T> {
  backward(root: T, gradient: T | undefined, options: BackwardOptionsOf<T>): void;
  /** Nodes of `graph` whose values a backward pass from `roots` would read: kept when a result is read before it. */
  savedFor(graph: Graph, roots: readonly NodeId[]): readonly NodeId[];
  /** Installs a hook on a result that is not a leaf. */
  hook(tensor: T, hook: Hook<T>): () => void;
  retainGrad(tensor: T): void;
}

/** The place of the engine, empty until one registers. */
export class EngineSlot<T> {
  #engine: Engine<T> | undefined;

  register(engine: Engine<T>): void {
    this.#engine = engine;
  }

  /** The engine, or a GradError that says where `op` would get one. */
  for(op: string): Engine<T> {
    if (this.#engine) return this.#engine;
    throw new GradError(
      `${op}: gradients need the package '@tenfold/autograd'; install it and import it once`,
    );
  }

  /** What must be kept when `nodes` are computed, so that a later backward does not compute the forward pass again. */
  savedForBackward(graph: Graph, nodes: readonly NodeId[]): readonly NodeId[] {
    const traced = nodes.filter((node) => graph.tracked[node]);
    return this.#engine && traced.length > 0 ? this.#engine.savedFor(graph, traced) : [];
  }
}
