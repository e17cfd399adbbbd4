/**
 * One backward pass: from the gradient of a root to the gradients of the sources, graph in, graph out. Nodes are
 * visited from the greatest id down, so each has its whole gradient when its rule runs. Values that were computed in
 * an earlier graph wait until nothing else is left; then their history is brought in and the pass goes on.
 */

import { GradError, sameShape, unreachable } from '@tenfold/ir';
import type { Device, Graph, NodeId, Storage } from '@tenfold/ir';
import type { GradHook, Tensor } from '@tenfold/tensor/base';
import { apply, findLeafState, fromNode } from '@tenfold/tensor/internal';
import type { GradNote } from '@tenfold/tensor/internal';
import { identityOf } from './identity.ts';
import type { Identity } from './identity.ts';
import { joinSlices } from './join-slices.ts';
import { report } from './observe.ts';
import { ruleOf } from './rules/table.ts';
import { readSaved } from './saved-tensors.ts';

export interface TraversalOptions {
  readonly retainGraph: boolean;
  /** Results whose gradients are asked for, besides the sources'. */
  readonly targets?: readonly Identity[];
}

export interface TraversalResult {
  /** Gradients by the storage of the leaf they belong to. */
  readonly sources: ReadonlyMap<Storage, Tensor>;
  /** Gradients of the targets, in order. */
  readonly targets: readonly (Tensor | undefined)[];
}

export function traverse(
  device: Device,
  seeds: ReadonlyMap<NodeId, Tensor>,
  options: TraversalOptions,
): TraversalResult {
  return new Traversal(device, options).run(seeds);
}

class Traversal {
  readonly #device: Device;
  readonly #graph: Graph;
  readonly #options: TraversalOptions;
  /** The gradients that have arrived so far, by node. */
  readonly #gradients: (Tensor | undefined)[];
  /** No node above this one has a gradient that waits. */
  #top = -1;
  readonly #sources = new Map<Storage, Tensor>();
  readonly #targets: (Tensor | undefined)[];
  /** Values computed in earlier graphs, whose history is not here yet. */
  #foreign: { readonly node: NodeId; readonly gradient: Tensor }[] = [];

  constructor(device: Device, options: TraversalOptions) {
    this.#device = device;
    this.#graph = device.graph;
    this.#options = options;
    this.#gradients = new Array<Tensor | undefined>(this.#graph.size).fill(undefined);
    this.#targets = new Array<Tensor | undefined>(options.targets?.length ?? 0).fill(undefined);
  }

  run(seeds: ReadonlyMap<NodeId, Tensor>): TraversalResult {
    for (const [node, gradient] of seeds) this.#send(node, gradient);
    do {
      while (this.#top >= 0) {
        const node = this.#top--;
        const gradient = this.#gradients[node];
        if (!gradient) continue;
        this.#gradients[node] = undefined;
        this.#visit(node, gradient);
      }
    } while (this.#bringInHistory());
    return { sources: this.#sources, targets: this.#targets };
  }

  #send(node: NodeId, gradient: Tensor): void {
    const sofar = this.#gradients[node];
    this.#gradients[node] = sofar ? apply('add', [sofar, gradient], undefined) : gradient;
    if (node > this.#top) this.#top = node;
  }

  #visit(node: NodeId, arrived: Tensor): void {
    const graph = this.#graph;
    const note = graph.notes.get(node) as GradNote | undefined;
    const source = graph.sources.get(node);
    const hooks = note?.hooks ?? (source && findLeafState(source)?.hooks);
    const joined = joinSlices(arrived);
    const gradient = hooks ? this.#afterHooks(hooks, joined) : joined;
    note?.retain?.(gradient);
    report(() => ({ op: graph.ops[node], name: source?.name, ...graph.types[node], gradient }));
    this.#recordTarget(node, gradient);
    if (source) this.#arrive(source, gradient);
    else if (graph.freed.has(node)) this.#refuseFreed(node);
    else if (graph.ops[node] === 'leaf') this.#foreign.push({ node, gradient });
    else this.#propagate(node, gradient, note);
  }

  #arrive(source: Storage, gradient: Tensor): void {
    const sofar = this.#sources.get(source);
    this.#sources.set(source, sofar ? apply('add', [sofar, gradient], undefined) : gradient);
  }

  /** Continues in the history of values from earlier graphs. Returns whether there was any. */
  #bringInHistory(): boolean {
    const foreign = this.#foreign;
    this.#foreign = [];
    for (const { node, gradient } of foreign) {
      const origin =
        this.#graph.origins.get(node) ?? unreachable('a traced leaf has neither source nor origin');
      this.#send(this.#device.adoptWithHistory(origin.graph, origin.node), gradient);
    }
    return foreign.length > 0;
  }

  #propagate(node: NodeId, gradient: Tensor, note: GradNote | undefined): void {
    const graph = this.#graph;
    const op = graph.ops[node];
    const rule = ruleOf(op);
    if (!rule) return;
    if (note?.recompute) {
      // The nodes this appends have greater ids, so they are visited next, before what they were computed from.
      this.#send(note.recompute().resolve(), gradient);
      if (!this.#options.retainGraph) this.#free(node);
      return;
    }
    const inputs = graph.inputs[node];
    const saved = (at: NodeId) => readSaved(fromNode(this.#device, at), graph, at);
    const output = saved(node);
    const gradients = note?.backward
      ? [undefined, ...note.backward(gradient, output)]
      : rule.backward({
          inputs: inputs.map(saved),
          output,
          attrs: graph.attrs[node],
          gradient,
          needs: inputs.map((input) => graph.tracked[input]),
        });
    if (rule.saves !== 'none' && !this.#options.retainGraph) this.#free(node);
    for (const [i, input] of inputs.entries()) {
      const inputGradient = gradients[i];
      if (inputGradient && graph.tracked[input]) this.#send(input, this.#checked(op, inputGradient, input));
    }
  }

  /** A gradient from a rule or a user's function, in the open graph and of its input's shape and dtype. */
  #checked(op: string, gradient: Tensor, input: NodeId): Tensor {
    const { shape, dtype } = this.#graph.types[input];
    if (!sameShape(gradient.shape, shape) || gradient.dtype !== dtype) {
      throw new GradError(
        `${op}: backward gave a ${gradient.dtype} gradient of shape [${gradient.shape.join(', ')}] for a ${dtype} input of ` +
          `shape [${shape.join(', ')}]; they must agree`,
      );
    }
    return gradient;
  }

  #afterHooks(hooks: ReadonlySet<GradHook>, gradient: Tensor): Tensor {
    let result = gradient;
    for (const hook of hooks) {
      result = hook(result) ?? result;
      if (this.#device.graph !== this.#graph) {
        throw new GradError(
          'backward: a hook read a value at once, in the middle of backward; keep the tensor and await it afterwards',
        );
      }
      if (!sameShape(result.shape, gradient.shape)) {
        throw new GradError(
          `backward: a hook changed the gradient's shape from [${gradient.shape}] to [${result.shape}]`,
        );
      }
    }
    return result;
  }

  #recordTarget(node: NodeId, gradient: Tensor): void {
    const { targets } = this.#options;
    if (!targets) return;
    const identity = identityOf(this.#graph, node);
    targets.forEach((target, i) => {
      if (target.graph === identity.graph && target.node === identity.node) this.#targets[i] = gradient;
    });
  }

  /** Marks the node, and the nodes it was imported from, as used up. */
  #free(node: NodeId): void {
    this.#graph.freed.add(node);
    for (let origin = this.#graph.origins.get(node); origin; origin = origin.graph.origins.get(origin.node)) {
      origin.graph.freed.add(origin.node);
    }
  }

  #refuseFreed(node: NodeId): never {
    throw new GradError(
      `backward: the history of this value (${this.#graph.ops[node]}) was used up by an earlier backward; ` +
        `pass { retainGraph: true } to the earlier one, or compute the value again`,
    );
  }
}
