/**
 * Bringing a node of a closed graph into the graph that is open now. A node with a value comes as a leaf; one that was
 * never computed is copied, down to leaves that must still hold what they held. That is a shallow import: a leaf
 * through which gradients flow remembers its origin, and backward asks for a deep import, which copies the
 * structure beneath with the values attached, only when it gets there.
 */

import type { Graph, NodeId } from '../graph/graph.ts';
import { checkLeaf, valueOf } from './collect.ts';
import type { Storage } from './storage.ts';

type Copies = Map<Graph, Map<NodeId, NodeId>>;

/** How often a pending node of a closed graph was imported for its own sake, into different graphs. */
const importCounts = new WeakMap<Graph, Map<NodeId, number>>();

export class Importer {
  readonly #into: Graph;
  readonly #shallow: Copies = new Map();
  readonly #deep: Copies = new Map();

  constructor(into: Graph) {
    this.#into = into;
  }

  /** The node that stands for `node` of `from`. On its second use a pending node is kept once it is computed. */
  shallow(from: Graph, node: NodeId): NodeId {
    if (from === this.#into) return node;
    const known = this.#shallow.get(from)?.get(node);
    if (known !== undefined) return known;
    const copy = this.#copyCone(from, node, this.#shallow, false);
    const op = this.#into.ops[copy];
    if (op !== 'leaf' && op !== 'const' && op !== 'scalar' && countImport(from, node) >= 2)
      this.#into.keep.add(copy);
    return copy;
  }

  /** As `shallow`, but with the structure that gradients flow through, values attached. */
  deep(from: Graph, node: NodeId): NodeId {
    return from === this.#into ? node : this.#copyCone(from, node, this.#deep, true);
  }

  /** Depth first without recursion: a pending chain may be thousands of nodes long. */
  #copyCone(from: Graph, root: NodeId, memo: Copies, deep: boolean): NodeId {
    let copies = memo.get(from);
    if (!copies) memo.set(from, (copies = new Map()));
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (!copies.has(node)) {
        const leaf = this.#leafCopy(from, node, deep);
        if (leaf === undefined) {
          const known = copies;
          const missing = from.inputs[node].filter((input) => !known.has(input));
          if (missing.length > 0) {
            stack.push(...missing);
            continue;
          }
        }
        copies.set(node, leaf ?? this.#copyOne(from, node, copies));
      }
      stack.pop();
    }
    return copies.get(root)!;
  }

  #leafCopy(from: Graph, node: NodeId, deep: boolean): NodeId | undefined {
    const into = this.#into;
    const tracked = from.tracked[node];
    const freed = from.freed.has(node);
    const origin = from.origins.get(node);
    if (from.ops[node] === 'leaf') {
      if (freed) return this.#freedLeaf(checkLeaf(from, node, deep));
      if (!tracked || !origin) return into.leaf(checkLeaf(from, node, deep), tracked);
      return deep
        ? this.deep(origin.graph, origin.node)
        : this.#lazyLeaf(checkLeaf(from, node), origin.graph, origin.node);
    }
    const value = valueOf(from, node);
    if (!value) return undefined;
    if (!tracked) return into.leaf(value);
    if (freed) return this.#freedLeaf(value);
    return deep ? undefined : this.#lazyLeaf(value, from, node);
  }

  /** A computed value whose history stays in its own graph until backward asks for it. */
  #lazyLeaf(storage: Storage, graph: Graph, node: NodeId): NodeId {
    const copy = this.#into.add('leaf', [], { dtype: storage.dtype, shape: storage.shape }, true);
    this.#into.leaves.set(copy, { storage, version: storage.version });
    this.#into.origins.set(copy, { graph, node });
    return copy;
  }

  /** A computed value whose history is used up: backward that gets here raises an error. */
  #freedLeaf(storage: Storage): NodeId {
    const copy = this.#into.add('leaf', [], { dtype: storage.dtype, shape: storage.shape }, true);
    this.#into.leaves.set(copy, { storage, version: storage.version });
    this.#into.freed.add(copy);
    return copy;
  }

  #copyOne(from: Graph, node: NodeId, copies: ReadonlyMap<NodeId, NodeId>): NodeId {
    const into = this.#into;
    const inputs = from.inputs[node].map((input) => copies.get(input)!);
    const copy = into.add(from.ops[node], inputs, from.attrs[node], from.tracked[node]);
    if (from.freed.has(node)) into.freed.add(copy);
    copyEntry(from.scalars, into.scalars, node, copy);
    copyEntry(from.notes, into.notes, node, copy);
    copyEntry(from.sources, into.sources, node, copy);
    copyEntry(from.values, into.values, node, copy);
    if (from.exposed.has(node)) into.exposed.add(copy);
    into.origins.set(copy, { graph: from, node });
    return copy;
  }
}

function copyEntry<V>(from: ReadonlyMap<NodeId, V>, into: Map<NodeId, V>, node: NodeId, copy: NodeId): void {
  const value = from.get(node);
  if (value !== undefined) into.set(copy, value);
}

function countImport(from: Graph, node: NodeId): number {
  let counts = importCounts.get(from);
  if (!counts) importCounts.set(from, (counts = new Map()));
  const count = (counts.get(node) ?? 0) + 1;
  counts.set(node, count);
  return count;
}
