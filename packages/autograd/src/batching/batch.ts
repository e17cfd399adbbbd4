/**
 * A computation traced for one member, done for a whole batch: nodes that depend on a placeholder are applied again by
 * their batch rules, graph in, graph out; all others are shared. The nodes of the trace itself are never computed.
 * Values are looked up by where they were first traced, so a gradient may be batched after the graph was run.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Graph, NodeId } from '@tenfold/ir';
import { Tensor, enableGrad, noGrad } from '@tenfold/tensor/base';
import { apply } from '@tenfold/tensor/internal';
import type { GradNote } from '@tenfold/tensor/internal';
import { identityOf } from '../identity.ts';
import { asBatch, batchRuleOf } from './rules.ts';
import type { BatchInput } from './rules.ts';

/** What random numbers traced for one member mean for the batch. */
export type Randomness = 'error' | 'same' | 'different';

/** The batch that a node stands for, or null where all members share its value. */
type Known = Map<Graph, Map<NodeId, Tensor | null>>;

export class Batch {
  readonly size: number;
  readonly #randomness: Randomness;
  readonly #known: Known = new Map();
  /** Where the trace began: what was drawn before it is one draw for all. */
  #start: { readonly graph: Graph; readonly node: NodeId } | undefined;

  constructor(size: number, randomness: Randomness = 'same') {
    this.size = size;
    this.#randomness = randomness;
  }

  /** One member of `batch` (its axis 0), to trace with: whatever is computed from it can be batched. */
  placeholder(batch: Tensor): Tensor {
    const { graph } = batch.home;
    this.#start ??= { graph, node: graph.size };
    const shape = batch.shape.slice(1);
    const first = apply('slice', [batch], {
      start: batch.shape.map(() => 0),
      step: batch.shape.map(() => 1),
      shape: [1, ...shape],
    });
    const one = apply('reshape', [first], { shape });
    if (one.source.kind === 'node') this.#remember(one.source.graph, one.source.node, batch);
    return one;
  }

  /** Whether a value traced for one member differs between the members. */
  differs(one: Tensor): boolean {
    return this.#batchOf(one) !== undefined;
  }

  /** The batch of what was traced as `one`: `[size, ...shape]`. */
  of(one: Tensor): Tensor {
    return asBatch({ one, batch: this.#batchOf(one) }, this.size);
  }

  #batchOf({ source, home }: Tensor): Tensor | undefined {
    if (source.kind === 'storage') return undefined;
    const { graph } = source;
    const pending = this.#unknownUnder(graph, source.node);
    for (const node of pending) {
      const batch = this.#batched(graph, node, (input) => new Tensor(home, { kind: 'node', graph, node: input })); // prettier-ignore
      this.#remember(graph, node, batch ?? null);
    }
    return this.#find(graph, source.node) ?? undefined;
  }

  /** Nodes that `root` depends on and that were not looked at yet, inputs first. */
  #unknownUnder(graph: Graph, root: NodeId): NodeId[] {
    const found = new Set<NodeId>();
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (found.has(node) || this.#find(graph, node) !== undefined) continue;
      found.add(node);
      stack.push(...graph.inputs[node]);
    }
    return [...found].sort((a, b) => a - b);
  }

  #batched(graph: Graph, node: NodeId, tensorOf: (node: NodeId) => Tensor): Tensor | undefined {
    const op = graph.ops[node];
    const inputs = graph.inputs[node].map((input): BatchInput => ({
      one: tensorOf(input),
      batch: this.#find(graph, input) ?? undefined,
    }));
    const rule = batchRuleOf(op);
    if (!rule || !(inputs.some(({ batch }) => batch) || this.#drawsAnew(graph, node))) return undefined;
    const emit = graph.tracked[node] ? enableGrad : noGrad;
    return emit(() => {
      const result = rule({ inputs, attrs: graph.attrs[node], size: this.size });
      const note = graph.notes.get(node) as GradNote | undefined;
      const hasGradient = note?.backward ?? note?.recompute;
      return hasGradient ? this.#withGradient(note ?? {}, tensorOf(node), inputs, result) : result;
    });
  }

  #drawsAnew(graph: Graph, node: NodeId): boolean {
    if (graph.ops[node] !== 'random' || this.#randomness === 'same') return false;
    const start = this.#start;
    if (start?.graph !== graph || node < start.node || graph.origins.has(node)) return false;
    if (this.#randomness === 'different') return true;
    throw new ArgumentError(
      `vmap: the function draws random numbers; pass { randomness: 'different' } to draw others for each member, or ` +
        `{ randomness: 'same' }`,
    );
  }

  /** A result whose gradient is given by a function: that function is traced for one member too, and batched. */
  #withGradient(note: GradNote, one: Tensor, inputs: readonly BatchInput[], result: Tensor): Tensor {
    const operands = inputs.slice(1).map(({ one: input, batch }) => batch ?? input);
    const output = apply('custom', [result, ...operands], undefined);
    const { source } = output;
    const { backward, recompute } = note;
    if (source.kind !== 'node') return output;
    // A checkpoint is traced for what its function captures, also where its inputs are not.
    if (recompute && one.requiresGrad) source.graph.tracked[source.node] = true;
    if (!output.requiresGrad) return output;
    const batched: GradNote = {
      backward: backward && ((gradient) =>
        backward(this.placeholder(gradient), one).map((inputGradient, i) =>
          inputGradient && this.#gathered(inputGradient, inputs[i + 1]))),
      recompute: recompute && (() => this.of(recompute())),
    }; // prettier-ignore
    source.graph.notes.set(source.node, batched);
    return output;
  }

  /** The gradient of an input, as a batch like the input, or summed over the members that share it. */
  #gathered(gradient: Tensor, input: BatchInput): Tensor {
    const batch = this.of(gradient);
    return input.batch ? batch : apply('reduce', [batch], { kind: 'sum', axes: [0] });
  }

  #find(graph: Graph, node: NodeId): Tensor | null | undefined {
    const own = this.#known.get(graph)?.get(node);
    if (own !== undefined || !graph.origins.has(node)) return own;
    const origin = identityOf(graph, node);
    return this.#known.get(origin.graph)?.get(origin.node);
  }

  #remember(graph: Graph, node: NodeId, batch: Tensor | null): void {
    let known = this.#known.get(graph);
    if (!known) this.#known.set(graph, (known = new Map()));
    known.set(node, batch);
  }
}
