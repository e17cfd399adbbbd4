/**
 * From roots to a slice: finds the nodes that the roots need and that have no value yet, numbers them densely, lists
 * the storages they read and write, and writes it all down as numbers: the key under which the plan is cached.
 */

import { StaleValueError } from '../errors.ts';
import type { Graph, NodeId } from '../graph/graph.ts';
import { encodeType, specOf } from '../graph/op-table.ts';
import type { Slice, SliceNode } from './slice.ts';
import type { Storage } from './storage.ts';

/** A value that the run must leave in a storage. */
export interface Target {
  readonly node: NodeId;
  readonly storage: Storage;
  /** Whether the storage was made for this run, rather than written over. */
  readonly fresh: boolean;
}

export interface Collection {
  readonly graph: Graph;
  /** Nodes to compute and leaves to read, ascending: the slice's node i is the graph's node `order[i]`. */
  readonly order: readonly NodeId[];
  readonly storages: readonly Storage[];
  /** Scalar nodes, by slot. */
  readonly scalars: readonly NodeId[];
  readonly targets: readonly Target[];
  /** Equal keys mean equal slices. */
  readonly key: readonly number[];
  /** Where in the key each node of `order` begins. */
  readonly starts: readonly number[];
}

/** The storage that already holds a node's value, if any. */
export function valueOf(graph: Graph, node: NodeId): Storage | undefined {
  const value = graph.values.get(node);
  if (value === undefined || !value.storage.filled || value.storage.version !== value.version)
    return undefined;
  return value.storage;
}

/**
 * Raises StaleValueError unless the leaf's storage still holds what it held when the leaf was made. `forBackward` words
 * it for a backward pass, which computes from it what the forward pass did not keep.
 */
export function checkLeaf(graph: Graph, node: NodeId, forBackward = false): Storage {
  const { storage, version } = graph.leaves.get(node)!;
  const name = storage.name ? `'${storage.name}'` : `a tensor of shape [${storage.shape.join(', ')}]`;
  if (storage.gone !== undefined) {
    throw new StaleValueError(
      `read: ${name} ${storage.gone}; keep what is still needed with clone() before that`,
    );
  }
  if (storage.version !== version) {
    const written = `has been written since (version ${version} is wanted, ${storage.version} is there)`;
    throw new StaleValueError(
      forBackward
        ? `backward: ${name}, from which the value was computed, ${written}; call backward() before that`
        : `read: this value was never computed, and ${name}, which it needs, ${written}; ` +
            `call realize() on the value, or clone() the tensor, before it is written`,
    );
  }
  return storage;
}

/** Marks the ancestors of `roots` that have to be computed; values and leaves end the walk. */
export function reach(graph: Graph, roots: Iterable<NodeId>, visit: (node: NodeId) => void): Uint8Array {
  const seen = new Uint8Array(graph.size);
  const stack: NodeId[] = [];
  for (const root of roots) stack.push(root);
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen[node]) continue;
    seen[node] = 1;
    visit(node);
    if (valueOf(graph, node)) continue;
    for (const input of graph.inputs[node]) if (!seen[input]) stack.push(input);
  }
  return seen;
}

export function collect(graph: Graph, targets: readonly Target[]): Collection {
  let lowest = graph.size;
  const roots = targets.map((t) => t.node);
  const seen = reach(graph, roots, (node) => {
    if (node < lowest) lowest = node;
  });
  const order: NodeId[] = [];
  const storages: Storage[] = [];
  const slotOf = new Map<Storage, number>();
  const scalars: NodeId[] = [];
  const index = new Int32Array(graph.size);
  const key: number[] = [];
  const starts: number[] = [];

  const slotFor = (storage: Storage): number => {
    let slot = slotOf.get(storage);
    if (slot === undefined) {
      slot = storages.length;
      storages.push(storage);
      slotOf.set(storage, slot);
    }
    return slot;
  };

  for (let node = lowest; node < graph.size; node++) {
    if (!seen[node]) continue;
    index[node] = order.length;
    order.push(node);
    starts.push(key.length);
    const storage = graph.ops[node] === 'leaf' ? checkLeaf(graph, node) : valueOf(graph, node);
    if (storage) {
      key.push(-1, slotFor(storage));
    } else {
      const op = graph.ops[node];
      const spec = specOf(op);
      key.push(spec.code);
      if (op === 'scalar') {
        key.push(scalars.length);
        scalars.push(node);
      }
      for (const input of graph.inputs[node]) key.push(index[input]);
      spec.encode?.(graph.attrs[node], key);
    }
    encodeType(graph.types[node], key);
  }
  for (const { node, storage } of targets) key.push(-2, index[node], slotFor(storage));
  return { graph, order, storages, scalars, targets, key, starts };
}

/** The slice itself; only needed when its plan is not cached. */
export function buildSlice({ graph, order, storages, scalars, targets }: Collection): Slice {
  const index = new Map(order.map((node, i) => [node, i]));
  const slotOf = new Map(storages.map((storage, slot) => [storage, slot]));
  const scalarSlot = new Map(scalars.map((node, slot) => [node, slot]));
  const nodes = order.map((node): SliceNode => {
    const { shape, dtype } = graph.types[node];
    const storage = graph.leaves.get(node)?.storage ?? valueOf(graph, node);
    if (storage)
      return { op: 'leaf', inputs: [], attrs: { dtype, shape }, shape, dtype, slot: slotOf.get(storage)! };
    return {
      op: graph.ops[node],
      inputs: graph.inputs[node].map((input) => index.get(input)!),
      attrs: graph.attrs[node],
      shape,
      dtype,
      slot: scalarSlot.get(node) ?? -1,
    };
  });
  return {
    nodes,
    storages: storages.map(({ dtype, shape }) => ({ dtype, shape })),
    scalars: scalars.map((node) => graph.types[node].dtype),
    outputs: targets.map(({ node, storage }) => ({ node: index.get(node)!, storage: slotOf.get(storage)! })),
  };
}
